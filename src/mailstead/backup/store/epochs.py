"""Who is at work, and what is condemned: epochs and leases, by numbers and never by a clock.

The protocol and why it is safe: docs/formats/backup-store.md, "Who may be at work at once".
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from mailstead.backup.errors import NoSuchSnapshot, ObjectExists, SnapshotGoing
from mailstead.backup.model import Lease, parse_run
from mailstead.backup.port import Target
from mailstead.ground.errors import LostLease, MailsteadError

from .claiming import claim, read_if_there
from .keys import TenantKeys
from .names import Names, doomed_of, lease_of, number_of, token


class Epochs:
    """The epochs and leases of one tenant."""

    def __init__(self, target: Target, names: Names, keys: TenantKeys) -> None:
        self._target, self._names, self._keys = target, names, keys

    def newest(self) -> int:
        """Return the number of the epoch that goes on; 0 before the first collection."""
        return max(self._numbers(), default=0)

    def condemned(self) -> dict[int, frozenset[str]]:
        """Return the packs that each list condemns which still stands. Raises Damaged."""
        found = {number: read_if_there(self._target, self._names.epoch(number)) for number in self._numbers()}
        return {number: self._opened(number, content) for number, content in found.items() if content is not None}

    def publish(self, number: int, packs: frozenset[str]) -> bool:
        """Begin epoch *number* and condemn *packs* with one and the same act; False if another did."""
        name = self._names.epoch(number)
        return claim(self._target, name, self._keys.seal(name, {"condemned": sorted(packs)}))

    def retire(self, number: int) -> None:
        """Delete a list that is worked off; never the newest."""
        self._target.delete(self._names.epoch(number))

    def leases(self) -> list[Lease]:
        """Return the leases there are, the oldest epoch first."""
        return sorted(lease for entry in self._target.list(self._names.leases) if (lease := lease_of(entry.name)))

    @contextmanager
    def lease(self, run: str, uses: int = 0) -> Iterator[Lease]:
        """Hold a lease while the block lasts; leases that *run* left behind before are broken first.

        With *uses*, that snapshot is not removed meanwhile. Raises NoSuchSnapshot, SnapshotGoing.
        """
        parse_run(run)
        for left in self.leases():
            if left.run == run:
                self.end(left)
        lease = self._begun(run, uses)
        try:
            if uses:
                self.refuse_going(uses)
            yield lease
        except Exception:
            with suppress(MailsteadError):  # the first error counts; the next try of the run breaks what is left
                self.end(lease)
            raise
        self.end(lease)

    def end(self, lease: Lease) -> None:
        """Give a lease up, or break that of a run that is known to be dead."""
        self._target.delete(self._names.lease(lease))

    def confirm(self, lease: Lease) -> None:
        """Raise LostLease if the lease was broken."""
        if lease not in self.leases():
            remedy = "another try of this run, or an administrator, took over; let that one go on"
            raise LostLease(f"run {lease.run} lost its lease", field="run", value=lease.run, remedy=remedy)

    def refuse_going(self, snapshot: int) -> None:
        """Raise SnapshotGoing or NoSuchSnapshot. In this order: see the protocol."""
        doomed = (doomed_of(entry.name) for entry in self._target.list(self._names.doom))
        if snapshot in doomed:
            remedy = "take another one, or let the prune end (one that died is ended by the next)"
            raise SnapshotGoing(
                f"snapshot {snapshot} is being removed", field="snapshot", value=snapshot, remedy=remedy
            )
        if read_if_there(self._target, self._names.snapshot(snapshot)) is None:
            raise no_such_snapshot(snapshot)

    def _begun(self, run: str, uses: int) -> Lease:
        """Make a lease in the newest epoch that is seen; should another begin meanwhile, it is the more careful."""
        lease = Lease(self.newest(), token(), uses, run)
        with suppress(ObjectExists):  # an answer was lost: the token is ours alone
            self._target.create(self._names.lease(lease), b"")
        return lease

    def _numbers(self) -> list[int]:
        found = (number_of(entry.name) for entry in self._target.list(self._names.epochs))
        return sorted(number for number in found if number is not None)

    def _opened(self, number: int, content: bytes) -> frozenset[str]:
        return frozenset(self._keys.unseal(self._names.epoch(number), content)["condemned"])


def no_such_snapshot(number: int) -> NoSuchSnapshot:
    remedy = "see which there are: mailstead backup list"
    return NoSuchSnapshot(f"there is no snapshot {number}", field="snapshot", value=number, remedy=remedy)
