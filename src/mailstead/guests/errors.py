"""What can go wrong between us and a guest.

Unreachable
├── GuestSilent        nothing was done: no power, still booting, or the agent hangs
└── OutcomeUnknown
    └── AnswerLost     it was asked for, and may have been done or still be going on
Rejected
└── GuestRefused       the guest said no: no right, no room, no such program
    └── GuestNotBelieved   another than this guest answers in its place
NotFound
├── NoSuchGuest        there is no machine of this name
└── NoSuchFile         the guest has no file of this name
"""

from mailstead.ground.errors import NotFound, OutcomeUnknown, Rejected, Unreachable


class GuestSilent(Unreachable):
    """The guest does not answer; nothing was done."""

    code = "guest-silent"


class AnswerLost(OutcomeUnknown):
    """The guest was asked and did not answer in time: it may have done it, or be at it still."""

    code = "guest-answer-lost"


class GuestRefused(Rejected):
    """The guest answered no."""

    code = "guest-refused"


class GuestNotBelieved(GuestRefused):
    """Who answers at the guest's address cannot prove to be that guest; nothing was told to it."""

    code = "guest-not-believed"


class NoSuchGuest(NotFound):
    """There is no machine of this name."""

    code = "no-such-guest"


class NoSuchFile(NotFound):
    """The guest has no such file."""

    code = "no-such-guest-file"
