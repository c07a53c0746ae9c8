"""The snapshots of one tenant and the holds on them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from mailstead.backup.errors import Damaged, SnapshotHeld, SnapshotInUse
from mailstead.backup.model import Consistency, Disk, Hold, Kind, Moment, Snapshot, parse_run
from mailstead.backup.port import Target
from mailstead.ground.errors import Conflict

from .claiming import claim, read_if_there
from .epochs import Epochs, no_such_snapshot
from .keys import TenantKeys
from .names import Names, doomed_of, hold_of, number_of, token


class Catalogue:
    """Manifests and holds."""

    def __init__(self, target: Target, names: Names, keys: TenantKeys, epochs: Epochs) -> None:
        self._target, self._names, self._keys, self._epochs = target, names, keys, epochs

    def numbers(self) -> list[int]:
        """Return the numbers of all snapshots, readable or not, ascending."""
        found = (number_of(entry.name) for entry in self._target.list(self._names.snapshots))
        return sorted(number for number in found if number is not None)

    def snapshots(self) -> list[Snapshot]:
        """Return the snapshots that can be read; those that cannot are named by `damaged`."""
        return [found for number in self.numbers() if isinstance(found := self._look(number), Snapshot)]

    def damaged(self) -> list[int]:
        """Return the numbers of those snapshots whose manifest cannot be read."""
        return [number for number in self.numbers() if isinstance(self._look(number), Damaged)]

    def all_snapshots(self) -> Iterator[Snapshot]:
        """Yield every snapshot there is; raise Damaged if one of them cannot be read."""
        for number in self.numbers():
            if (content := read_if_there(self._target, self._names.snapshot(number))) is not None:
                yield self._parsed(number, content)

    def snapshot(self, number: int) -> Snapshot:
        """Return one. Raises NoSuchSnapshot, Damaged."""
        content = read_if_there(self._target, self._names.snapshot(number))
        if content is None:
            raise no_such_snapshot(number)
        return self._parsed(number, content)

    def add(self, moment: Moment, disks: tuple[Disk, ...]) -> Snapshot:
        """Take the next number that is free, with a manifest that is written for good."""
        number = max((*self.numbers(), *self._doomed()), default=0)
        value = _as_json(moment, disks)
        while True:
            number += 1
            name = self._names.snapshot(number)
            if claim(self._target, name, self._keys.seal(name, value)):
                return _snapshot(self._keys.tenant, number, value)

    def take_back(self, snapshot: Snapshot) -> None:
        """Delete a manifest that was never confirmed."""
        self._target.delete(self._names.snapshot(snapshot.number))

    def remove(self, number: int, run: str) -> None:
        """Remove a snapshot; one already gone is no error. Raises SnapshotHeld, SnapshotInUse.

        What only it needed is freed by the collections that follow.
        """
        mark = self._names.doomed(number, parse_run(run))
        claim(self._target, mark, b"")
        try:
            self._refuse_held(number)
        except Conflict:
            self._target.delete(mark)
            raise
        self._target.delete(self._names.snapshot(number))
        for entry in list(self._target.list(self._names.doom)):
            if doomed_of(entry.name) == number:
                self._target.delete(entry.name)

    def hold(self, number: int, *, reason: str, by: str, at: datetime) -> Hold:
        """Lay a hold on a snapshot. Raises NoSuchSnapshot, SnapshotGoing; then there is none."""
        hold = Hold(number, token(), reason, by, at)
        name = self._names.hold(number, hold.token)
        value = {"reason": reason, "by": by, "at": at.isoformat()}
        claim(self._target, name, self._keys.seal(name, value))
        try:
            self._epochs.refuse_going(number)
        except Exception:
            self._target.delete(name)
            raise
        return hold

    def release(self, hold: Hold) -> None:
        """Lift a hold; one already lifted is no error."""
        self._target.delete(self._names.hold(hold.snapshot, hold.token))

    def holds(self) -> list[Hold]:
        """Return all holds; of one that cannot be read only that it is there."""
        found = (hold_of(entry.name) for entry in self._target.list(self._names.holds))
        return [hold for place in found if place and (hold := self._hold(*place))]

    def _doomed(self) -> list[int]:
        found = (doomed_of(entry.name) for entry in self._target.list(self._names.doom))
        return [number for number in found if number is not None]

    def _hold(self, number: int, token_: str) -> Hold | None:
        name = self._names.hold(number, token_)
        content = read_if_there(self._target, name)
        if content is None:
            return None
        try:
            value = self._keys.unseal(name, content)
        except Damaged:
            return Hold(number, token_, "(cannot be read)", "", datetime.min.replace(tzinfo=UTC))
        return Hold(number, token_, value["reason"], value["by"], datetime.fromisoformat(value["at"]))

    def _refuse_held(self, number: int) -> None:
        if any(hold.snapshot == number for hold in self.holds()):
            remedy = "whoever laid the hold lifts it"
            raise SnapshotHeld(f"a hold lies on snapshot {number}", field="snapshot", value=number, remedy=remedy)
        users = [lease.run for lease in self._epochs.leases() if lease.uses == number]
        if users:
            said = f"snapshot {number} is in use by {', '.join(users)}"
            raise SnapshotInUse(said, field="snapshot", value=number, remedy="let the run end, or break its lease")

    def _look(self, number: int) -> Snapshot | Damaged | None:
        """Return a snapshot, what is wrong with it, or None if it is gone."""
        content = read_if_there(self._target, self._names.snapshot(number))
        try:
            return None if content is None else self._parsed(number, content)
        except Damaged as error:
            return error

    def _parsed(self, number: int, content: bytes) -> Snapshot:
        return _snapshot(self._keys.tenant, number, self._keys.unseal(self._names.snapshot(number), content))


def _as_json(moment: Moment, disks: tuple[Disk, ...]) -> dict[str, Any]:
    listed = [{"name": disk.name, "size": disk.size, "root": disk.root.hex(), "point": disk.point} for disk in disks]
    return {
        "taken": moment.taken.isoformat(),
        "run": moment.run,
        "kind": moment.kind,
        "base": moment.base,
        "consistency": moment.consistency,
        "disks": listed,
    }


def _snapshot(tenant: str, number: int, value: dict[str, Any]) -> Snapshot:
    disks = [Disk(disk["name"], disk["size"], bytes.fromhex(disk["root"]), disk["point"]) for disk in value["disks"]]
    return Snapshot(
        tenant=tenant,
        number=number,
        taken=datetime.fromisoformat(value["taken"]),
        run=value["run"],
        kind=Kind(value["kind"]),
        base=value["base"],
        consistency=Consistency(value["consistency"]),
        disks=tuple(disks),
    )
