"""What can go wrong between us and a Windows guest. What the role or the endpoint denies stays as `remoting` says it.

Unreachable
├── WindowsSilent        no power, still booting, or its endpoint does not listen     windows-silent
└── OutcomeUnknown
    └── WindowsAnswerLost   it was told, and may have done it or be at it still       windows-answer-lost
Refused
├── NoSuchFeature        (InvalidInput) this Windows does not offer the feature       no-such-feature
├── NoWindowsHost        (InvalidInput) the host cannot carry a Windows machine       no-windows-host
└── BadAnswerFile        (InvalidInput) a value that no answer file may hold          bad-answer-file
Rejected
└── WindowsRefused       Windows said no; a person must look                          windows-refused
NotFound
└── NoSuchWindowsPart    a service, adapter or guest that is named is not there       no-such-windows-part
"""

from mailstead.ground.errors import InvalidInput, NotFound, OutcomeUnknown, Rejected, Unreachable


class WindowsSilent(Unreachable):
    """The guest does not answer; nothing was done."""

    code = "windows-silent"


class WindowsAnswerLost(OutcomeUnknown):
    """The guest was told and its answer lost: look again."""

    code = "windows-answer-lost"


class NoSuchFeature(InvalidInput):
    """This edition of Windows does not offer the feature."""

    code = "no-such-feature"


class NoWindowsHost(InvalidInput):
    """The host cannot carry a Windows machine."""

    code = "no-windows-host"


class BadAnswerFile(InvalidInput):
    """A value that cannot stand in an answer file, or a file that Windows Setup would not take."""

    code = "bad-answer-file"


class WindowsRefused(Rejected):
    """Windows answered no."""

    code = "windows-refused"


class NoSuchWindowsPart(NotFound):
    """What is named is not in the guest."""

    code = "no-such-windows-part"
