"""What goes on beside answering: upkeep, where this process is a worker; and a certificate that does not grow old."""

import ssl
from pathlib import Path
from tempfile import TemporaryDirectory

from mailstead.lifecycle.upkeep import upkeep
from mailstead.wiring import Running, web_certificate

UPKEEP_S = 300.0
DAY_S = 24 * 3600.0


def keep_up(running: Running) -> None:
    """Order what is due, tell what drifted, forget old orders: one round."""
    upkeep(running.lifecycle, running.world, running.engine, every_s=0, rounds=1)


def load_certificate(context: ssl.SSLContext, running: Running) -> None:
    """Let new connections see the certificate as it is now."""
    chain, key = web_certificate(running)
    with TemporaryDirectory() as folder:  # its owner's alone (0700); OpenSSL reads from files only
        path = Path(folder) / "web.pem"
        path.write_text(key.reveal_text() + chain)
        context.load_cert_chain(path)
