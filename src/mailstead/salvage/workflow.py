"""The runbooks: mails and files out of a backup, back into the machine that runs."""

from mailstead.orders.model import Inputs, Retries
from mailstead.orders.port import Engine, Order

from .giving import Giving, rest_of
from .model import Choice
from .recovering import Recovering

MAIL, MAILBOX, FILE = "restore-mail", "restore-mailbox", "restore-file"
EXCHANGE, EXCHANGE_UNDO = "restore-exchange", "restore-exchange-undo"
LONG = Retries(attempts=8, first_s=5.0, most_s=120.0, deadline_s=48 * 3600.0)  # whole disks and databases
PATIENT = Retries(attempts=8, first_s=5.0, most_s=120.0, deadline_s=7200.0)


class SalvageRunbooks:
    """All runbooks over their steps."""

    def __init__(self, do: Giving, recover: Recovering) -> None:
        self._do, self._recover = do, recover

    def register(self, engine: Engine) -> None:
        """Tell the engine what each kind of order does."""
        engine.register(MAIL, self.give_back)
        engine.register(MAILBOX, self.give_back)
        engine.register(FILE, self.put)
        engine.register(EXCHANGE, self.give_back_exchange)
        engine.register(EXCHANGE_UNDO, self.take_exchange_away)

    def give_back(self, order: Order, inputs: Inputs) -> None:
        """Give mails back, some hundred a step; one that is there already is left as it is."""
        choice, about = Choice.of(inputs), (order.tenant, order.still_mine, order.id)
        so_far = order.step("find mails", self._do.find, *about, choice, retries=PATIENT)
        steps = rest_of(so_far)
        order.total_steps = 1 + steps
        for number in range(steps):
            name = f"give mails back, part {number + 1}"
            so_far = order.step(name, self._do.give, *about, choice, so_far, retries=PATIENT)

    def put(self, order: Order, inputs: Inputs) -> None:
        """Write one file into the machine."""
        order.total_steps = 1
        place = (inputs["snapshot"], inputs["disk"], inputs["path"])
        about = (order.tenant, order.still_mine, order.id)
        order.step("write file", self._do.put, *about, place, inputs["to"], retries=PATIENT)

    def give_back_exchange(self, order: Order, inputs: Inputs) -> None:
        """Give a mailbox back out of the database of a backup; whatever came of it, nothing of that stays behind."""
        do, choice, about = self._recover, Choice.of(inputs), (order.tenant, order.still_mine)
        order.total_steps = 7
        home = order.step("find mailbox", do.find, *about, choice, retries=PATIENT)
        lent = order.step("lend the disk of the backup", do.lend, *about, order.id, choice, home, retries=LONG)
        order.step("open the database", do.open, *about, order.id, home, lent, retries=LONG)
        failed = order.step("give mailbox back", do.give, *about, order.id, choice, home, retries=LONG)
        order.step("take the database away", do.take_away, *about, order.id, retries=PATIENT)
        order.step("take the disk off", do.detach, *about, order.id, retries=PATIENT)
        order.step("judge", do.judge, *about, choice, failed)

    def take_exchange_away(self, order: Order, inputs: Inputs) -> None:
        """Take away what an order left behind that failed in the midst."""
        do, about, undone = self._recover, (order.tenant, order.still_mine), inputs["order"]
        order.total_steps = 2
        order.step("take the database away", do.take_away, *about, undone, retries=PATIENT)
        order.step("take the disk off", do.detach, *about, undone, retries=PATIENT)
