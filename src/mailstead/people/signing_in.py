"""The sign-in: password, then second factor; or a passkey alone. Sessions are moved on by `door.py`."""

from mailstead.ground.errors import InvalidInput
from mailstead.ground.names import parse_address
from mailstead.security.model import Secret
from mailstead.security.passwords import check_password

from .challenging import Challenging
from .codes import Codes
from .door import Door, nobody
from .errors import InvitationGone, SignInRefused
from .keys import digest
from .means import Means
from .person import Person
from .plan import asking_bucket, password_buckets, place
from .session import Admission, Invited, Session, Stage, Visitor
from .store.links import KnownLink

UNKNOWN = "unknown"  # what was typed stays out of the trail: it may be a password in the wrong field


class SigningIn:
    """The port SignIn on what is stored."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._records = means.records
        self._door = Door(means)
        self._codes = Codes(means)
        self._challenging = Challenging(means)

    def by_password(self, address: str, password: Secret, visitor: Visitor) -> Admission:
        account, now = _account(address), self._means.clock.now()
        known = self._records.tries.knows(place(account, visitor.source), now)
        buckets = password_buckets(account, visitor.source, known=known)
        self._records.tries.take(buckets, now)
        person = self._checked(account, password, visitor)
        here, *others = buckets
        self._records.tries.forget(here)
        for bucket in others:
            self._records.tries.give_back(bucket)
        return self._enter(person, visitor, "password")

    def passkey_challenge(self, visitor: Visitor) -> str:
        self._ask(visitor)
        return self._challenging.request()

    def by_passkey(self, answer: str, visitor: Visitor) -> Admission:
        self._ask(visitor)
        try:
            person = self._challenging.owner(answer)
        except SignInRefused:
            self._means.tell_refused("sign-in", UNKNOWN, visitor, by="passkey")
            raise
        self._means.tell_own("sign-in", person, visitor, by="passkey", agent=visitor.agent)
        return self._door.open(person, Stage.FULL, visitor)

    def second_challenge(self, cookie: str, visitor: Visitor) -> str:
        session = self._provable(cookie, visitor)
        return self._challenging.request(session)

    def second_by_passkey(self, cookie: str, answer: str, visitor: Visitor) -> Admission:
        session = self._provable(cookie, visitor)
        try:
            self._challenging.check(session, answer)
        except SignInRefused:
            self._means.tell_refused("second-factor", session.person.address, visitor, by="passkey")
            raise
        return self._proven(session, cookie, visitor, "passkey")

    def second_by_code(self, cookie: str, code: str, visitor: Visitor) -> Admission:
        session = self._provable(cookie, visitor)
        return self._proven(session, cookie, visitor, self._codes.check(session.person, code, visitor))

    def session(self, cookie: str, visitor: Visitor) -> Session:
        return self._door.look(cookie, visitor)

    def end(self, cookie: str, visitor: Visitor) -> None:
        session = self._records.sessions.find(digest(cookie), self._means.clock.now())
        if session:
            self._means.tell_own("sign-out", session.person, visitor)
            self._records.sessions.end(session.person.id, session.id)

    def invited(self, secret: str) -> Invited:
        link = self._link(secret)
        person = self._records.persons.get(link.person)
        return Invited(person.address, person.name, link.purpose, link.expires)

    def accept(self, secret: str, password: Secret, visitor: Visitor) -> Admission:
        self._ask(visitor)
        link = self._link(secret)
        person = self._records.persons.get(link.person)
        refuse_weak(password, person, self._means)
        hashed = self._means.hashing.make(password)
        if not self._records.links.use(link):
            raise gone()
        self._means.tell_own(f"{link.purpose}.accept", person, visitor)
        self._records.persons.set_password(person.id, hashed)
        self._records.sessions.end_all(person.id)
        return self._enter(person, visitor, link.purpose)

    def _checked(self, account: str, password: Secret, visitor: Visitor) -> Person:
        """Return whose account and password this is; raise SignInRefused, after as long as it takes for anybody."""
        person, stored = self._records.persons.find(account) or (None, None)
        usable = None if person is None or person.disabled else stored
        if not self._means.hashing.fits(password, usable) or person is None or usable is None:
            self._means.tell_refused("sign-in", person.address if person else UNKNOWN, visitor, by="password")
            raise SignInRefused("address or password is wrong", field="password", remedy="look at both, then try again")
        if self._means.hashing.stale(usable):
            self._records.persons.set_password(person.id, self._means.hashing.make(password))
        return person

    def _enter(self, person: Person, visitor: Visitor, by: str) -> Admission:
        """Begin a session at the stage that a password brings somebody to."""
        stage = self._door.stage_for(person)
        if stage is not Stage.SECOND:
            self._means.tell_own("sign-in", person, visitor, by=by, agent=visitor.agent, enrols=stage is Stage.ENROL)
        return self._door.open(person, stage, visitor)

    def _provable(self, cookie: str, visitor: Visitor) -> Session:
        """Return the session of somebody who has a second factor to give."""
        session = self._door.look(cookie, visitor)
        if session.stage is Stage.ENROL:
            raise nobody()
        return session

    def _proven(self, session: Session, cookie: str, visitor: Visitor, by: str) -> Admission:
        action = "step-up" if session.stage is Stage.FULL else "sign-in"
        self._means.tell_own(action, session.person, visitor, by=by, agent=visitor.agent)
        return self._door.go_on(session, cookie, visitor)

    def _link(self, secret: str) -> KnownLink:
        link = self._records.links.find(digest(secret), self._means.clock.now())
        if link is None:
            raise gone()
        return link

    def _ask(self, visitor: Visitor) -> None:
        """Count that somebody who is nobody yet asks something of us; raise TooManyTries."""
        self._records.tries.take((asking_bucket(visitor.source),), self._means.clock.now())


def refuse_weak(password: Secret, person: Person, means: Means) -> None:
    """Raise WeakPassword if the person may not choose this one: their own data are tried first."""
    check_password(password, person.address, person.name, *person.tenants, means.party.name, means.party.host)


def _account(address: str) -> str:
    """Return the address as people have it; one that nobody can have is as good as one that nobody has."""
    try:
        return parse_address(address.strip())
    except InvalidInput:
        return digest(address)


def gone() -> InvitationGone:
    remedy = "ask whoever gave it to you for a new one"
    return InvitationGone("this link counts no longer", field="link", remedy=remedy)
