"""Things that are done again and again beside the work."""

import logging
from collections.abc import Callable
from threading import Event, Thread

log = logging.getLogger(__name__)


class Beat:
    """A thread that calls *action* every so many seconds, and at once when poked; errors are logged once each."""

    def __init__(self, name: str, seconds: float, action: Callable[[], None]) -> None:
        self.name = name
        self._seconds = seconds
        self._action = action
        self._poked = Event()
        self._stopping = False
        self._told = ""
        self._thread = Thread(target=self._run, name=f"orders-{name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def poke(self) -> None:
        self._poked.set()

    def stop(self) -> None:
        """Return when the action in hand is over."""
        self._stopping = True
        self._poked.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping:
            self._poked.clear()
            try:
                self._action()
                self._told = ""
            except Exception as error:
                if not self._stopping and self._told != repr(error):
                    log.exception("%s: will be tried again", self._thread.name)
                self._told = repr(error)
            self._poked.wait(self._seconds)
