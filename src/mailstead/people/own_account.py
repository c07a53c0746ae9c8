"""What somebody does with their own account: factors, password, profile, sessions, tokens."""

from collections.abc import Callable

from mailstead.ground.errors import InvalidInput, NotFound
from mailstead.security.model import Secret

from .challenging import Challenging
from .codes import Codes, app_secret
from .door import Door
from .errors import LastFactor, SignInRefused
from .keys import digest
from .means import PLATFORM, Means
from .person import Factors, NewToken, Person, Profile, Token
from .plan import password_buckets
from .session import Admission, Enrolled, Session, TotpOffer, Visitor
from .signing_in import refuse_weak
from .tokens import Tokens

NAME_MAX = 100


class OwnAccount:
    """The port Account on what is stored."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._records = means.records
        door = Door(means)
        self._signed_in, self._proven, self._alone = door.signed_in, door.proven, door.alone
        self._codes = Codes(means)
        self._challenging = Challenging(means)
        self._tokens = Tokens(means)

    def factors(self, cookie: str, visitor: Visitor) -> Factors:
        return self._records.factors.of(self._signed_in(cookie, visitor, enrolling=True).person.id)

    def offer_totp(self, cookie: str, visitor: Visitor) -> TotpOffer:
        session = self._proven(cookie, visitor, enrolling=True)
        return self._codes.offer(session.id, session.person)

    def add_totp(self, cookie: str, code: str, name: str, visitor: Visitor) -> Enrolled:
        session = self._proven(cookie, visitor, enrolling=True)
        label, factor = _label(name, "app"), self._means.chance.id()
        step = self._codes.confirm(session.id, code, factor)

        def add() -> None:
            self._records.factors.add_totp(session.person.id, factor, label, self._means.clock.now(), step)

        return self._enrolled(session, cookie, visitor, add, kind="totp", name=label)

    def offer_passkey(self, cookie: str, visitor: Visitor) -> str:
        return self._challenging.creation(self._proven(cookie, visitor, enrolling=True))

    def add_passkey(self, cookie: str, answer: str, name: str, visitor: Visitor) -> Enrolled:
        session = self._proven(cookie, visitor, enrolling=True)
        label, factor = _label(name, "passkey"), self._means.chance.id()
        made = self._challenging.created(session, answer)

        def add() -> None:
            self._records.factors.add_passkey(session.person.id, factor, label, self._means.clock.now(), made)

        return self._enrolled(session, cookie, visitor, add, kind="passkey", name=label)

    def remove_factor(self, cookie: str, factor: str, visitor: Visitor) -> Admission:
        session = self._proven(cookie, visitor)
        there = self._records.factors.of(session.person.id).factors
        named = next((one for one in there if one.id == factor), None)
        if named is None:
            raise no_factor(factor)
        if len(there) == 1 and session.person.needs_two_factors:
            remedy = "add another one first"
            raise LastFactor("this is your only second factor", field="factor", value=factor, remedy=remedy)
        self._means.tell_own("factor.remove", session.person, visitor, kind=named.kind, name=named.name)
        self._records.factors.remove(session.person.id, factor)
        self._means.vault.remove(PLATFORM, app_secret(factor))
        return self._alone(session, cookie, visitor)

    def new_recovery_codes(self, cookie: str, visitor: Visitor) -> Enrolled:
        session = self._proven(cookie, visitor)
        if not self._records.factors.of(session.person.id):
            raise _no_factor_yet()
        self._means.tell_own("recovery-codes.make", session.person, visitor)
        codes = self._codes.new_recovery_codes(session.person)
        return Enrolled(self._alone(session, cookie, visitor), codes)

    def change_password(self, cookie: str, before: Secret, after: Secret, visitor: Visitor) -> Admission:
        session = self._proven(cookie, visitor)
        person = session.person
        here, *_ = password_buckets(person.address, visitor.source, known=True)
        self._records.tries.take((here,), self._means.clock.now())
        if not self._means.hashing.fits(before, self._records.persons.password_of(person.id)):
            self._means.tell_refused("password.change", person.address, visitor)
            raise SignInRefused("this is not your password", field="before", remedy="give the one you have now")
        self._records.tries.forget(here)
        refuse_weak(after, person, self._means)
        hashed = self._means.hashing.make(after)
        self._means.tell_own("password.change", person, visitor)
        self._records.persons.set_password(person.id, hashed)
        return self._alone(session, cookie, visitor)

    def change_profile(self, cookie: str, profile: Profile, visitor: Visitor) -> Person:
        return self._records.persons.describe(self._signed_in(cookie, visitor).person.id, profile)

    def sessions(self, cookie: str, visitor: Visitor) -> list[Session]:
        return self._records.sessions.of(self._signed_in(cookie, visitor).person, self._means.clock.now())

    def end_session(self, cookie: str, session: str, visitor: Visitor) -> None:
        person = self._signed_in(cookie, visitor).person
        if session in {one.id for one in self._records.sessions.of(person, self._means.clock.now())}:
            self._means.tell_own("session.end", person, visitor, session=session)
            self._records.sessions.end(person.id, session)

    def tokens(self, cookie: str, visitor: Visitor) -> list[Token]:
        return self._records.tokens.of(self._signed_in(cookie, visitor).person.id)

    def add_token(self, cookie: str, wanted: NewToken, visitor: Visitor) -> tuple[Token, Secret]:
        person = self._proven(cookie, visitor).person
        token, key = self._tokens.made(person, wanted)
        self._means.tell_own("token.add", person, visitor, name=token.name, rights=sorted(token.rights))
        self._records.tokens.add(token, digest(key.reveal()))
        return token, key

    def revoke_token(self, cookie: str, token: str, visitor: Visitor) -> None:
        person = self._signed_in(cookie, visitor).person
        for known in self._records.tokens.of(person.id):
            if known.id == token:
                self._means.tell_own("token.revoke", person, visitor, name=known.name)
                self._records.tokens.remove(person.id, token)

    def _enrolled(
        self, session: Session, cookie: str, visitor: Visitor, add: Callable[[], None], **details: object
    ) -> Enrolled:
        """Add a factor, make recovery codes with the first one, and end the person's other sessions."""
        person = session.person
        first = not self._records.factors.of(person.id)
        self._means.tell_own("factor.add", person, visitor, **details)
        add()
        codes = self._codes.new_recovery_codes(person) if first else ()
        return Enrolled(self._alone(session, cookie, visitor), codes)


def no_factor(factor: str) -> NotFound:
    return NotFound("there is no such factor", field="factor", value=factor, remedy="look at the list again")


def _no_factor_yet() -> InvalidInput:
    remedy = "add an app or a passkey first"
    return InvalidInput("recovery codes stand in for a second factor", field="factor", remedy=remedy)


def _label(name: str, otherwise: str) -> str:
    """Return what the person calls a factor; raise InvalidInput for what is not one line."""
    label = name.strip() or otherwise
    if len(label) > NAME_MAX or not label.isprintable():
        remedy = f"give one line of at most {NAME_MAX} letters"
        raise InvalidInput("this cannot be its name", field="name", remedy=remedy)
    return label
