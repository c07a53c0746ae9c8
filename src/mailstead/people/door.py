"""Sessions made, looked up, moved on: the cookie changes at every step, so that one who planted it has nothing."""

from dataclasses import replace
from datetime import timedelta

from .errors import NotSignedIn, StepUpNeeded
from .keys import digest
from .means import Means
from .person import Person
from .plan import place
from .session import Admission, Session, Stage, Visitor


class Door:
    """Lets people in, step by step."""

    def __init__(self, means: Means) -> None:
        self._means = means

    def open(self, person: Person, stage: Stage, visitor: Visitor, *, fresh: bool = True) -> Admission:
        """Begin a session; *fresh*: a full one whose person just proved who they are to us."""
        now, key = self._means.clock.now(), self._means.chance.key()
        session = Session(
            self._means.chance.id(), person, stage, now, now, now + self._lasts(stage), visitor.source, visitor.agent
        )
        session = self._arrived(session, visitor) if fresh else session
        self._means.records.sessions.open(session, digest(key.reveal()))
        return Admission(key, stage, session.expires)

    def go_on(self, session: Session, cookie: str, visitor: Visitor) -> Admission:
        """Make the session a full one whose person just proved who they are; raise NotSignedIn if it is over."""
        now, key = self._means.clock.now(), self._means.chance.key()
        expires = session.expires if session.stage is Stage.FULL else now + self._means.times.absolute
        after = replace(session, stage=Stage.FULL, seen=now, expires=expires)
        after = self._arrived(after, visitor)
        if not self._means.records.sessions.advance(after, digest(cookie), digest(key.reveal())):
            raise nobody()
        return Admission(key, Stage.FULL, expires)

    def look(self, cookie: str, visitor: Visitor) -> Session:
        """Return the session of a cookie, at whichever stage; raise NotSignedIn."""
        now = self._means.clock.now()
        session = self._means.records.sessions.find(digest(cookie), now)
        if session is None:
            raise nobody()
        self._means.records.sessions.touch(session, visitor, now)
        return session

    def signed_in(self, cookie: str, visitor: Visitor, *, enrolling: bool = False) -> Session:
        """Return a full session, or one that is good for enrolling if that will do; raise NotSignedIn."""
        session = self.look(cookie, visitor)
        if session.stage is Stage.SECOND or (session.stage is Stage.ENROL and not enrolling):
            raise nobody()
        return session

    def proven(self, cookie: str, visitor: Visitor, *, enrolling: bool = False) -> Session:
        """Return the session of somebody who just gave their second factor, or has none to give and must get one."""
        session = self.signed_in(cookie, visitor, enrolling=enrolling)
        if session.stage is Stage.FULL and not session.fresh(self._means.clock.now()):
            remedy = "give your second factor again"
            raise StepUpNeeded("this needs your second factor anew", field="session", remedy=remedy)
        return session

    def alone(self, session: Session, cookie: str, visitor: Visitor) -> Admission:
        """Go on with this session, and end the person's others."""
        self._means.records.sessions.end_all(session.person.id, but=session.id)
        return self.go_on(session, cookie, visitor)

    def stage_for(self, person: Person) -> Stage:
        """Return how far the right password brings somebody."""
        if self._means.records.factors.of(person.id):
            return Stage.SECOND
        return Stage.ENROL if person.needs_two_factors else Stage.FULL

    def _arrived(self, session: Session, visitor: Visitor) -> Session:
        """Note, of a full session, that its person just proved who they are, and where."""
        if session.stage is not Stage.FULL:
            return session
        now = self._means.clock.now()
        self._means.records.tries.learn(place(session.person.address, visitor.source), now)
        return replace(session, fresh_until=now + self._means.times.fresh)

    def _lasts(self, stage: Stage) -> timedelta:
        times = self._means.times
        return {Stage.SECOND: times.second, Stage.ENROL: times.enrol, Stage.FULL: times.absolute}[stage]


def nobody() -> NotSignedIn:
    return NotSignedIn("nobody is signed in", field="session", remedy="sign in")
