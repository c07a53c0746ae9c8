"""What can go wrong between a backup and the person who wants a mail back.

NotFound
├── NoBackupThen     no backup that can be read is as old as that   no-backup-then
└── NotInBackup      no disk of it holds the mailbox or path        not-in-this-backup
Conflict
└── NobodyThere      the mailbox to give back to is not there any more   no-mailbox-to-give-to
"""

from mailstead.ground.errors import Conflict, NotFound


class NoBackupThen(NotFound):
    """No backup that can be read is as old as that."""

    code = "no-backup-then"


class NotInBackup(NotFound):
    """No disk of the backup holds this mailbox or path."""

    code = "not-in-this-backup"


class NobodyThere(Conflict):
    """The mailbox that mails are to come back to does not exist any more."""

    code = "no-mailbox-to-give-to"
