"""The sign-in of mailbox users: a door of its own, whose sessions end with the password that opened it.

People with an account have another door: no password is ever tried at both. Decision 0193.
"""

from datetime import datetime

from mailstead.ground.errors import InvalidInput
from mailstead.ground.names import parse_address
from mailstead.ground.scope import Scope
from mailstead.security.audit import Act
from mailstead.security.model import Secret

from .door import nobody
from .errors import SignInRefused
from .keys import digest
from .mailboxes import KnownMailbox, Mailboxes, MailboxSession
from .means import Means
from .model import OF_MAILBOX, Caller, Role
from .plan import password_buckets, place
from .session import Admission, Stage, Visitor
from .store.mailbox_sessions import MailboxSessionStore

UNKNOWN = "unknown"  # what was typed stays out of the trail: it may be a password in the wrong field


class MailboxDoor:
    """The port MailboxSignIn on what is stored."""

    def __init__(self, means: Means, mailboxes: Mailboxes, sessions: MailboxSessionStore) -> None:
        self._means = means
        self._mailboxes = mailboxes
        self._sessions = sessions

    def by_password(self, address: str, password: Secret, visitor: Visitor) -> Admission:
        box, now = self._proven(address, password, visitor, "sign-in"), self._means.clock.now()
        self._means.records.tries.learn(place(_account(address), visitor.source), now)
        self._tell("sign-in", box, visitor, agent=visitor.agent)
        return self._opened(box, visitor, now)

    def check(self, address: str, password: Secret, visitor: Visitor) -> None:
        self._proven(address, password, visitor, "password.change")

    def caller(self, cookie: str, source: str) -> Caller:
        """Return whom a cookie stands for: somebody with one mailbox, and nothing but that. Raises NotSignedIn."""
        session, box = self._known(cookie, Visitor(source))
        return Caller(
            person=f"mailbox:{box.address}",
            name=box.address,
            role=Role.USER,
            scope=Scope.of(box.tenant),
            rights=OF_MAILBOX,
            via="mailbox",
            source=source,
            at=self._means.clock.now(),
            mailbox=session.mailbox,
        )

    def session(self, cookie: str, visitor: Visitor) -> MailboxSession:
        return self._known(cookie, visitor)[0]

    def sessions(self, cookie: str, visitor: Visitor) -> list[MailboxSession]:
        box = self._known(cookie, visitor)[1]
        return self._sessions.of(box.address, digest(box.hashed), self._means.clock.now())

    def end_session(self, cookie: str, session: str, visitor: Visitor) -> None:
        box = self._known(cookie, visitor)[1]
        self._tell("session.end", box, visitor, session=session[:36])
        self._sessions.end(box.address, session)

    def end(self, cookie: str, visitor: Visitor) -> None:
        found = self._sessions.find(digest(cookie), self._means.clock.now())
        if found:
            self._sessions.end(found[0].mailbox, found[0].id)

    def _proven(self, address: str, password: Secret, visitor: Visitor, action: str) -> KnownMailbox:
        """Return the mailbox whose password this is; raise SignInRefused, after as long as it takes for any."""
        account, now = _account(address), self._means.clock.now()
        known = self._means.records.tries.knows(place(account, visitor.source), now)
        buckets = password_buckets(account, visitor.source, known=known)
        self._means.records.tries.take(buckets, now)
        box = self._mailboxes.find(_address(address))
        stored = box.hashed if box and box.hashed else None
        if not self._means.hashing.fits(password, stored) or box is None:
            self._means.tell_refused(action, box.address if box else UNKNOWN, visitor, by="mailbox")
            raise SignInRefused("address or password is wrong", field="password", remedy="look at both, then try again")
        here, *others = buckets
        self._means.records.tries.forget(here)
        for bucket in others:
            self._means.records.tries.give_back(bucket)
        return box

    def _opened(self, box: KnownMailbox, visitor: Visitor, now: datetime) -> Admission:
        key, expires = self._means.chance.key(), now + self._means.times.absolute
        session = MailboxSession(self._means.chance.id(), box.address, now, now, expires, visitor.source, visitor.agent)
        self._sessions.open(session, digest(key.reveal()), digest(box.hashed))
        return Admission(key, Stage.FULL, expires)

    def _known(self, cookie: str, visitor: Visitor) -> tuple[MailboxSession, KnownMailbox]:
        """Return the session of a cookie, if its mailbox can still be used, with the same password."""
        now = self._means.clock.now()
        found = self._sessions.find(digest(cookie), now)
        box = self._mailboxes.find(found[0].mailbox) if found else None
        if found is None or box is None or digest(box.hashed) != found[1]:
            raise nobody()
        self._sessions.touch(found[0], visitor, now)
        return found[0], box

    def _tell(self, action: str, box: KnownMailbox, visitor: Visitor, **details: object) -> None:
        trail = self._means.trail.by(f"mailbox:{box.address}"[:80])
        trail.note(Act(action, box.tenant, box.address, {"from": visitor.source, **details}))


def _address(typed: str) -> str:
    """Return the address as mailboxes have it; one that nobody can have stays as it is, and is found nowhere."""
    try:
        return parse_address(typed.strip())
    except InvalidInput:
        return ""


def _account(typed: str) -> str:
    """Return what tries are counted under: apart from those of people with the same address."""
    return f"mailbox {_address(typed) or digest(typed)}"
