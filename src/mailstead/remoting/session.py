"""One session on a host: opened, used by one caller at a time, thrown away when in doubt."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import ceil

from mailstead.ground.clock import Clock
from mailstead.ground.errors import MailsteadError
from mailstead.security.model import Secret

from .answer import Answer
from .calls import Batch
from .endpoint import Endpoint
from .errors import DeadlinePassed, RemoteAnswerLost, SessionLost
from .faults import translated
from .runspace import POLL_S, Running, Runspace
from .values import Credential
from .verdict import error_for

CALLS_MOST = 400  # well below the 1,000 commands that a shell takes in its life
IDLE_MOST_S = 45.0  # after a minute without a word a host marks the shell as disconnected
AGE_MOST_S = 3600.0


class Session:
    """A shell with one runspace. Not for two threads at once."""

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self._host = endpoint.host
        self._clock = clock
        self._runspace = Runspace(endpoint, clock)
        self._opened = self._used = clock.monotonic()
        self._calls = 0
        self._broken = False
        self._done: Running | None = None

    @property
    def reusable(self) -> bool:
        now = self._clock.monotonic()
        fresh = now - self._used < IDLE_MOST_S and now - self._opened < AGE_MOST_S
        return fresh and not self._broken and self._calls < CALLS_MOST

    def open(self) -> None:
        """Make the shell on the host. Raises HostSilent, Denied, SessionLost, QuotaReached or NoSuchSession."""
        with self._watched(before=True):
            self._runspace.open()

    def run(self, work: Batch, deadline_s: float) -> Answer:
        """Carry out the work; see `port.Remote.run`."""
        self.settle()
        began = self._clock.monotonic()
        self._calls += 1
        if _has_secret(work):
            with self._watched(before=True):
                self._runspace.exchange_keys()  # does nothing after the first time
        with self._watched(running=False):
            running = self._runspace.start(work)
        trips = 1 + self._await(running, began + deadline_s, work)
        self._done, self._used = running, self._clock.monotonic()
        if errors := running.errors:
            self.settle()  # at once: until then the host may go on with the statements behind the error
            raise error_for(errors[-1], self._host)
        warnings = tuple(str(warning.message) for warning in running.streams.warning)
        return Answer(tuple(running.output), warnings, trips, self._used - began)

    def settle(self) -> None:
        """Let the host forget the finished work; each counts against what a shell may hold."""
        done, self._done = self._done, None
        if done and not self._broken:
            with suppress(MailsteadError), self._watched(before=True):
                done.close()

    def close(self) -> None:
        """Close the shell, also a broken one; where that fails it is left to the host's idle timeout."""
        with suppress(MailsteadError), self._watched(before=True):
            self._runspace.close()
        self._runspace.wsman.close()

    def _await(self, running: Running, end: float, work: Batch) -> int:
        """Poll until the work has ended and return how often; raise DeadlinePassed."""
        trips = 0
        while not running.ended:
            left = end - self._clock.monotonic()
            if left <= 0:
                self._stop(running)
                names = ", ".join(dict.fromkeys(cmdlet.name for cmdlet in work.cmdlets))
                raise DeadlinePassed(
                    f"{self._host} has not finished {names} in time and was told to stop",
                    field="deadline_s",
                    remedy="look what is there; see on the host what holds it up",
                )
            with self._watched(running=True):
                running.poll_invoke(timeout=max(1, min(POLL_S, ceil(left))))
            trips += 1
        return trips

    def _stop(self, running: Running) -> None:
        with suppress(MailsteadError), self._watched(before=True):
            running.stop()
        self._broken = True

    @contextmanager
    def _watched(self, *, before: bool = False, running: bool = False) -> Iterator[None]:
        """Any error breaks the session; one *before* a call was sent leaves no doubt about what was done."""
        try:
            with translated(self._host, running=running):
                yield
        except MailsteadError as error:
            self._broken = True
            if before and isinstance(error, RemoteAnswerLost):
                raise SessionLost(error.message, field="host", value=self._host) from error
            raise


def _has_secret(work: Batch) -> bool:
    given = (value for cmdlet in work.cmdlets for _, value in cmdlet.arguments())
    return any(isinstance(value, Secret | Credential) for value in given)
