"""What faces see of people at every request."""

from typing import Protocol

from .model import Caller


class Callers(Protocol):
    """Turns what a request carries into who asks. Everything is looked up anew: a right taken is gone at once."""

    def by_session(self, cookie: str, source: str) -> Caller:
        """Return whom the cookie stands for; raise NotSignedIn, also for one who must enrol a second factor first."""

    def by_token(self, bearer: str, source: str) -> Caller:
        """Return whom the token stands for, with no more rights than it was given; raise NotSignedIn."""
