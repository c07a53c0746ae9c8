"""What can go wrong with backups.

MailsteadError
├── Refused
│   ├── DiskShrank          (Conflict) the disk is smaller than in the base       disk-shrank
│   ├── ObjectExists        (Conflict) an object of this name is there            object-exists
│   ├── SnapshotHeld        (Conflict) a legal hold lies on the snapshot          snapshot-held
│   ├── SnapshotInUse       (Conflict) a run at work needs the snapshot           snapshot-in-use
│   ├── SnapshotGoing       (Conflict) the snapshot is being removed              snapshot-going
│   ├── ForeignStore        (Conflict) the store belongs to another platform      foreign-store
│   ├── TargetFull          (NoRoom)   no room where backups are kept             target-full
│   └── TargetDenied        (Denied)   the target is read-only, or refuses us     target-denied
├── NotFound
│   ├── NoSuchObject        no object of this name                                no-such-object
│   ├── NoStore             the target holds no store                             no-store
│   └── NoSuchSnapshot      no snapshot of this number                            no-such-snapshot
├── TargetUnreachable     (Unreachable) the target does not answer                target-unreachable
└── Rejected
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


class TargetUnfit(Rejected):
    """The target overwrites what it was told to create: two runs would destroy each other's work."""

    code = "target-unfit"


class Damaged(Rejected):
    """What is stored is not what was written."""

    code = "backup-damaged"
