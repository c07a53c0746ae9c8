"""What can go wrong with a mail server.

InvalidInput
└── UnusableName       a name, key or hash that no configuration file can carry safely
Refused
├── LiveMachine        passwords are tried on machines that are thrown away afterwards, no others
└── ForeignDisk        the data disk holds something that is not ours: it is never formatted
Rejected
├── TrialRefused       a mailbox cannot be signed in to under a password just given
├── ConvergeFailed     the machine could not take on its configuration; the message says at which step
└── MailRefused        a mail was refused, with the reply of SMTP (memory driver)
Unreachable
└── NotServing         the mail services do not answer (yet)                                    retry
"""

from mailstead.ground.errors import InvalidInput, Refused, Rejected, Unreachable


class UnusableName(InvalidInput):
    """A value holds characters that a configuration file would read as something else."""

    code = "unusable-name"


class ForeignDisk(Refused):
    """The data disk holds data that we did not put there."""

    code = "foreign-disk"


class LiveMachine(Refused):
    """Passwords are tried on machines that are thrown away afterwards, and on no others."""

    code = "live-machine"


class TrialRefused(Rejected):
    """A mailbox cannot be signed in to under a password that was just given to it."""

    code = "trial-refused"


class ConvergeFailed(Rejected):
    """The machine could not take on its configuration."""

    code = "converge-failed"


class NotServing(Unreachable):
    """The mail services of the machine do not answer."""

    code = "not-serving"


class MailRefused(Rejected):
    """An SMTP reply of 4xx or 5xx; the message begins with it."""

    code = "mail-refused"
