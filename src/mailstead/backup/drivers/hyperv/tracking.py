"""Snapshots, reference points and changes of one machine: methods that begin jobs, and what their values mean.

Source: https://learn.microsoft.com/windows/win32/hyperv_v2/; decision 0222.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PureWindowsPath
from uuid import UUID

from mailstead.backup.errors import TrackingFailed
from mailstead.backup.model import Range
from mailstead.ground.clock import Clock, Deadline
from mailstead.remoting.calls import Statement
from mailstead.remoting.cmdlets.hyperv import GetVM
from mailstead.remoting.cmdlets.tracking import (
    ConvertToReferencePoint,
    GetDiskChange,
    GetJob,
    GetReferencePoint,
    GetSnapshot,
    NewSnapshot,
    RemoveReferencePoint,
    RemoveSnapshot,
)
from mailstead.remoting.errors import NoSuchObject
from mailstead.remoting.port import Remote
from mailstead.remoting.values import PsObject

APPLICATION, CRASH = 1, 2  # ConsistencyLevel of Msvm_VirtualSystemSnapshotSettingData
_DONE, _STARTED = 0, 4096
_COMPLETED, _WITH_WARNINGS = 7, 32768  # JobState of Msvm_ConcreteJob
_UNDER_WAY = (2, 3, 4, 5)  # new, starting, running, suspended
_JOB_S, _POLL_S = 3600.0, 0.2
_MEANINGS: Mapping[int, str] = {
    1: "not supported", 2: "failed", 3: "timeout", 4: "invalid parameter", 5: "invalid state", 32768: "failed",
    32769: "access denied", 32770: "not supported", 32772: "timeout", 32773: "invalid parameter", 32774: "in use",
    32775: "invalid state", 32777: "not available", 32778: "out of memory", 32779: "file not found",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot of type Recovery, and the disk files that nobody writes to while it stands."""

    id: str
    paths: tuple[PureWindowsPath, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What was written since a moment; *lost* says why that is not known."""

    ranges: tuple[Range, ...] = ()
    lost: str = ""


class Tracking:
    """Change tracking of the machine that *vm* gives. All verbs raise what remoting raises, and TrackingFailed."""

    def __init__(self, remote: Remote, vm: GetVM, clock: Clock) -> None:
        self._remote, self._vm, self._clock = remote, vm, clock

    def take(self, level: int) -> Snapshot:
        """Hold the disks as they are now."""
        self._do(self._vm | NewSnapshot(ConsistencyLevel=level))
        found = self.snapshots()
        if len(found) != 1:
            raise TrackingFailed(f"{len(found)} snapshots are there instead of one", field="machine", value=self._vm.Id)
        return found[0]

    def snapshots(self) -> list[Snapshot]:
        found = self._remote.run(self._vm | GetSnapshot()).all("Snapshot")
        return [
            Snapshot(each.text_of("InstanceID"), tuple(map(PureWindowsPath, each.texts("Paths")))) for each in found
        ]

    def drop(self, snapshot: Snapshot) -> None:
        """Let the disks go; what was written meanwhile comes into them."""
        try:
            self._do(self._vm | RemoveSnapshot(SnapshotId=snapshot.id))
        except NoSuchObject:
            return

    def convert(self, snapshot: Snapshot) -> tuple[str, Mapping[str, str]]:
        """Let the disks go, and keep the moment: its name, and its identifiers of change tracking by those of disks."""
        before = {each.text_of("InstanceID") for each in self._points()}
        self._do(self._vm | ConvertToReferencePoint(SnapshotId=snapshot.id))
        new = [each for each in self._points() if each.text_of("InstanceID") not in before]
        if len(new) != 1:
            raise TrackingFailed(f"{len(new)} reference points came instead of one", field="machine", value=self._vm.Id)
        return new[0].text_of("InstanceID"), _moments(new[0])

    def forget(self, reference: str) -> None:
        """Forget a reference point; one already gone is no error."""
        try:
            self._do(self._vm | RemoveReferencePoint(InstanceId=reference))
        except NoSuchObject:
            return

    def changes(self, path: PureWindowsPath, since: str, size: int) -> Changes:
        """Return what was written on a disk of *size* bytes since a moment, out of all answers that it takes."""
        found: list[Range] = []
        offset = 0
        while offset < size:
            asked = GetDiskChange(Path=str(path), LimitId=since, ByteOffset=offset, ByteLength=size - offset)
            answer = self._remote.run(asked).one("Outcome")
            value, done = answer.number("ReturnValue"), answer.number("ProcessedByteLength")
            if value != _DONE or done < 1:
                return Changes(lost=f"the host says {_meaning(value)}")
            pairs = zip(answer.numbers("ChangedByteOffsets"), answer.numbers("ChangedByteLengths"), strict=True)
            found += [Range(begin, length) for begin, length in pairs]
            offset += done
        return Changes(tuple(found))

    def _points(self) -> tuple[PsObject, ...]:
        return self._remote.run(self._vm | GetReferencePoint()).all("ReferencePoint")

    def _do(self, statement: Statement) -> None:
        """Carry a method out to its end."""
        outcome = self._remote.run(statement).one("Outcome")
        value = outcome.number("ReturnValue")
        if value == _STARTED:
            self._await(outcome.text_of("Method"), UUID(outcome.text_of("Job")))
        elif value != _DONE:
            raise _failed(outcome.text_of("Method"), _meaning(value))

    def _await(self, method: str, job: UUID) -> None:
        deadline = Deadline(self._clock, _JOB_S, interval_s=_POLL_S)
        while (seen := self._remote.run(GetJob(InstanceId=job)).one("Job")).number("JobState") in _UNDER_WAY:
            if not deadline.wait():
                raise _failed(method, "it has not come to its end within an hour")
        if seen.number("JobState") not in {_COMPLETED, _WITH_WARNINGS}:
            raise _failed(method, seen.text_of("ErrorDescription") or f"its job ended with state {seen['JobState']}")


def _moments(point: PsObject) -> Mapping[str, str]:
    disks, moments = point.texts("VirtualDiskIdentifiers"), point.texts("ResilientChangeTrackingIdentifiers")
    return {plain(disk): moment for disk, moment in zip(disks, moments, strict=False) if moment}


def plain(identifier: str) -> str:
    """Return an identifier of a disk as all write it: {A-B} and a-b are the same."""
    return identifier.strip("{}").lower()


def _meaning(value: int) -> str:
    return f"{_MEANINGS.get(value, 'an unknown value')} ({value})"


def _failed(method: str, why: str) -> TrackingFailed:
    remedy = "see the host's event log: Hyper-V-VMMS; mailstead backup run tries again"
    return TrackingFailed(f"{method}: {why}", field="machine", value=method, remedy=remedy)
