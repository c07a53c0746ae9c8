"""People with an account, as one caller may see and look after them."""

from collections.abc import Sequence

from mailstead.people.model import Right
from mailstead.people.person import Factors, NewPerson, NewToken, Person, PersonChange, Token
from mailstead.people.port import Register
from mailstead.people.provider import Linked
from mailstead.people.session import Link, Session
from mailstead.security.model import Secret

from .asking import Asking


class PeopleAccess:
    """The people who have to do with the caller's tenants, and with these alone. The trail is told by the register.

    What changes somebody is grave: it raises StepUpNeeded, and no token can do it.
    """

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def page(self, *, after: str = "", limit: int = 50, search: str = "") -> list[Person]:
        """Return up to *limit* people in the order of their addresses, behind *after*; *search* in address or name."""
        return self._register(Right.PEOPLE_READ).page(after=after, limit=limit, search=search)

    def get(self, person: str) -> Person:
        """Return one person by id or address; raise NotFound."""
        return self._register(Right.PEOPLE_READ).get(person)

    def factors(self, person: str) -> Factors:
        """Return the person's second factors; raise NotFound."""
        return self._register(Right.PEOPLE_READ).factors(person)

    def linked(self, person: str) -> Sequence[Linked]:
        """Return the sign-ins elsewhere that open the person's account; raise NotFound."""
        return self._register(Right.PEOPLE_READ).linked(person)

    def sessions(self, person: str) -> list[Session]:
        """Return the person's sessions, the latest seen first; raise NotFound."""
        return self._register(Right.PEOPLE_READ).sessions(person)

    def tokens(self, person: str) -> list[Token]:
        """Return the person's tokens; raise NotFound."""
        return self._register(Right.PEOPLE_READ).tokens(person)

    def invite(self, wanted: NewPerson) -> Link:
        """Make an account and a one-time link to it; raise PersonThere, NotFound for a tenant."""
        register = self._register(Right.PEOPLE_WRITE)
        for tenant in wanted.tenants:
            self._asking.tenants.get(tenant)
        return register.invite(wanted)

    def change(self, person: str, change: PersonChange) -> Person:
        """Change role and tenants; raise NotFound, LastOwner, InvalidInput."""
        register = self._register(Right.PEOPLE_WRITE)
        for tenant in change.tenants:
            self._asking.tenants.get(tenant)
        return register.change(person, change)

    def disable(self, person: str) -> Person:
        """Let the person in no more; raise NotFound, LastOwner."""
        return self._register(Right.PEOPLE_WRITE).disable(person)

    def enable(self, person: str) -> Person:
        """Let the person in again; raise NotFound."""
        return self._register(Right.PEOPLE_WRITE).enable(person)

    def reset(self, person: str) -> Link:
        """Make a one-time link to choose a new password; raise NotFound."""
        return self._register(Right.PEOPLE_WRITE).reset(person)

    def remove(self, person: str) -> None:
        """Forget the person; raise NotFound, LastOwner."""
        self._register(Right.PEOPLE_WRITE).remove(person)

    def remove_factor(self, person: str, factor: str) -> None:
        """Take a second factor away; raise NotFound."""
        self._register(Right.PEOPLE_WRITE).remove_factor(person, factor)

    def unlink(self, person: str, identity: str) -> None:
        """Let a sign-in elsewhere open the account no more; raise NotFound."""
        self._register(Right.PEOPLE_WRITE).unlink(person, identity)

    def end_sessions(self, person: str, session: str | None = None) -> int:
        """End one session of the person, or all; return how many there were. Raises NotFound."""
        return self._register(Right.PEOPLE_WRITE).end_sessions(person, session)

    def add_token(self, person: str, wanted: NewToken) -> tuple[Token, Secret]:
        """Make a token for the person; raise NotFound, InvalidInput for what the person may not do themselves."""
        return self._register(Right.PEOPLE_WRITE).add_token(person, wanted)

    def revoke_token(self, person: str, token: str) -> None:
        """Revoke a token; raise NotFound."""
        self._register(Right.PEOPLE_WRITE).revoke_token(person, token)

    def _register(self, right: Right) -> Register:
        caller = self._asking.caller
        caller.demand(right)
        return self._asking.running.people.register.within(caller.scope).by(caller.actor, caller.source)
