"""People as those who look after them see and change them."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import TypeVar

from mailstead.ground.errors import MailsteadError
from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.security.model import Secret

from .codes import app_secret
from .elsewhere import one_of
from .errors import Forbidden
from .keys import digest
from .means import PLATFORM, Means
from .own_account import no_factor
from .person import Factors, NewPerson, NewToken, Person, PersonChange, Token, new_person
from .provider import Linked
from .session import INVITATION_PATH, Link, Purpose, Session
from .store import PersonStore
from .store.links import KnownLink
from .tokens import Tokens

T = TypeVar("T")


class PeopleRegister:
    """The port Register on what is stored."""

    def __init__(self, means: Means, scope: Scope = EVERYTHING, source: str = "") -> None:
        self._means = means
        self._records = means.records
        self._scope = scope
        self._source = source

    def within(self, scope: Scope) -> "PeopleRegister":
        return PeopleRegister(self._means, scope, self._source)

    def by(self, actor: str, source: str = "") -> "PeopleRegister":
        return PeopleRegister(self._means.by(actor), self._scope, source)

    def page(self, *, after: str = "", limit: int = 50, search: str = "") -> list[Person]:
        return self._persons.page(after=after, limit=limit, search=search)

    def get(self, person: str) -> Person:
        return self._persons.get(person)

    def invite(self, wanted: NewPerson) -> Link:
        self._refuse_scoped()
        person = new_person(self._means.chance.id(), wanted, self._means.clock.now())
        details = {"role": person.role, "tenants": sorted(person.tenants)}
        self._do("person.invite", person, lambda: self._persons.add(person), **details)
        return self._link(person, "invitation", self._means.times.invitation)

    def change(self, person: str, change: PersonChange) -> Person:
        before = self._theirs(person)
        details = {"before": {"role": before.role}, "after": {"role": change.role}}
        tenants = {"before": sorted(before.tenants), "after": sorted(change.tenants)}
        act = partial(self._persons.change, before.id, change)
        after = self._do("person.change", before, act, **details, tenants=tenants)
        self._records.sessions.end_all(after.id)
        return after

    def disable(self, person: str) -> Person:
        there = self._theirs(person)
        after = self._do("person.disable", there, partial(self._persons.set_disabled, there.id, disabled=True))
        self._records.sessions.end_all(after.id)
        return after

    def enable(self, person: str) -> Person:
        there = self._theirs(person)
        return self._do("person.enable", there, partial(self._persons.set_disabled, there.id, disabled=False))

    def reset(self, person: str) -> Link:
        there, times = self._theirs(person), self._means.times
        self._tell("person.reset", there)
        if not there.has_password:
            return self._link(there, "invitation", times.invitation)
        return self._link(there, "reset", times.reset)

    def remove(self, person: str) -> None:
        there = self._theirs(person)
        factors = self._records.factors.of(there.id).factors
        details = {"role": there.role, "tenants": sorted(there.tenants)}
        self._do("person.remove", there, lambda: self._persons.remove(there.id), **details)
        for factor in factors:
            self._means.vault.remove(PLATFORM, app_secret(factor.id))

    def factors(self, person: str) -> Factors:
        return self._records.factors.of(self._theirs(person).id)

    def remove_factor(self, person: str, factor: str) -> None:
        there = self._theirs(person)
        named = next((one for one in self.factors(there.id).factors if one.id == factor), None)
        if named is None:
            raise no_factor(factor)
        self._tell("factor.remove", there, kind=named.kind, name=named.name)
        self._records.factors.remove(there.id, factor)
        self._means.vault.remove(PLATFORM, app_secret(factor))
        self._records.sessions.end_all(there.id)

    def linked(self, person: str) -> list[Linked]:
        return self._records.identities.of(self._theirs(person).id)

    def unlink(self, person: str, identity: str) -> None:
        there = self._theirs(person)
        named = one_of(self.linked(there.id), identity)
        self._tell("sign-in.unlink", there, issuer=named.issuer, name=named.name)
        self._records.identities.remove(there.id, identity)
        self._records.sessions.end_all(there.id)

    def sessions(self, person: str) -> list[Session]:
        return self._records.sessions.of(self._theirs(person), self._means.clock.now())

    def end_sessions(self, person: str, session: str | None = None) -> int:
        there = self._theirs(person)
        ended = [one.id for one in self.sessions(there.id) if session in {None, one.id}]
        if ended:
            self._tell("session.end", there, sessions=ended)
        return sum(self._records.sessions.end(there.id, one) for one in ended)

    def tokens(self, person: str) -> list[Token]:
        return self._records.tokens.of(self._theirs(person).id)

    def add_token(self, person: str, wanted: NewToken) -> tuple[Token, Secret]:
        there = self._theirs(person)
        token, key = Tokens(self._means).made(there, wanted)
        self._tell("token.add", there, name=token.name, rights=sorted(token.rights))
        self._records.tokens.add(token, digest(key.reveal()))
        return token, key

    def revoke_token(self, person: str, token: str) -> None:
        there = self._theirs(person)
        for known in self._records.tokens.of(there.id):
            if known.id == token:
                self._tell("token.revoke", there, name=known.name)
                self._records.tokens.remove(there.id, token)

    @property
    def _persons(self) -> PersonStore:
        return self._records.persons.within(self._scope)

    def _tell(self, action: str, person: Person, **details: object) -> None:
        self._means.tell(action, person, self._source, **details)

    def _do(self, action: str, person: Person, act: Callable[[], T], **details: object) -> T:
        """Tell the trail, then act; what is refused is told, too."""
        self._tell(action, person, **details)
        try:
            return act()
        except MailsteadError as error:
            self._tell(f"{action}.refused", person, code=error.code)
            raise

    def _theirs(self, person: str) -> Person:
        """Return somebody; raise Forbidden in a scope: one who has to do with two tenants is neither's to change."""
        self._refuse_scoped()
        return self._persons.get(person)

    def _refuse_scoped(self) -> None:
        if self._scope.tenants is not None:
            remedy = "ask an owner of the platform"
            raise Forbidden("people are changed by owners of the platform", field="person", remedy=remedy)

    def _link(self, person: Person, purpose: Purpose, lasts: timedelta) -> Link:
        key, now = self._means.chance.key(), self._means.clock.now()
        self._records.links.put(KnownLink(digest(key.reveal()), person.id, purpose, now + lasts), now)
        url = Secret.of(self._means.party.origin + INVITATION_PATH + key.reveal_text())
        return Link(person, url, now + lasts)
