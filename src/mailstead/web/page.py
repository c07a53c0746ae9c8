"""What a page is: a path, a verb, and the function that answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from starlette.responses import Response

Handler = Callable[..., Response]
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Page:
    """A way into the console. `handler` takes the visit and the parts of the path by their names.

    `form` is the page that holds the form of a POST: it is shown again, with what was given and why it was refused.
    `public`: for people who are not signed in. `whose` it is: a mailbox
    user gets no page of the people who run things. `most_bytes` is the largest body that is read.
    """

    verb: Literal["GET", "POST"]
    path: str
    handler: Handler
    form: Handler | None = None
    public: bool = False
    whose: Literal["people", "mailboxes", "all"] = "people"
    most_bytes: int = MIB
