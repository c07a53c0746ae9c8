"""ACME against Pebble, the real server of the Boulder project, whose validation looks into a real Knot."""

import json
import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from acme import messages

from mailstead.certificates.drivers.acme import AcmeIssuer
from mailstead.certificates.drivers.acme.session import Patience, in_our_words
from mailstead.certificates.drivers.ca import BuiltInAuthority, new_authority
from mailstead.certificates.errors import BadRequest, RateLimited, ValidationFailed
from mailstead.certificates.keys import new_key, signing_request
from mailstead.dns.drivers.knot import KnotDaemon, KnotSettings, knot_name_server
from mailstead.dns.drivers.wire import Tsig
from mailstead.dns.store import RecordLedger
from mailstead.dns.workflow import DnsChallenges, Publisher
from mailstead.ground.clock import Deadline, SystemClock, VirtualClock
from mailstead.ground.errors import Rejected, Unreachable
from mailstead.security.model import Secret
from mailstead.state.database import Database, metadata
from tests.dns.conftest import LOOPBACK, free_port, need, open_folder

from .contract import NAMES, IssuerContract

__all__ = ["open_folder"]
pytestmark = pytest.mark.host
ZONE = "acme.example"
CLOCK = SystemClock()


@pytest.fixture(scope="module")
def knot(open_folder: Path) -> Iterator[KnotSettings]:
    user = need("knotd", "knot")
    tsig = Tsig("mailstead", "hmac-sha256", Secret.of(secrets.token_bytes(32)))
    names = ("ns1.mailstead.example",)
    settings = KnotSettings(
        open_folder / "acme-knot", ((LOOPBACK, free_port()),), tsig, names, "hostmaster.example", user
    )
    KnotDaemon(settings, CLOCK).ensure_running()
    yield settings
    KnotDaemon(settings, CLOCK).stop()


@pytest.fixture(scope="module")
def challenges(knot: KnotSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DnsChallenges]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('acme') / 'state.db'}")
    with database.transaction() as connection:
        metadata.create_all(connection)
    server = knot_name_server(knot, CLOCK)
    server.create(ZONE)
    yield DnsChallenges(Publisher(server, RecordLedger(database)), server)
    database.close()


@dataclass(frozen=True, slots=True)
class Directory:
    url: str
    trust: Path


@pytest.fixture(scope="module")
def pebble(knot: KnotSettings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    if not shutil.which("pebble"):
        pytest.skip("needs the program pebble (Debian package of that name)")
    folder, port = tmp_path_factory.mktemp("pebble"), free_port()
    config = {
        "listenAddress": f"{LOOPBACK}:{port}",
        "managementListenAddress": f"{LOOPBACK}:{free_port()}",
        "certificate": str(folder / "chain.pem"),
        "privateKey": str(folder / "key.pem"),
        "httpPort": 1,
        "tlsPort": 1,
    }
    write_identity(folder)
    (folder / "config.json").write_text(json.dumps({"pebble": config}))
    argv = [
        "pebble",
        "-config",
        str(folder / "config.json"),
        "-dnsserver",
        ":".join(map(str, knot.listen[0])),
        "-strict",
    ]
    environment = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "20"}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(argv, env=environment, stdout=log, stderr=log) as server,
    ):
        await_port(port)
        yield Directory(f"https://localhost:{port}/dir", folder / "root.pem")
        server.terminate()


def write_identity(folder: Path) -> None:
    """Give the directory a certificate of its own."""
    authority, key = new_authority("directory", CLOCK.now()), new_key()
    issuer = BuiltInAuthority(authority.issuing, lambda: authority.issuing_key, CLOCK)
    (folder / "chain.pem").write_text(issuer.issue(("localhost",), signing_request(key, ("localhost",))))
    (folder / "key.pem").write_bytes(key.reveal())
    (folder / "root.pem").write_text(authority.root)


def await_port(port: int) -> None:
    deadline = Deadline(CLOCK, 10, interval_s=0.05)
    while True:
        try:
            socket.create_connection((LOOPBACK, port)).close()
        except OSError:
            assert deadline.wait(), "pebble does not listen"
        else:
            return


ACCOUNT = new_key()


def issuer_for(pebble: Directory, challenges: DnsChallenges, account: Secret = ACCOUNT) -> AcmeIssuer:
    return AcmeIssuer(pebble.url, lambda: account, challenges, CLOCK, trust=pebble.trust, timeout_s=30)


class TestAcme(IssuerContract):
    @pytest.fixture
    def issuer(self, pebble: Directory, challenges: DnsChallenges) -> AcmeIssuer:
        return issuer_for(pebble, challenges)


def test_no_proof_is_left_in_the_zone(pebble: Directory, challenges: DnsChallenges, knot: KnotSettings) -> None:
    issuer_for(pebble, challenges, new_key()).issue(NAMES, signing_request(new_key(), NAMES))
    assert knot_name_server(knot, CLOCK).records(ZONE) == frozenset()


class Withholding:
    """Publishes nothing."""

    def __init__(self) -> None:
        self.withdrawn: list[str] = []

    def publish(self, name: str, value: str) -> None:
        pass

    def withdraw(self, name: str, value: str) -> None:
        self.withdrawn.append(name)


def test_a_name_that_cannot_be_proven_is_named(pebble: Directory) -> None:
    publisher = Withholding()
    issuer = AcmeIssuer(pebble.url, new_key, publisher, CLOCK, trust=pebble.trust, timeout_s=30)
    with pytest.raises(ValidationFailed) as caught:
        issuer.issue(NAMES[:1], signing_request(new_key(), NAMES[:1]))
    assert NAMES[0] in caught.value.message
    assert publisher.withdrawn == [f"_acme-challenge.{NAMES[0]}"]


def test_a_directory_that_is_not_there_may_be_asked_again(challenges: DnsChallenges) -> None:
    issuer = AcmeIssuer(f"https://localhost:{free_port()}/dir", new_key, challenges, CLOCK)
    with pytest.raises(Unreachable):
        issuer.issue(NAMES, signing_request(new_key(), NAMES))


def test_a_directory_that_we_do_not_trust_is_not_spoken_to(pebble: Directory, challenges: DnsChallenges) -> None:
    issuer = AcmeIssuer(pebble.url, new_key, challenges, CLOCK)
    with pytest.raises(Unreachable) as caught:
        issuer.issue(NAMES, signing_request(new_key(), NAMES))
    assert "SSLError" in caught.value.message


@pytest.mark.parametrize(
    ("code", "error"),
    [("rateLimited", RateLimited), ("serverInternal", Unreachable), ("caa", ValidationFailed), ("badCSR", BadRequest),
     ("malformed", Rejected)],
)  # fmt: skip
def test_every_problem_has_a_word_of_its_own(code: str, error: type[Exception]) -> None:
    with pytest.raises(error), in_our_words("directory", Patience(VirtualClock())):
        raise messages.Error.with_code(code, detail="no")


class Busy(BaseHTTPRequestHandler):
    """A directory that issues no more for ten minutes."""

    def do_GET(self) -> None:
        self.send_response(429)
        self.send_header("Retry-After", "600")
        self.send_header("Content-Type", "application/problem+json")
        self.end_headers()
        self.wfile.write(b'{"type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many"}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_rate_limit_says_until_when(challenges: DnsChallenges) -> None:
    clock = VirtualClock()
    with HTTPServer((LOOPBACK, 0), Busy) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        issuer = AcmeIssuer(f"http://{LOOPBACK}:{server.server_port}/dir", new_key, challenges, clock)
        with pytest.raises(RateLimited) as caught:
            issuer.issue(NAMES, signing_request(new_key(), NAMES))
        thread.join()
    assert caught.value.retry_at == clock.now() + timedelta(minutes=10)
    assert caught.value.retry
