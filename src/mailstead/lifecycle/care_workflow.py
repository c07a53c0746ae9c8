"""The runbooks of care: what is done to a machine that lives, step by step."""

from mailstead.orders.model import Inputs, Retries
from mailstead.orders.port import Engine, Order

from .care_steps import CareSteps

TAKE, BRING_BACK, DROP = "checkpoint", "restore", "drop-checkpoint"
EXPORT, IMPORT, MOVE = "export", "import", "move"

LONG = Retries(attempts=3, first_s=5.0, deadline_s=7200.0)  # copies of whole disks


class CareRunbooks:
    """All runbooks of care over one set of steps."""

    def __init__(self, steps: CareSteps) -> None:
        self._do = steps

    def register(self, engine: Engine) -> None:
        """Tell the engine what each kind of order does."""
        engine.register(TAKE, self.take)
        engine.register(BRING_BACK, self.bring_back)
        engine.register(DROP, self.drop, gives_room=True)
        engine.register(EXPORT, self.export)
        engine.register(IMPORT, self.take_in)
        engine.register(MOVE, self.move)

    def take(self, order: Order, inputs: Inputs) -> None:
        """Make a checkpoint."""
        order.total_steps = 1
        order.step("make checkpoint", self._do.take, *_about(order), inputs["label"], retries=LONG)

    def bring_back(self, order: Order, inputs: Inputs) -> None:
        """Bring a machine back to a checkpoint, and let it run again."""
        order.total_steps = 3
        order.step("bring machine back", self._do.bring_back, *_about(order), inputs["label"], retries=LONG)
        order.step("lay network", self._do.life.lay_network, *_about(order))
        order.step("start machine", self._do.life.start_machine, *_about(order))

    def drop(self, order: Order, inputs: Inputs) -> None:
        """Forget a checkpoint."""
        order.total_steps = 1
        order.step("remove checkpoint", self._do.drop, *_about(order), inputs["label"], retries=LONG)

    def export(self, order: Order, inputs: Inputs) -> None:
        """Copy a machine into a folder."""
        order.total_steps = 1
        order.step("export machine", self._do.export, *_about(order), inputs["to"], retries=LONG)

    def take_in(self, order: Order, inputs: Inputs) -> None:
        """Take a machine in from an export; it stays off, until the tenant is applied."""
        order.total_steps = 1
        order.step("import machine", self._do.take_in, *_about(order), inputs["from"], retries=LONG)

    def move(self, order: Order, inputs: Inputs) -> None:
        """Move a machine to another host; the record follows when it is there."""
        do, about, to = self._do, _about(order), inputs["to"]
        order.total_steps = 5
        order.step("prepare the other host", do.prepare_there, *about, to)
        order.step("move machine", do.move, *about, inputs["from"], to, retries=LONG)
        order.step("note its host", do.note_host, *about, to)
        order.step("lay network", do.life.lay_network, *about)
        order.step("start machine", do.life.start_machine, *about)


def _about(order: Order) -> tuple[object, ...]:
    return order.tenant, order.still_mine
