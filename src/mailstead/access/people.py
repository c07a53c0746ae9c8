"""People, as one caller may see and look after them: an operator all, a tenant administrator those of their tenants."""

from mailstead.people.model import Right
from mailstead.people.person import Factors, NewPerson, Person, PersonChange, Token
from mailstead.people.port import Register
from mailstead.people.session import Link, Session

from .asking import Asking


class PeopleAccess:
    """The register of people, behind the rights that it takes. Who changes somebody proves themselves just before."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def page(self, *, after: str = "", limit: int = 50, search: str = "") -> list[Person]:
        """Return up to *limit* people in the order of their addresses, behind *after*; *search* in address or name."""
        return self._read().page(after=after, limit=limit, search=search)

    def get(self, person: str) -> Person:
        """Return one person by id or address; raise NotFound, also for one out of scope."""
        return self._read().get(person)

    def factors(self, person: str) -> Factors:
        """Return the person's second factors. Raises NotFound."""
        return self._read().factors(person)

    def sessions(self, person: str) -> list[Session]:
        """Return the person's sessions, the latest seen first. Raises NotFound."""
        return self._read().sessions(person)

    def tokens(self, person: str) -> list[Token]:
        """Return the person's tokens. Raises NotFound."""
        return self._read().tokens(person)

    def invite(self, wanted: NewPerson) -> Link:
        """Make an account and a one-time link to it. Raises PersonThere, NotFound for a tenant."""
        return self._write().invite(wanted)

    def change(self, person: str, change: PersonChange) -> Person:
        """Change role and tenants. Raises NotFound, LastOwner, InvalidInput."""
        return self._write().change(person, change)

    def disable(self, person: str) -> Person:
        """Let the person in no more. Raises NotFound, LastOwner."""
        return self._write().disable(person)

    def enable(self, person: str) -> Person:
        """Let the person in again. Raises NotFound."""
        return self._write().enable(person)

    def reset(self, person: str) -> Link:
        """Make a one-time link to choose a new password. Raises NotFound."""
        return self._write().reset(person)

    def remove(self, person: str) -> None:
        """Forget the person. Raises NotFound, LastOwner."""
        self._write().remove(person)

    def remove_factor(self, person: str, factor: str) -> None:
        """Take a second factor away, a lost phone's perhaps. Raises NotFound."""
        self._write().remove_factor(person, factor)

    def end_sessions(self, person: str, session: str | None = None) -> int:
        """End one session of the person, or all; return how many there were. Raises NotFound."""
        return self._write().end_sessions(person, session)

    def revoke_token(self, person: str, token: str) -> None:
        """Revoke a token of the person. Raises NotFound."""
        self._write().revoke_token(person, token)

    def _read(self) -> Register:
        return self._with(Right.PEOPLE_READ)

    def _write(self) -> Register:
        return self._with(Right.PEOPLE_WRITE)

    def _with(self, right: Right) -> Register:
        self._asking.demand(right)
        caller = self._asking.caller
        return self._asking.running.people.register.within(caller.scope).by(caller.actor, caller.source)
