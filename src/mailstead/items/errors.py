"""What can go wrong while something is read out of a disk, or given back.

InvalidInput
└── UnsupportedDisk    a file system, or a part of one, that is not read here: its name is said
NotFound
├── NoSuchPath         the file system holds no such file or folder
└── NoSuchMail         the folder holds no such message
Rejected
├── DamagedDisk        what lies there contradicts itself, or could not be read; the rest stays readable
├── DamagedMail        one mail cannot be read: it is named
├── ReceiverRefused    the mail server did not take a mail
└── TooLarge           a file would take more room than it may
Unreachable
└── ReceiverSilent     the mail server does not answer, or hung up: look what arrived, then go on   retry
"""

from mailstead.ground.errors import InvalidInput, MailsteadError, NotFound, OutcomeUnknown, Rejected, worth_retrying

from .model import Damage


class UnsupportedDisk(InvalidInput):
    """A file system, or a feature of one, that is not read here."""

    code = "unsupported-disk"


class NoSuchPath(NotFound):
    """The file system holds nothing by that name."""

    code = "not-on-this-disk"


class NoSuchMail(NotFound):
    """The folder, or the whole backup, holds no such message."""

    code = "no-such-mail"


class DamagedDisk(Rejected):
    """A structure of the disk contradicts itself or its checksum, or the medium failed below it."""

    code = "damaged-disk"


class DamagedMail(Rejected):
    """The bytes of one mail cannot be had; the message names it."""

    code = "damaged-mail"


class TooLarge(Rejected):
    """A file is larger than what may be held in memory."""

    code = "file-too-large"


class ReceiverRefused(Rejected):
    """The mail server said no to one mail."""

    code = "receiver-refused"


class ReceiverSilent(OutcomeUnknown):
    """The mail server hung up or does not answer: a mail may or may not have arrived."""

    code = "receiver-silent"


UNREADABLE = (MailsteadError, OSError)  # what a medium, a file system or a mail may raise for a part of it


def named(where: str, error: Exception) -> Damage:
    """Return the damage that an error tells of; raise it again if the same read may succeed in a moment."""
    if worth_retrying(error):
        raise error
    return Damage(where, str(error))
