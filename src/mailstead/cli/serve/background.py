"""What goes on beside answering: upkeep, where this process is a worker; and a certificate that does not grow old."""

import ssl
from pathlib import Path
from tempfile import TemporaryDirectory

from mailstead.lifecycle.upkeep import upkeep
from mailstead.wiring import Running, web_certificate

from .errors import BadCertificate

UPKEEP_S = 300.0
DAY_S = 24 * 3600.0


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
