"""What is wrong with a request before it is known what it asks for.

Refused
├── WrongHost          it was meant for another server                           wrong-host
├── BodyTooLarge       its body is larger than any that is read                  request-too-large
├── WrongMediaType     its body is of a kind that is not read here               wrong-media-type
├── TooOften           too many requests; `wait_s`                               too-often
├── RevisionNeeded     a change must say which revision it was made from         revision-needed
├── ForeignRequest     (Denied) a browser sent it, and no page of ours           foreign-request
└── Unreadable         (InvalidInput) it cannot be read                          unreadable
NoSuchPath             (NotFound) there is nothing under this path               no-such-path
NoSuchMethod           (Refused) not with this method                            no-such-method
Unforeseen             something that nobody thought of; the log has it          internal
"""

from mailstead.ground.errors import Denied, InvalidInput, MailsteadError, NotFound, Refused


class WrongHost(Refused):
    """The request was meant for another server."""

    code = "wrong-host"


class BodyTooLarge(Refused):
    """The body is larger than any that is read here."""

    code = "request-too-large"


class WrongMediaType(Refused):
    """The body is of a kind that is not read here."""

    code = "wrong-media-type"


class TooOften(Refused):
    """There were too many requests; the next one counts after `wait_s` seconds."""

    code = "too-often"

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"too many requests: wait {wait_s:.0f} seconds", remedy="wait, then ask less often")
        self.wait_s = wait_s


class RevisionNeeded(Refused):
    """A change must say which revision it was made from."""

    code = "revision-needed"


class ForeignRequest(Denied):
    """The request carries a session, and does not come from a page of ours."""

    code = "foreign-request"


class Unreadable(InvalidInput):
    """The request cannot be read."""

    code = "unreadable"


class NoSuchPath(NotFound):
    """There is nothing under this path."""

    code = "no-such-path"


class NoSuchMethod(Refused):
    """What is under this path knows no such method."""

    code = "no-such-method"


class Unforeseen(MailsteadError):
    """Something happened that nobody thought of."""

    code = "internal"
