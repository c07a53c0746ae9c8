"""Sessions that are kept and lent: a few for each host, for opening one takes seconds on a real host."""

from collections import deque
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from threading import Condition, Lock

from mailstead.ground.clock import Clock
from mailstead.ground.errors import MailsteadError

from .answer import Answer
from .calls import Batch, Work, as_batch
from .endpoint import Endpoint
from .errors import QuotaReached, SessionLost
from .session import Session

SESSIONS_EACH, HELPERS = 4, 8
ATTEMPTS = 3


class Pool:
    """A `port.Remote`: the sessions of one endpoint, each lent to one caller at a time, the last used one first.

    At most *size* at once; a host allows an account 30 (MaxShellsPerUser) unless it was told otherwise.
    """

    def __init__(self, endpoint: Endpoint, clock: Clock, later: Executor, size: int = SESSIONS_EACH) -> None:
        self.endpoint = endpoint
        self.opened = 0
        self._clock = clock
        self._later = later
        self._size = size
        self._idle: deque[Session] = deque()
        self._there = 0  # sessions lent, being tidied up, and idle
        self._tidying = 0
        self._changed = Condition()
        self._closing = False

    @property
    def name(self) -> str:
        return self.endpoint.name

    def run(self, work: Work, *, deadline_s: float | None = None) -> Answer:
        """See `port.Remote.run`; repeated only when the session was lost before it took the work."""
        whole = as_batch(work)
        for _ in range(ATTEMPTS - 1):
            try:
                return self._run(whole, deadline_s or whole.deadline_s)
            except SessionLost:
                self._close_idle()  # what ended one session has ended those beside it too
        return self._run(whole, deadline_s or whole.deadline_s)

    def close(self) -> None:
        """Close all sessions; those that are lent, or being opened, are closed when they come back."""
        self._closing = True
        self._close_idle()

    def _run(self, work: Batch, deadline_s: float) -> Answer:
        session = self._take(deadline_s)
        try:
            return session.run(work, deadline_s)
        finally:
            with self._changed:
                self._tidying += 1
            self._later.submit(self._tidy_up, session)

    def _take(self, deadline_s: float) -> Session:
        """Return a session. Who has to wait for one that is being tidied up lets another be opened for next time."""
        with self._changed:
            if not self._can_lend() and self._there < self._size:
                self._there += 1
                self._later.submit(self._open_another)
            if not self._changed.wait_for(self._can_lend, deadline_s):
                remedy = "see what the others wait for: mailstead order list"
                raise QuotaReached(f"no session to {self.name} was free in time", field="host", remedy=remedy)
            while self._idle:
                session = self._idle.pop()
                if session.reusable:
                    return session
                self._there -= 1
                self._later.submit(session.close)
            self._there += 1
        return self._open()

    def _can_lend(self) -> bool:
        return bool(self._idle) or (self._there < self._size and not self._tidying)

    def _open(self) -> Session:
        session = None
        try:
            session = Session(self.endpoint, self._clock)
            session.open()
        except BaseException:
            self._leave(session)
            raise
        self.opened += 1
        return session

    def _open_another(self) -> None:
        with suppress(MailsteadError):  # whoever asks next will hear of it
            self._keep_or_close(self._open())

    def _tidy_up(self, session: Session) -> None:
        """Let the host forget the work, off the caller's path, and keep the session or close it."""
        session.settle()
        with self._changed:
            self._tidying -= 1
        self._keep_or_close(session)

    def _keep_or_close(self, session: Session) -> None:
        with self._changed:
            kept = session.reusable and not self._closing
            if kept:
                self._idle.append(session)
                self._changed.notify_all()
        if not kept:
            self._leave(session)

    def _leave(self, session: Session | None) -> None:
        with self._changed:
            self._there -= 1
            self._changed.notify_all()
        if session:
            session.close()

    def _close_idle(self) -> None:
        with self._changed:
            idle, self._idle = self._idle, deque()
            self._there -= len(idle)
        for session in idle:
            self._later.submit(session.close)


class Fleet:
    """The pools of all hosts, one for each endpoint; a process has one fleet, and its threads share it."""

    def __init__(self, clock: Clock, *, sessions_each: int = SESSIONS_EACH) -> None:
        self._clock = clock
        self._sessions_each = sessions_each
        self._later = ThreadPoolExecutor(HELPERS, thread_name_prefix="remoting")
        self._pools: dict[str, Pool] = {}
        self._lock = Lock()

    def at(self, endpoint: Endpoint) -> Pool:
        """Return the way to this endpoint; sessions under an older credential are closed."""
        with self._lock:
            pool = self._pools.get(endpoint.name)
            if pool is None or pool.endpoint != endpoint:
                if pool:
                    pool.close()
                pool = self._pools[endpoint.name] = Pool(endpoint, self._clock, self._later, self._sessions_each)
            return pool

    def close(self) -> None:
        """Close every session, waiting for those that are being tidied up."""
        for pool in self._pools.values():
            pool.close()
        self._later.shutdown(wait=True)
