"""What can go wrong between a backup and the person who wants a mail back.

NotFound
├── NoBackupThen     no backup that can be read is as old as that   no-backup-then
└── NotInBackup      no disk of it holds the mailbox or path        not-in-this-backup
Conflict
├── NobodyThere      the mailbox to give back to is not there any more   no-mailbox-to-give-to
└── NothingLeft      this order left nothing behind                      nothing-left-behind
InvalidInput
├── NotSingly        Exchange gives back folders, not single mails       not-singly
└── NoWayBack        the host cannot lend a disk to an Exchange server   no-way-back-to-exchange
Rejected
└── NotGivenBack     Exchange could not copy all of it                   not-given-back
"""

from mailstead.ground.errors import Conflict, InvalidInput, NotFound, Rejected


class NoBackupThen(NotFound):
    """No backup that can be read is as old as that."""

    code = "no-backup-then"


class NotInBackup(NotFound):
    """No disk of the backup holds this mailbox or path."""

    code = "not-in-this-backup"


class NobodyThere(Conflict):
    """The mailbox that mails are to come back to does not exist any more."""

    code = "no-mailbox-to-give-to"


class NothingLeft(Conflict):
    """The order is open, came to its end, or is of another kind: there is nothing to take away after it."""

    code = "nothing-left-behind"


class NotSingly(InvalidInput):
    """An Exchange server gives back a mailbox or a folder; single mails are chosen in there."""

    code = "not-singly"


class NoWayBack(InvalidInput):
    """The host has not all the means to open a backup beside a running Exchange server."""

    code = "no-way-back-to-exchange"


class NotGivenBack(Rejected):
    """Exchange did not copy all that was asked for."""

    code = "not-given-back"
