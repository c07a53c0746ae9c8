"""The runbooks of protection, step by step. Each step looks first, and may be repeated."""

from mailstead.orders.model import Inputs, Retries
from mailstead.orders.port import Engine, Order

from .drilling import Drilling
from .ground import Ground
from .keeping import Keeping
from .restoring import Restoring

RUN, VERIFY, PRUNE, COLLECT = "backup", "backup-verify", "backup-prune", "backup-collect"
TEND, DRILL = "backup-tend", "backup-drill"
RESTORE, UNDO = "restore-disks", "restore-undo"
OF_BACKUPS = frozenset({RUN, VERIFY, PRUNE, COLLECT, TEND, DRILL, RESTORE, UNDO})

LONG = Retries(attempts=3, first_s=5.0, deadline_s=7200.0)  # whole disks
PATIENT = Retries(attempts=3, first_s=5.0, deadline_s=1800.0)  # under emulation a start takes minutes


class ProtectionRunbooks:
    """All runbooks over one ground."""

    def __init__(self, ground: Ground) -> None:
        self._life = ground.life
        self._keep, self._restore, self._drill = Keeping(ground), Restoring(ground), Drilling(ground)

    def register(self, engine: Engine) -> None:
        """Tell the engine what each kind of order does."""
        engine.register(RUN, self.run)
        engine.register(VERIFY, self.verify)
        engine.register(PRUNE, self.prune, gives_room=True)
        engine.register(COLLECT, self.collect, gives_room=True)
        engine.register(TEND, self.tend)
        engine.register(DRILL, self.drill)
        engine.register(RESTORE, self.restore)
        engine.register(UNDO, self.undo)

    def run(self, order: Order, inputs: Inputs) -> None:
        """Keep a tenant's disks as they are now."""
        keep, about = self._keep, _about(order)
        order.total_steps = 4
        order.step("back up disks", keep.back_up, *about, order.id, inputs.get("rhythm", ""), retries=LONG)
        order.step("forget old points", keep.keep_points, *about)
        order.step("note the backup", keep.note, *about, order.id)
        order.step("copy to the second target", keep.copy, *about, order.id, retries=LONG)

    def verify(self, order: Order, inputs: Inputs) -> None:
        """Check what is kept."""
        order.total_steps = 1
        order.step("check backups", self._keep.check, *_about(order), order.id, inputs["parts"], retries=LONG)

    def prune(self, order: Order, inputs: Inputs) -> None:
        """Remove the snapshots that somebody saw in a preview."""
        order.total_steps = 1
        order.step("remove snapshots", self._keep.prune, *_about(order), order.id, inputs["snapshots"])

    def collect(self, order: Order, inputs: Inputs) -> None:
        """Free what no snapshot needs."""
        order.total_steps = 1
        order.step("free what nobody needs", self._keep.collect, *_about(order), order.id, retries=LONG)

    def tend(self, order: Order, inputs: Inputs) -> None:
        """Thin out by the rules, free, and check a part: the housekeeping of a night."""
        keep, about = self._keep, (*_about(order), order.id)
        order.total_steps = 3
        order.step("remove snapshots", keep.prune, *about, inputs["snapshots"])
        order.step("free what nobody needs", keep.collect, *about, retries=LONG)
        order.step("check backups", keep.check, *about, inputs["parts"], retries=LONG)

    def drill(self, order: Order, inputs: Inputs) -> None:
        """Try out a backup on a machine of its own."""
        do, about, number = self._drill, _about(order), inputs["snapshot"]
        order.total_steps = 6
        order.step("clear the ground", do.clear, *about, order.id)
        order.step("prepare disks", do.prepare, *about, order.id, number, retries=LONG)
        order.step("start the drill", do.start, *about)
        failed = order.step("probe SMTP and IMAP", do.probe, *about, order.id, number, retries=PATIENT)
        order.step("take the drill away", do.clear, *about, order.id)
        order.step("judge the drill", do.judge, *about, failed)

    def restore(self, order: Order, inputs: Inputs) -> None:
        """Bring disks back in place: what is there is backed up first, and kept beside until mail is served."""
        do, life, about = self._restore, self._life, _about(order)
        order.total_steps = 9 + inputs["safety"]
        if inputs["safety"]:
            order.step("back up what is there", self._keep.back_up_before, *about, order.id, retries=LONG)
        order.step("prepare disks", do.prepare, *about, order.id, inputs["snapshot"], inputs["disks"], retries=LONG)
        order.step("stop machine", do.stop, *about)
        order.step("exchange disks", do.put_in, *about, order.id)
        order.step("lay network", life.lay_network, *about)
        order.step("start machine", life.start_machine, *about)
        order.step("wait for the machine", life.await_guest, *about, retries=PATIENT)
        order.step("wait for mail", life.await_mail, *about, retries=PATIENT)
        order.step("let the old disks go", do.clear, *about, order.id)
        order.step("tell what came back", do.report, *about, order.id, inputs["snapshot"])

    def undo(self, order: Order, inputs: Inputs) -> None:
        """Take back a restore that did not come to its end."""
        do, life, about, undone = self._restore, self._life, _about(order), inputs["order"]
        order.total_steps = 6
        order.step("stop machine", do.stop, *about)
        order.step("put the disks from before back", do.take_back, *about, undone)
        order.step("start machine", life.start_machine, *about)
        order.step("wait for the machine", life.await_guest, *about, retries=PATIENT)
        order.step("wait for mail", life.await_mail, *about, retries=PATIENT)
        order.step("let the restored disks go", do.clear, *about, undone)


def _about(order: Order) -> tuple[object, ...]:
    return order.tenant, order.still_mine
