"""What may come between a caller and what they ask.

Conflict
├── Changed      somebody else was faster: look again          changed-meanwhile
└── NotOffered   the tenant does not let its users do this     not-offered
NoRoom
└── TooBusy      as much of this is being done already         too-busy
InvalidInput
├── NotConfirmed the name typed is not the one that is meant   not-confirmed
└── TooMany      more at once than one request may ask for     too-many
Refused
└── BodyTooLarge a request's body is larger than any read      body-too-large
Unforeseen       something nobody thought of; the log has it   unforeseen
"""

from mailstead.ground.errors import Conflict, InvalidInput, MailsteadError, NoRoom, Refused


class Changed(Conflict):
    """The thing is not as the caller saw it last."""

    code = "changed-meanwhile"


class NotOffered(Conflict):
    """The tenant's administrator has not switched this on for its users, or not as far."""

    code = "not-offered"


class TooBusy(NoRoom):
    """As many of these as the platform bears are being done already."""

    code, waits_for = "too-busy", "others to end"


class NotConfirmed(InvalidInput):
    """What was typed to confirm is not the name of what would be lost."""

    code = "not-confirmed"


class TooMany(InvalidInput):
    """One request asks for more than it may hold."""

    code = "too-many"


class BodyTooLarge(Refused):
    """The body of a request is larger than any that is read there."""

    code = "body-too-large"


class Unforeseen(MailsteadError):
    """Something went wrong that nobody thought of; the log has it."""

    code = "unforeseen"
