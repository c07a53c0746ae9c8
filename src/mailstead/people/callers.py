"""Who asks, looked up anew at every request."""

from .door import Door, nobody
from .errors import NotSignedIn
from .keys import BEGINNING, digest
from .mailbox_door import MailboxDoor
from .means import Means
from .model import GRAVE, Caller
from .session import Stage, Visitor


class KnownCallers:
    """The port Callers on what is stored."""

    def __init__(self, means: Means, mailboxes: MailboxDoor) -> None:
        self._means = means
        self._mailboxes = mailboxes
        self._door = Door(means)

    def by_session(self, cookie: str, source: str) -> Caller:
        try:
            session = self._door.look(cookie, Visitor(source))
        except NotSignedIn:
            return self._mailboxes.caller(cookie, source)
        if session.stage is not Stage.FULL:
            raise nobody()
        person = session.person
        return Caller(
            person=person.id,
            name=person.address,
            role=person.role,
            scope=person.scope,
            rights=person.rights,
            via="session",
            source=source,
            fresh_until=session.fresh_until,
            at=self._means.clock.now(),
        )

    def by_token(self, bearer: str, source: str) -> Caller:
        now = self._means.clock.now()
        found = self._means.records.tokens.find(digest(bearer), now) if bearer.startswith(BEGINNING) else None
        if found is None:
            raise nobody()
        token, person = found
        self._means.records.tokens.touch(token, now)
        return Caller(
            person=person.id,
            name=person.address,
            role=person.role,
            scope=person.scope.narrowed(token.scope),
            rights=(person.rights & token.rights) - GRAVE,
            via="token",
            source=source,
            at=now,
        )
