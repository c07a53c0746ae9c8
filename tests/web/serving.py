"""The house over TLS on loopback, with time that passes, for a real browser."""

import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Event

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from mailstead.web import application
from mailstead.wiring.memory import Outside

from .house import House, house_in

TICK_S = 0.05


@dataclass(frozen=True)
class Served:
    """A house under its `url`; a browser that is to believe its certificate is told `spki`."""

    house: House
    url: str
    spki: str


@contextmanager
def served(folder: Path, outside: Outside | None = None) -> Iterator[Served]:
    """Yield a house that is served until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"https://localhost:{door.getsockname()[1]}"
        spki = _certify(folder)
        with house_in(folder, url, outside) as house, _time_passing(house), _listening(house, door, folder):
            yield Served(house, url, spki)


@contextmanager
def _time_passing(house: House) -> Iterator[None]:
    """Let the house's time and orders go on while somebody looks: a step every few ticks, so that it can be seen."""
    over = Event()

    def turn() -> None:
        while not over.wait(TICK_S):
            house.engine._advance()
            house.clock.sleep(TICK_S)

    thread = threading.Thread(target=turn)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _listening(house: House, door: socket.socket, folder: Path) -> Iterator[None]:
    config = uvicorn.Config(application(house.running), log_level="warning", timeout_graceful_shutdown=1)
    config.load()
    config.ssl = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    config.ssl.load_cert_chain(folder / "web.pem")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [door]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


def _certify(folder: Path) -> str:
    """Write a key and a certificate for localhost; return the SHA-256 of its public key as Chromium takes it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "web.pem").write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b64encode(sha256(public).digest()).decode()
