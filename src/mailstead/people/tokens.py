"""Keys for programs: never with more rights than their person has."""

from mailstead.ground.errors import InvalidInput
from mailstead.ground.scope import Scope
from mailstead.security.model import Secret

from .keys import BEGINNING
from .means import Means
from .person import NewToken, Person, Token

SHOWN = len(BEGINNING) + 6  # enough to tell two apart


class Tokens:
    """Makes tokens."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def made(self, person: Person, wanted: NewToken) -> tuple[Token, Secret]:
        """Return a token for the person, not stored yet, and its secret; raise InvalidInput."""
        _refuse_more(person, wanted)
        key = Secret.of(BEGINNING + self._means.chance.key().reveal_text())
        now = self._means.clock.now()
        token = Token(
            id=self._means.chance.id(),
            person=person.id,
            name=wanted.name,
            begins=key.reveal_text()[:SHOWN],
            rights=wanted.rights,
            scope=Scope(wanted.tenants or None),
            created=now,
            expires=now + wanted.lasts,
            used=None,
        )
        return token, key


def _refuse_more(person: Person, wanted: NewToken) -> None:
    if more := sorted(wanted.rights - person.rights):
        remedy = f"give some of: {', '.join(sorted(person.rights))}"
        message = f"{person.address} lacks the right {more[0]}"
        raise InvalidInput(message, field="rights", value=more[0], remedy=remedy)
    if beyond := sorted(tenant for tenant in wanted.tenants if not person.scope.admits(tenant)):
        message = f"{person.address} has nothing to do with {beyond[0]}"
        raise InvalidInput(message, field="tenants", value=beyond[0], remedy="give tenants of theirs")
