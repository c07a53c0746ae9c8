"""What can go wrong with the protection of tenants.

MailsteadError
├── Refused
│   ├── NotProtected     (Conflict)     nothing of the tenant is kept                           not-protected
│   ├── DrillUnderWay    (Conflict)     another drill goes on on the host                       drill-under-way
│   ├── NoBackup         (Conflict)     there is no backup yet                                  no-backup
│   ├── NotUndoable      (Conflict)     the order is no restore that could be taken back        not-undoable
│   ├── StillKept        (Conflict)     the rules keep the backup                               still-kept
│   ├── BesideThere      (Conflict)     the tenant has a machine of this name beside its own    beside-there
│   ├── TooManyBeside    (Conflict)     the tenant has as many machines beside as it may        too-many-beside
│   ├── SameHost         (Conflict)     the machine is to come to the host that it is on        same-host
│   ├── HostSilent       (Conflict)     nobody knows whether the machine runs on its host       host-silent
│   └── NoCredentials    (Conflict)     nobody has said how to sign in to a target              no-target-credentials
├── NotFound
│   ├── NoSuchTarget     no backup target of this name                                          no-such-target
│   ├── NoSuchBeside     no machine of this name is beside the tenant's own                     no-such-beside
│   └── NoSuchHold       no hold lies on the snapshot                                           no-such-hold
└── Rejected
    ├── DrillFailed      a machine that was started from a backup serves no mail                drill-failed
    └── BackupsDamaged   a check found what cannot be read                                      backups-damaged
"""

from mailstead.ground.errors import Conflict, NotFound, Rejected


class NotProtected(Conflict):
    """Nothing of the tenant is kept: there is no target, or its backups are off."""

    code = "not-protected"


class DrillUnderWay(Conflict):
    """Another drill goes on on the host: there is one machine for them."""

    code = "drill-under-way"


class NoBackup(Conflict):
    """There is no backup yet."""

    code = "no-backup"


class NotUndoable(Conflict):
    """The order is no restore that could be taken back."""

    code = "not-undoable"


class StillKept(Conflict):
    """The rules keep the backup."""

    code = "still-kept"


class BesideThere(Conflict):
    """The tenant has a machine of this name beside its own."""

    code = "beside-there"


class TooManyBeside(Conflict):
    """The tenant has as many machines beside its own as it may."""

    code = "too-many-beside"


class SameHost(Conflict):
    """The machine is to come to the host that it is on."""

    code = "same-host"


class HostSilent(Conflict):
    """The host of a machine does not answer: nobody knows whether it runs there."""

    code = "host-silent"


class NoCredentials(Conflict):
    """Nobody has said how to sign in to a target."""

    code = "no-target-credentials"


class NoSuchTarget(NotFound):
    """There is no backup target of this name."""

    code = "no-such-target"


class NoSuchBeside(NotFound):
    """There is no machine of this name beside the tenant's own."""

    code = "no-such-beside"


class NoSuchHold(NotFound):
    """No hold lies on the snapshot."""

    code = "no-such-hold"


class DrillFailed(Rejected):
    """A machine that was started from a backup does not serve mail."""

    code = "drill-failed"


class BackupsDamaged(Rejected):
    """A check found what cannot be read as it was written."""

    code = "backups-damaged"
