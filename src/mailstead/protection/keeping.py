"""Steps that keep: a backup made, its points, its second copy; what is kept checked, and thinned out.

Each looks first, and may be repeated: a snapshot says which order made it.
"""

from collections.abc import Collection
from contextlib import suppress

from mailstead.backup.errors import SnapshotHeld, SnapshotInUse
from mailstead.backup.model import Consistency, Finding, Moment, Outcome, Quiet, Snapshot
from mailstead.backup.plan import points_kept
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.ground.errors import Cancelled, LostLease, MailsteadError, NotFound
from mailstead.ground.rhythms import Rhythm
from mailstead.lifecycle.parts.part import Mine
from mailstead.lifecycle.steps import Done

from .errors import BackupsDamaged
from .ground import Ground
from .pacing import paced
from .plan import check_part, footing

BEFORE = "-before"  # what a restore is about to replace is the run of this name behind its order's
CHECKED = "checked"  # event: after which pack a check that was cut short goes on
MIB = 1 << 20


class Keeping:
    """The steps."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._world = ground.world

    def back_up(self, name: str, mine: Mine, order: str, rhythm: str = "") -> Done:
        """Keep the disks as they are now, unless this order has done so."""
        try:
            if made := _adopted(self._ground.store(name), order):
                return [f"{made} was there"]
            mine()
            outcome, remarks = self._taken(name, order, order, rhythm)
        except (Cancelled, LostLease):
            raise
        except MailsteadError as error:
            self._ground.book.failed(name, self._world.clock.now(), error.message)
            raise
        self._tell(order, outcome, remarks)
        return [_words(outcome), *remarks]

    def back_up_before(self, name: str, mine: Mine, order: str) -> Done:
        """Keep what a restore is about to replace; a machine that is gone leaves nothing to be kept."""
        run = order + BEFORE
        if name not in self._ground.ports(name).machines.machines():
            return []
        if made := _adopted(self._ground.store(name), run):
            return [f"{made} was there"]
        mine()
        outcome, _ = self._taken(name, order, run, "")
        self._ground.telling(order).report(before=outcome.snapshot.number)
        return [_words(outcome)]

    def keep_points(self, name: str, mine: Mine) -> Done:
        """Let the host forget the points that nothing is counted from any more."""
        mine()
        self._ground.changes(name).keep(name, points_kept(self._ground.store(name).snapshots()))
        return []

    def note(self, name: str, mine: Mine, order: str) -> Done:
        """Remember the backup, so that nobody has to ask the target for it."""
        mine()
        if made := _of_run(self._ground.store(name), order):
            self._ground.book.good(name, made.taken, made.number)
        return []

    def copy(self, name: str, mine: Mine, order: str) -> Done:
        """Bring what the second target lacks there, if there is one."""
        places, target = self._ground.places, self._ground.target(name)
        second = places.second(target)
        if second is None:
            return []
        mine()
        sent = places.store(target).copy_to(places.reach(second), name, order, self._ground.telling(order))
        return [f"copied {sent / MIB:.1f} MiB to {second.name}"] if sent else []

    def check(self, name: str, mine: Mine, order: str, parts: int) -> Done:
        """See that every snapshot can be read, and read anew one of so many parts of what is kept.

        Raises BackupsDamaged, naming what it costs.
        """
        mine()
        store, now = self._ground.store(name), self._world.clock.now()
        structure = store.verify_structure(order)
        part = check_part(now, parts)
        contents = self._contents(store, order, part, parts)
        damage = _damage_of(structure, contents)
        self._ground.book.tended(name, now, damage)
        self._ground.telling(order).report(checked=contents.checked, snapshots=structure.checked, damage=damage)
        if damage:
            remedy = f"what is lost, and what stays readable: mailstead backup verify {name} --full"
            raise BackupsDamaged(f"backups of {name}: {damage}", field="tenant", value=name, remedy=remedy)
        return [f"checked {structure.checked} snapshots, {contents.checked} packs"]

    def prune(self, name: str, mine: Mine, order: str, numbers: Collection[int]) -> Done:
        """Remove these snapshots, here and from the second copy; what is held on either, or in use, stays."""
        copies = self._ground.copies(name)
        held = {hold.snapshot for store in copies for hold in store.holds()}
        removed = [told for store in copies for told in _removed(store, order, set(numbers) - held, mine)]
        return removed + [f"snapshot {number} stays: a hold lies on it" for number in sorted(held & set(numbers))]

    def collect(self, name: str, mine: Mine, order: str) -> Done:
        """Free what no snapshot needs any more."""
        done = []
        for store in self._ground.copies(name):
            mine()
            self._free_of_dead(store)
            got = store.collect(order)
            done += (
                [f"freed {got.freed / MIB:.1f} MiB, {got.condemned} packs wait"] if got.freed or got.condemned else []
            )
        return done

    def _taken(self, name: str, order: str, run: str, rhythm: str) -> tuple[Outcome, tuple[str, ...]]:
        rules, store, clock = self._ground.rules(name), self._ground.store(name), self._world.clock
        upon = footing(store.snapshots(), rules, clock.now(), Rhythm(rhythm) if rhythm else None)
        quiet = Quiet(least=Consistency.FILESYSTEM if rules.consistent else Consistency.CRASH)
        with self._ground.changes(name).moment(name, upon.points or {}, quiet) as taken:
            moment = Moment(taken.at, run, upon.kind, upon.base, taken.consistency)
            sources = [paced(source, clock, rules.mib_s) for source in taken.sources]
            return store.backup(moment, sources, told=self._ground.telling(order)), taken.remarks

    def _tell(self, order: str, outcome: Outcome, remarks: tuple[str, ...]) -> None:
        snapshot = outcome.snapshot
        self._ground.telling(order).report(
            snapshot=snapshot.number,
            kind=snapshot.kind,
            consistency=snapshot.consistency,
            read_bytes=outcome.read,
            added_bytes=outcome.added,
            remarks=list(remarks),
        )

    def _free_of_dead(self, store: TenantStore) -> None:
        """Break the leases of orders that have ended: killed, and never carried on. Those of others are left alone."""
        for lease in store.leases():
            with suppress(NotFound):
                if not self._ground.desk.show(lease.run.removesuffix(BEFORE)).status.is_open:
                    store.break_lease(lease)

    def _contents(self, store: TenantStore, order: str, part: int, parts: int) -> Finding:
        """Read packs; a check that was cut short goes on where all was well so far."""
        desk = self._ground.desk
        sound = True
        after = str(desk.show(order).events.get(CHECKED, ""))

        def told(checked: str, wrong: str) -> None:
            nonlocal sound
            sound = sound and not wrong
            if sound:
                desk.send(order, CHECKED, checked)

        return store.verify_contents(
            order, part=part, parts=parts, after=after, told=lambda one: told(one.pack, one.wrong)
        )


def _of_run(store: TenantStore, run: str) -> Snapshot | None:
    return next((snapshot for snapshot in store.snapshots() if snapshot.run == run), None)


def _adopted(store: TenantStore, run: str) -> Snapshot | None:
    """Return the snapshot of a run that was killed after it had made one; the lease that it left behind goes."""
    made = _of_run(store, run)
    for lease in store.leases() if made else ():
        if lease.run == run:
            store.break_lease(lease)
    return made


def _words(outcome: Outcome) -> str:
    return f"{outcome.snapshot}: {outcome.read / MIB:.1f} MiB read, {outcome.added / MIB:.1f} MiB added"


def _removed(store: TenantStore, order: str, numbers: Collection[int], mine: Mine) -> Done:
    done = []
    for snapshot in store.snapshots():
        if snapshot.number in numbers:
            mine()
            try:
                store.remove(snapshot.number, order)
            except (SnapshotHeld, SnapshotInUse) as error:
                done.append(f"{snapshot} stays: {error.message}")
            else:
                done.append(f"removed {snapshot}")
    return done


def _damage_of(structure: Finding, contents: Finding) -> str:
    """Return in one sentence what is broken and what that costs; empty: nothing."""
    broken = {*structure.broken, *contents.broken}
    damage = {*structure.damage, *contents.damage}
    if not broken and not damage:
        return ""
    snapshots = sorted({each.snapshot for each in damage})
    lost = sum(max(each.length, 0) for each in damage)
    cost = (
        f"{lost} bytes of snapshots {', '.join(map(str, snapshots))} are lost" if snapshots else "nothing is lost yet"
    )
    return f"{len(broken)} packs are damaged; {cost}"
