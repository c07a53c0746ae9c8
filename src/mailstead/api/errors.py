"""What is wrong with a request before it is known what it asks for.

Refused
├── WrongHost          it was meant for another server                           wrong-host
├── WrongMediaType     its body is of a kind that is not read here               wrong-media-type
├── TooOften           too many requests; `wait_s`                               too-often
├── RevisionNeeded     a change must say which revision it was made from         revision-needed
├── ForeignRequest     (Denied) a browser sent it, and no page of ours           foreign-request
└── BadRequest         (InvalidInput) it cannot be read                          bad-request
NoSuchPath             (NotFound) there is nothing under this path               no-such-path
NoSuchMethod           (Refused) not with this method                            no-such-method
"""

from mailstead.ground.errors import Denied, InvalidInput, NotFound, Refused


class WrongHost(Refused):
    """The request was meant for another server."""

    code = "wrong-host"


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


class BadRequest(InvalidInput):
    """The request cannot be read."""

    code = "bad-request"


class NoSuchPath(NotFound):
    """There is nothing under this path."""

    code = "no-such-path"


class NoSuchMethod(Refused):
    """What is under this path knows no such method."""

    code = "no-such-method"
