"""The runbooks of protection, step by step. Each step looks first, and may be repeated."""

from mailstead.lifecycle.care_steps import CareSteps
from mailstead.orders.model import Inputs, Retries
from mailstead.orders.port import Engine, Order

from .besides import Besides
from .drilling import Drilling
from .elsewhere import Elsewhere
from .ground import Ground
from .keeping import Keeping
from .restoring import Restoring

RUN, VERIFY, PRUNE, COLLECT = "backup", "backup-verify", "backup-prune", "backup-collect"
TEND, DRILL = "backup-tend", "backup-drill"
RESTORE, UNDO = "restore-disks", "restore-undo"
BESIDE, BESIDE_REMOVE = "restore-beside", "restore-beside-remove"
ELSEWHERE, COME_BACK = "restore-elsewhere", "restore-elsewhere-undo"
OF_BACKUPS = frozenset(
    {RUN, VERIFY, PRUNE, COLLECT, TEND, DRILL, RESTORE, UNDO, BESIDE, BESIDE_REMOVE, ELSEWHERE, COME_BACK}
)
LET_GO = "let the old disks go"  # the step after which there is no way back

LONG = Retries(attempts=3, first_s=5.0, deadline_s=7200.0)  # whole disks
PATIENT = Retries(attempts=3, first_s=5.0, deadline_s=1800.0)  # under emulation a start takes minutes


class ProtectionRunbooks:
    """All runbooks over one ground."""

    def __init__(self, ground: Ground) -> None:
        self._life = ground.life
        self._keep, self._restore, self._drill = Keeping(ground), Restoring(ground), Drilling(ground)
        self._beside, self._elsewhere = Besides(ground), Elsewhere(ground)
        self._care = CareSteps(ground.life)

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
        engine.register(BESIDE, self.beside)
        engine.register(BESIDE_REMOVE, self.remove_beside, gives_room=True)
        engine.register(ELSEWHERE, self.elsewhere)
        engine.register(COME_BACK, self.come_back)

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
        order.step("clear the ground", do.clear, *about)
        order.step("prepare disks", do.prepare, *about, order.id, number, retries=LONG)
        order.step("start the drill", do.start, *about)
        failed = order.step("probe SMTP and IMAP", do.probe, *about, order.id, number, retries=PATIENT)
        order.step("take the drill away", do.clear, *about)
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
        order.step(LET_GO, do.clear, *about, order.id)
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

    def beside(self, order: Order, inputs: Inputs) -> None:
        """Bring a machine back beside the tenant's own, where nothing reaches it."""
        do, about, number, twin = self._beside, _about(order), inputs["snapshot"], inputs["machine"]
        order.total_steps = 4
        order.step("clear the ground", do.clear, *about, twin)
        order.step("prepare disks", do.prepare, *about, order.id, number, twin, retries=LONG)
        order.step("start the machine beside", do.start, *about, order.id, number, twin)
        order.step("wait for the machine", do.await_guest, *about, twin, retries=PATIENT)

    def remove_beside(self, order: Order, inputs: Inputs) -> None:
        """Take a machine beside the tenant's own away, with its disks."""
        order.total_steps = 1
        order.step("remove the machine beside", self._beside.remove, *_about(order), inputs["machine"], inputs["host"])

    def elsewhere(self, order: Order, inputs: Inputs) -> None:
        """Bring a machine back on another host; the old one is off, or its host is said to be gone."""
        do, life, about, number = self._elsewhere, self._life, _about(order), inputs["snapshot"]
        source, to, gone = inputs["from"], inputs["to"], inputs["gone"]
        order.total_steps = 11 + (not gone)
        if not gone:
            order.step("back up what is there", self._keep.back_up_before, *about, order.id, retries=LONG)
        order.step("prepare the other host", self._care.prepare_there, *about, to)
        order.step("prepare disks", do.prepare, *about, order.id, number, to, retries=LONG)
        order.step("take the machine off the old host", do.fence, *about, source, gone)
        order.step("put disks in", do.put_in, *about, order.id, to)
        order.step("lay network", life.lay_network, *about)
        order.step("start machine", life.start_machine, *about)
        order.step("wait for the machine", life.await_guest, *about, retries=PATIENT)
        order.step("configure mail", do.configure, *about, retries=PATIENT)
        order.step("wait for mail", life.await_mail, *about, retries=PATIENT)
        order.step("tell what came back", self._restore.report, *about, order.id, number)
        order.step(LET_GO, do.let_go, *about, order.id, source, to)

    def come_back(self, order: Order, inputs: Inputs) -> None:
        """Take back a restore on another host: the disks on the old one were never touched."""
        life, about = self._life, _about(order)
        undone, source, to = inputs["order"], inputs["from"], inputs["to"]
        order.total_steps = 5
        order.step("take it off the other host", self._elsewhere.come_back, *about, undone, source, to)
        order.step("lay network", life.lay_network, *about)
        order.step("start machine", life.start_machine, *about)
        order.step("wait for the machine", life.await_guest, *about, retries=PATIENT)
        order.step("wait for mail", life.await_mail, *about, retries=PATIENT)


def _about(order: Order) -> tuple[object, ...]:
    return order.tenant, order.still_mine
