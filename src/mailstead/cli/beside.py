"""What goes on beside a command, every so often."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from mailstead.ground.errors import MailsteadError
from mailstead.protection.watch import order_due
from mailstead.wiring import Running

BACKUPS_S = 60.0
PATIENCE_S = 30.0

log = logging.getLogger(__name__)


@contextmanager
def beside(name: str, every_s: float, do: Callable[[], None]) -> Iterator[None]:
    """Do something every so often while the body runs; what goes wrong with it is logged, and tried again."""
    stop = Event()

    def again() -> None:
        while not stop.wait(every_s):
            try:
                do()
            except MailsteadError as error:
                log.warning("%s: %s", name, error.message)

    thread = Thread(target=again, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE_S)


def protect(running: Running) -> None:
    """Order the backups that are due: one round."""
    order_due(running.protection, running.desk)
