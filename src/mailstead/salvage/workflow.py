"""The runbooks: mails and files out of a backup, back into the machine that runs."""

from mailstead.orders.model import Inputs, Retries
from mailstead.orders.port import Engine, Order

from .giving import Giving, rest_of
from .model import Choice

MAIL, MAILBOX, FILE = "restore-mail", "restore-mailbox", "restore-file"
PATIENT = Retries(attempts=8, first_s=5.0, most_s=120.0, deadline_s=7200.0)


class SalvageRunbooks:
    """All runbooks over one set of steps."""

    def __init__(self, do: Giving) -> None:
        self._do = do

    def register(self, engine: Engine) -> None:
        """Tell the engine what each kind of order does."""
        engine.register(MAIL, self.give_back)
        engine.register(MAILBOX, self.give_back)
        engine.register(FILE, self.put)

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
