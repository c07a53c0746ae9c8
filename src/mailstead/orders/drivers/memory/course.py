"""One execution in a thread of its own that moves only when it is told to."""

import json
from collections.abc import Callable
from enum import StrEnum
from threading import Semaphore, Thread

from mailstead.ground.clock import Clock
from mailstead.orders import plan
from mailstead.orders.failures import as_failure, restored
from mailstead.orders.model import Json, Stopped


class Moment(StrEnum):
    """Where in a step the process dies."""

    BEFORE = "before its effect"
    AFTER = "after its effect, before the checkpoint"
    RECORDED = "after the checkpoint"


class Crashed(BaseException):
    """The process was killed, as ordered."""


class Course:
    """The `Motor` of a memory engine. `wakes` (monotonic seconds) says when it wants to go on."""

    def __init__(
        self,
        order: str,
        clock: Clock,
        steps: list[tuple[str, str]],
        crash_here: Callable[[str, Moment], None],
        run: Callable[["Course"], None],
    ) -> None:
        self.order = order
        self._clock = clock
        self._steps = steps
        self._crash_here = crash_here
        self._run = run
        self._position = 0
        self._go, self._paused = Semaphore(0), Semaphore(0)
        self._stopping = False
        self._dozing = False
        self.wakes = 0.0
        self.over = False
        self.crashed = False
        self._thread = Thread(target=self._body, name="order", daemon=True)
        self._thread.start()

    def move(self) -> None:
        """Let the execution go on to its next pause or its end."""
        self._go.release()
        self._paused.acquire()

    def stop(self) -> None:
        self._stopping = True
        while not self.over:
            self.move()
        self._thread.join()

    def record(self, name: str, act: Callable[[], Json]) -> Json:
        self._position += 1
        if self._position <= len(self._steps):
            return self._replayed(name)
        self.pause(0)
        self._crash_here(name, Moment.BEFORE)
        try:
            result = act()
        except Exception as error:
            self._steps.append((name, json.dumps({"$error": as_failure(error)})))
            raise
        self._crash_here(name, Moment.AFTER)
        self._steps.append((name, json.dumps(result)))
        self._crash_here(name, Moment.RECORDED)
        return result

    def patch(self, name: str) -> bool:
        marker = f"patch {name}"
        if self._position == len(self._steps):
            self._steps.append((marker, "true"))
        patched = self._steps[self._position][0] == marker
        self._position += patched
        return patched

    def doze(self, seconds: float) -> None:
        self._dozing = True
        self.pause(seconds)
        self._dozing = False

    def wake(self) -> None:
        """There may be news."""
        if self._dozing:
            self.wakes = self._clock.monotonic()

    def pause(self, seconds: float) -> None:
        self.wakes = self._clock.monotonic() + seconds
        self._paused.release()
        self._go.acquire()
        if self._stopping:
            raise Stopped

    def _replayed(self, name: str) -> Json:
        there, kept = self._steps[self._position - 1]
        if there != name:
            raise plan.unknown_step(self._position, there, name)
        value = json.loads(kept)
        if isinstance(value, dict) and "$error" in value:
            raise restored(value["$error"])
        return value

    def _body(self) -> None:
        self._go.acquire()
        try:
            if not self._stopping:
                self._run(self)
        except Crashed:
            self.crashed = True
        except (Exception, Stopped):  # noqa: BLE001, S110  # the ledger has it; here only the thread ends
            pass
        self.over = True
        self._paused.release()
