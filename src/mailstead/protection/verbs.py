"""What faces call: each verb refuses what cannot be, then gives an order and returns its id."""

from collections.abc import Collection, Sequence
from pathlib import Path

from mailstead.backup.errors import NoSuchSnapshot
from mailstead.backup.model import Hold, ImageForm, Snapshot, Told
from mailstead.backup.plan import Judgement, judge
from mailstead.ground.plans import Change, ChangePlan
from mailstead.ground.rhythms import Rhythm
from mailstead.orders.model import OPEN, Inputs, Json, OrderView
from mailstead.orders.port import Desk
from mailstead.tenants.model import Status

from .errors import DrillUnderWay, NoBackup, NoSuchHold, NotProtected, NotUndoable, StillKept
from .ground import Ground
from .model import Known, Rules
from .restoring import chosen, reading
from .workflow import COLLECT, COME_BACK, DRILL, ELSEWHERE, LET_GO, PRUNE, RESTORE, RUN, TEND, UNDO, VERIFY


class Protection:
    """The verbs of a tenant's protection."""

    def __init__(self, ground: Ground, desk: Desk) -> None:
        self.ground = ground
        self._desk = desk

    def known(self, name: str) -> Known | None:
        """Return what is remembered of a tenant's backups; None: nobody has ever looked after them. Raises NotFound."""
        self.ground.world.tenants.get(name)
        return self.ground.book.of([name]).get(name)

    def rules(self, name: str) -> Rules:
        """Return what holds for a tenant's backups. Raises NotFound."""
        return self.ground.rules(name)

    def snapshots(self, name: str) -> list[Snapshot]:
        """Return what is kept, the oldest first. Raises NotFound, NotProtected, Unreachable."""
        return self.ground.store(name).snapshots()

    def snapshot(self, name: str, number: int) -> Snapshot:
        """Return one. Raises NoSuchSnapshot."""
        return self.ground.store(name).snapshot(number)

    def holds(self, name: str) -> list[Hold]:
        """Return all legal holds."""
        return self.ground.store(name).holds()

    def run(self, name: str, rhythm: Rhythm | None = None) -> str:
        """Make a backup now; without a *rhythm* as the rules say. Raises NotProtected, NotOfDriver."""
        if not self.ground.rules(name).on:
            remedy = "add a [[backup_target]], or take off what turns the tenant's backups off"
            raise NotProtected(f"nothing of {name} is kept", field="tenant", value=name, remedy=remedy)
        self.ground.changes(name)
        self.ground.book.begin([name], self.ground.world.clock.now())
        return self.give(RUN, name, {"rhythm": rhythm or ""})

    def verify(self, name: str, parts: int = 1) -> str:
        """Check that everything can be read; with *parts*, today's part of so many. Raises NotProtected."""
        self.ground.target(name)
        return self.give(VERIFY, name, {"parts": parts})

    def judged(self, name: str) -> tuple[Judgement, ...]:
        """Return what is kept with the reasons for it; what has none goes with the next `prune`."""
        store, now = self.ground.store(name), self.ground.world.clock.now()
        held = {hold.snapshot for hold in store.holds()}
        return judge(store.snapshots(), self.ground.rules(name).retention, held=held, now=now)

    def prune(self, name: str, numbers: Collection[int]) -> str:
        """Remove these snapshots, which a preview gave up. Raises NotProtected, StillKept, NoSuchSnapshot."""
        reasons = {judged.snapshot.number: judged.reasons for judged in self.judged(name)}
        for number in numbers:
            if why := reasons.get(number, ()):
                remedy = "prune what the rules give up, or change the rules"
                message = f"snapshot {number} is kept: {', '.join(why)}"
                raise StillKept(message, field="snapshots", value=number, remedy=remedy)
            if number not in reasons:
                self.snapshot(name, number)
        return self.give(PRUNE, name, {"snapshots": sorted(numbers)})

    def tend(self, name: str) -> str:
        """Remove what the rules give up, free its room, and check today's part of the rest. Raises NotProtected."""
        given_up = [judged.snapshot.number for judged in self.judged(name) if not judged.kept]
        parts = self.ground.rules(name).verify_days
        return self.give(TEND, name, {"snapshots": given_up, "parts": parts})

    def collect(self, name: str) -> str:
        """Free what no snapshot needs. Raises NotProtected."""
        self.ground.target(name)
        return self.give(COLLECT, name, {})

    def hold(self, name: str, number: int, *, reason: str, by: str) -> Hold:
        """Lay a legal hold on a snapshot: it stays whatever else is wanted. Raises NoSuchSnapshot, SnapshotGoing."""
        now = self.ground.world.clock.now()
        return self.ground.store(name).hold(number, reason=reason, by=by, at=now)

    def release(self, name: str, number: int) -> list[Hold]:
        """Lift all holds on a snapshot; return them. Raises NoSuchHold."""
        copies = self.ground.copies(name)
        found = [(store, hold) for store in copies for hold in store.holds() if hold.snapshot == number]
        if not found:
            remedy = f"see mailstead backup list {name}"
            raise NoSuchHold(f"no hold lies on snapshot {number}", field="snapshot", value=number, remedy=remedy)
        for store, hold in found:
            store.release(hold)
        return list(dict.fromkeys(hold for _, hold in found))

    def drill(self, name: str, number: int | None = None) -> str:
        """Try out a snapshot, or the newest, on a machine of its own. Raises DrillUnderWay, NoBackup, NotOfDriver."""
        self.refuse_removed(name)
        self.ground.disks(name)
        host = self.ground.ports(name).host.name
        for other in (order for status in OPEN for order in self._desk.list(None, status, 10_000)):
            if (other.kind, other.host) == (DRILL, host):
                remedy = f"wait for order {other.id}, or cancel it"
                raise DrillUnderWay(f"a drill goes on on {host}", field="host", value=host, remedy=remedy)
        return self.give(DRILL, name, {"snapshot": self.chosen(name, number).number})

    def loss(self, name: str, number: int | None = None, disks: Sequence[str] = ()) -> ChangePlan[str]:
        """Return what bringing disks back in place would lose. Raises NoSuchSnapshot, NoBackup."""
        snapshot = self.chosen(name, number)
        there = name in self.ground.ports(name).machines.machines()
        loses = f"all mail and changes of {name} since {snapshot.taken:%Y-%m-%d %H:%M:%S} UTC" if there else ""
        what = ", ".join(disks) or "all disks"
        change: Change[str] = Change(f"machine {name}", "as it is", f"{what} of snapshot {snapshot.number}", loses)
        return ChangePlan((change,))

    def restore(
        self,
        name: str,
        number: int | None = None,
        disks: Sequence[str] = (),
        *,
        safety: bool = True,
        allow_loss: Collection[str] = (),
    ) -> str:
        """Bring disks (none named: all) back in place; unless *safety* is off, what is there is backed up first.

        Raises UnsafePlan unless "machine NAME" is in *allow_loss*; NoSuchSnapshot, NoBackup, NotOfDriver.
        """
        self.refuse_removed(name)
        self.ground.disks(name)
        self.loss(name, number, disks).refuse_if_unsafe(allow_loss)
        snapshot = self.chosen(name, number)
        for disk in disks:
            self._disk_there(snapshot, disk)
        self.ground.book.begin([name], self.ground.world.clock.now())
        return self.give(RESTORE, name, {"snapshot": snapshot.number, "disks": sorted(disks), "safety": safety})

    def undo(self, name: str, order: str) -> str:
        """Take back a restore that did not come to its end: the disks from before are kept until then.

        Raises NotFound, NotUndoable.
        """
        view = self._desk.show(order)
        if view.tenant == name and not view.status.is_open and not _has_let_go(view):
            if view.kind == RESTORE:
                return self.give(UNDO, name, {"order": order})
            if view.kind == ELSEWHERE and not view.inputs["gone"]:
                return self.give(COME_BACK, name, {"order": order, **_ways(view)})
        remedy = "name an order that restored this tenant's disks and failed, or was cancelled"
        raise NotUndoable(f"order {order} cannot be taken back", field="order", value=order, remedy=remedy)

    def download(
        self, name: str, disk: str, path: Path, form: ImageForm, *, number: int | None = None, told: Told | None = None
    ) -> int:
        """Write a disk as a file of its own; return of which snapshot. Raises PlaceUnfit, NoSuchSnapshot, NoBackup."""
        snapshot, places = self.chosen(name, number), self.ground.disks(name)
        run = f"download-{self.ground.world.new_id()}"
        with reading(self.ground, name, snapshot.number, run) as found:
            for source in chosen(found, [disk]):
                places.export(source, path, form, told)
        return snapshot.number

    def chosen(self, name: str, number: int | None) -> Snapshot:
        """Return a snapshot, or the newest. Raises NoSuchSnapshot, NoBackup."""
        if number is not None:
            return self.snapshot(name, number)
        snapshots = self.snapshots(name)
        if not snapshots:
            raise NoBackup(
                f"there is no backup of {name}", field="tenant", value=name, remedy=f"mailstead backup run {name}"
            )
        return snapshots[-1]

    def _disk_there(self, snapshot: Snapshot, disk: str) -> None:
        if snapshot.disk(disk) is None:
            known = ", ".join(each.name for each in snapshot.disks)
            raise NoSuchSnapshot(f"{snapshot} has no disk {disk}", field="disk", value=disk, remedy=f"use {known}")

    def refuse_removed(self, name: str) -> None:
        """Raise NotProtected for a tenant that is removed."""
        if self.ground.world.tenants.get(name).tenant.status is Status.REMOVED:
            remedy = f"bring it back first: mailstead tenant resume {name}"
            raise NotProtected(f"{name} is removed", field="tenant", value=name, remedy=remedy)

    def give(self, kind: str, name: str, inputs: Inputs) -> str:
        """Give an order of the tenant's protection."""
        self._desk.admit(kind)
        entry = self.ground.world.tenants.get(name)
        key = f"{kind}/{name}/{entry.revision}/{self.ground.world.new_id()}"
        return self._desk.start(kind, key=key, tenant=name, host=entry.host, inputs=inputs)


def _has_let_go(view: OrderView) -> bool:
    return any(step.name == LET_GO for step in view.steps)


def _ways(view: OrderView) -> dict[str, Json]:
    return {"from": view.inputs["from"], "to": view.inputs["to"]}
