"""What may go wrong with backups and what is in them, in words that catalogues translate; as in `faults`."""

from collections.abc import Mapping

from .words import mark

BACKUP_FAULTS: Mapping[str, tuple[str, str]] = {
    "backup-damaged": (
        mark("A part of the backup cannot be read as it was written."),
        mark("Take it from another backup, or from the second copy."),
    ),
    "backup-under-way": (mark("A backup of it is being made just now."), mark("Wait for that one.")),
    "backups-damaged": (
        mark("The check found what cannot be read as it was written."),
        mark("Take it from the second copy, then check again."),
    ),
    "damaged-disk": (
        mark("A part of the disk in the backup cannot be read."),
        mark("Look into another backup; the rest stays readable."),
    ),
    "damaged-mail": (mark("The mail cannot be read as it was written."), mark("Look for it in another backup.")),
    "drill-failed": (
        mark("The machine that was started from the backup serves no mail."),
        mark("Try an older backup, and see what its console says."),
    ),
    "drill-under-way": (mark("Another backup is being tried out on the host."), mark("Wait for that one.")),
    "invalid-input asof": (mark("“%(value)s” is no day."), mark("Write it as 2026-11-03.")),
    "invalid-input into": (
        mark("“%(value)s” is no name of a folder."),
        mark("Give a name such as Restored, or Work/Offers."),
    ),
    "invalid-input mails": (
        mark("No mail is chosen, or mails of several backups."),
        mark("Tick some mails of one backup."),
    ),
    "invalid-input path": (mark("There is no file “%(value)s”."), mark("Give its path, such as etc/hostname.")),
    "invalid-input reason": (mark("A hold needs a reason."), mark("Say why: others read it later.")),
    "invalid-input since": (mark("“%(value)s” is no day."), mark("Write it as 2026-11-03.")),
    "invalid-input snapshot": (mark("There is no backup “%(value)s”."), mark("Choose one of the list.")),
    "invalid-input snapshots": (mark("No backup is chosen."), mark("Tick some backups first.")),
    "invalid-input until": (mark("“%(value)s” is no day."), mark("Write it as 2026-11-03.")),
    "no-backup": (mark("There is no backup of %(value)s yet."), mark("Make one now, or wait for the next window.")),
    "no-backup-then": (mark("No backup is as old as that."), mark("Choose a later day.")),
    "no-mailbox-to-give-to": (
        mark("The mailbox %(value)s does not exist any more."),
        mark("Make it again, or download its mails."),
    ),
    "no-such-hold": (mark("No hold lies on backup %(value)s."), mark("Look again which there are.")),
    "no-such-mail": (mark("The mail is not in this backup."), mark("Look again which there are.")),
    "no-such-snapshot": (mark("There is no backup %(value)s."), mark("Choose one of the list.")),
    "no-such-target": (
        mark("There is no place for backups named %(value)s."),
        mark("Name one of those in mailstead.toml."),
    ),
    "no-target-credentials": (
        mark("Nobody has said how to sign in to %(value)s."),
        mark("On the command line: mailstead backup target add."),
    ),
    "not-in-this-backup": (mark("%(value)s is not in this backup."), mark("Look into another one.")),
    "not-protected": (
        mark("Nothing of %(value)s is backed up."),
        mark("It has no target, is removed, or its file turns backups off."),
    ),
    "not-undoable": (
        mark("The restore %(value)s cannot be taken back."),
        mark("Only one that came to no end can, while its old disks are kept."),
    ),
    "snapshot-going": (mark("The backup %(value)s is being removed."), mark("Choose another one.")),
    "snapshot-held": (mark("A hold lies on backup %(value)s."), mark("Lift the hold first, if it may be lifted.")),
    "still-kept": (
        mark("The rules keep backup %(value)s."),
        mark("Remove what the rules give up, or change the rules."),
    ),
    "target-unreachable": (mark("The place of the backups does not answer."), mark("It is asked again.")),
    "beside-there": (
        mark("A machine named %(value)s is there already."),
        mark("Choose another name, or remove it first."),
    ),
    "host-silent": (
        mark("The host %(value)s does not answer."),
        mark("Wait until it does. If it is gone for good, say so on the command line: --host-is-gone."),
    ),
    "no-such-beside": (mark("There is no machine %(value)s beside."), mark("Look again which there are.")),
    "no-way-back-to-exchange": (
        mark("The host cannot lend a disk to an Exchange server."),
        mark("Its operator prepares it anew: mailstead host prepare."),
    ),
    "not-given-back": (mark("Exchange could not copy all of it."), mark("See the report of the order.")),
    "not-offered": (mark("The administrator has not switched this on."), mark("Ask the administrator of the mail.")),
    "not-singly": (
        mark("Exchange gives back folders, not single mails."),
        mark("Give the folder back, and take them out of there."),
    ),
    "nothing-left-behind": (mark("The order left nothing behind."), mark("Nothing needs to be taken away.")),
    "same-host": (mark("The machine is on the host %(value)s already."), mark("Name another host.")),
    "too-many-beside": (mark("There are as many machines beside as there may be."), mark("Remove one of them first.")),
}
