"""What can go wrong with backups.

MailsteadError
├── Refused
│   ├── DiskShrank          (Conflict) the disk is smaller than in the base       disk-shrank
│   ├── ObjectExists        (Conflict) an object of this name is there            object-exists
│   ├── SnapshotHeld        (Conflict) a legal hold lies on the snapshot          snapshot-held
│   ├── SnapshotInUse       (Conflict) a run at work needs the snapshot           snapshot-in-use
│   ├── SnapshotGoing       (Conflict) the snapshot is being removed              snapshot-going
│   ├── ForeignStore        (Conflict) the store belongs to another platform      foreign-store
│   ├── BackupUnderWay      (Conflict) somebody else backs the machine up         backup-under-way
│   ├── MachineRuns         (Conflict) the disks of a running machine stay        machine-runs
│   ├── PlaceUnfit          (Conflict) the disk cannot come back there            place-unfit
│   ├── TargetFull          (NoRoom)   no room where backups are kept             target-full
│   ├── ScratchFull         (NoRoom)   no room for what the guest overwrites      scratch-full
│   ├── NoPlaceLeft         (NoRoom)   no room for the disk that comes back       no-place-left
│   ├── PlaceDenied         (Denied)   the folder of disks cannot be written      place-denied
│   └── TargetDenied        (Denied)   the target is read-only, or refuses us     target-denied
├── NotFound
│   ├── NoSuchObject        no object of this name                                no-such-object
│   ├── NoStore             the target holds no store                             no-store
│   └── NoSuchSnapshot      no snapshot of this number                            no-such-snapshot
├── TargetUnreachable     (Unreachable) the target does not answer                target-unreachable
├── SourceLost            (Unreachable) the disk went away while it was read      source-lost
├── NotQuiet              (Unreachable) the guest did not hold its files still    not-quiet
└── Rejected
    ├── DiskUnreadable      the disk's file is not what it should be              disk-unreadable
    ├── TrackingFailed      the host did not do what change tracking needs        tracking-failed
    ├── TargetUnfit         it overwrites what it was told to create              target-unfit
    └── Damaged             what is stored is not what was written                backup-damaged
"""

from mailstead.ground.errors import Conflict, Denied, NoRoom, NotFound, Rejected, Unreachable


class DiskShrank(Conflict):
    """A disk is smaller than in the snapshot that its changes are counted from."""

    code = "disk-shrank"


class ObjectExists(Conflict):
    """An object of this name is there; it was not touched."""

    code = "object-exists"


class SnapshotHeld(Conflict):
    """A legal hold lies on the snapshot."""

    code = "snapshot-held"


class SnapshotInUse(Conflict):
    """A run at work reads the snapshot, or builds upon it."""

    code = "snapshot-in-use"


class SnapshotGoing(Conflict):
    """The snapshot is being removed: it cannot be held any more."""

    code = "snapshot-going"


class ForeignStore(Conflict):
    """The store was made by a platform with another key."""

    code = "foreign-store"


class TargetFull(NoRoom):
    """There is no room where backups are kept."""

    code = "target-full"


class TargetDenied(Denied):
    """The target is read-only, or refuses our credentials."""

    code = "target-denied"


class BackupUnderWay(Conflict):
    """Another program backs the machine up at this time."""

    code = "backup-under-way"


class MachineRuns(Conflict):
    """The machine runs: its disks are not exchanged under it."""

    code = "machine-runs"


class PlaceUnfit(Conflict):
    """The disk cannot come back to this place: it is too small, or no file."""

    code = "place-unfit"


class ScratchFull(NoRoom):
    """The host has no room to keep what the guest overwrites while its disks are read."""

    code = "scratch-full"


class NoPlaceLeft(NoRoom):
    """There is no room for the disk that is to come back."""

    code = "no-place-left"


class PlaceDenied(Denied):
    """The folder of the disks cannot be written."""

    code = "place-denied"


class SourceLost(Unreachable):
    """The disk went away while it was read: its machine was stopped, moved, or died."""

    code = "source-lost"


class NotQuiet(Unreachable):
    """The guest did not hold its files still, and less is not accepted."""

    code = "not-quiet"


class NoSuchObject(NotFound):
    """There is no object of this name."""

    code = "no-such-object"


class NoStore(NotFound):
    """The target holds no store."""

    code = "no-store"


class NoSuchSnapshot(NotFound):
    """There is no snapshot of this number."""

    code = "no-such-snapshot"


class TargetUnreachable(Unreachable):
    """The target does not answer."""

    code = "target-unreachable"


class DiskUnreadable(Rejected):
    """The file of a disk is not what it should be, or stands on another that is not there."""

    code = "disk-unreadable"


class TrackingFailed(Rejected):
    """A Hyper-V host did not hold the disks of a machine, or did not let them go, as change tracking needs it."""

    code = "tracking-failed"


class TargetUnfit(Rejected):
    """The target overwrites what it was told to create: two runs would destroy each other's work."""

    code = "target-unfit"


class Damaged(Rejected):
    """What is stored is not what was written."""

    code = "backup-damaged"
