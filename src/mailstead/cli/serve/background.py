"""What goes on beside answering: upkeep, where this process is a worker; and a certificate that does not grow old."""

import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

from mailstead.ground.errors import MailsteadError
from mailstead.lifecycle.upkeep import upkeep
from mailstead.wiring import Running, web_certificate

from .errors import BadCertificate

UPKEEP_S = 300.0
DAY_S = 24 * 3600.0
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


def keep_up(running: Running) -> None:
    """Order what is due, tell what drifted, forget old orders: one round."""
    upkeep(running.lifecycle, running.world, running.engine, every_s=0, rounds=1)


def load_certificate(context: ssl.SSLContext, running: Running) -> None:
    """Let new connections see the certificate as it is now. Raises NotFound, BadCertificate."""
    chain, key = web_certificate(running)
    with TemporaryDirectory() as folder:  # its owner's alone (0700); OpenSSL reads from files only
        path = Path(folder) / "web.pem"
        path.write_text(key.reveal_text() + chain)
        try:
            context.load_cert_chain(path, password="")  # without one, OpenSSL would ask a terminal for it
        except ssl.SSLError as error:
            raise _bad(running.platform.web.certificate, error) from error


def _bad(certificate: object, error: ssl.SSLError) -> BadCertificate:
    remedy = "give a PEM chain, the server's own first, and its unencrypted key under [web] in mailstead.toml"
    message = f"certificate and key cannot be used: {error.reason or error}"
    return BadCertificate(message, field="web.certificate", value=certificate, remedy=remedy)
