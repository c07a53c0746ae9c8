"""Real servers on loopback, each in a folder of its own; all of them are ended with the tests."""

import os
import pwd
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.dns.drivers.bind import BindDaemon, BindSettings
from mailstead.dns.drivers.knot import KnotDaemon, KnotSettings
from mailstead.dns.drivers.unbound import UnboundDaemon, UnboundSettings
from mailstead.dns.drivers.wire import Tsig
from mailstead.ground.clock import SystemClock
from mailstead.security.model import Secret

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a port that nobody uses for UDP nor TCP just now."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind((LOOPBACK, 0))
        udp.bind((LOOPBACK, tcp.getsockname()[1]))
        return int(tcp.getsockname()[1])


def need(program: str, user: str) -> str | None:
    """Skip without *program*; return whom it shall run as."""
    if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin"):
        pytest.skip(f"needs the program {program} (bin/test installs it)")
    if os.geteuid():
        return None
    try:
        pwd.getpwnam(user)
    except KeyError:
        return None
    return user


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that servers may enter after dropping root (pytest's own is closed to them)."""
    with tempfile.TemporaryDirectory(prefix="mailstead-dns-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def knot(open_folder: Path) -> Iterator[KnotSettings]:
    user = need("knotd", "knot")
    tsig = Tsig("mailstead", "hmac-sha256", Secret.of(secrets.token_bytes(32)))
    settings = KnotSettings(
        open_folder / "knot",
        ((LOOPBACK, free_port()),),
        tsig,
        ("ns1.mailstead.example",),
        "hostmaster.example",
        user,
    )
    daemon = KnotDaemon(settings, SystemClock())
    daemon.ensure_running()
    yield settings
    daemon.stop()


@pytest.fixture(scope="session")
def bind(open_folder: Path) -> Iterator[BindSettings]:
    user = need("named", "bind")
    tsig, control = (Tsig(name, "hmac-sha256", Secret.of(secrets.token_bytes(32))) for name in ("mailstead", "control"))
    settings = BindSettings(
        folder=open_folder / "bind",
        address=LOOPBACK,
        port=free_port(),
        control_port=free_port(),
        tsig=tsig,
        control=control,
        name_servers=("ns1.mailstead.example",),
        hostmaster="hostmaster.example",
        user=user,
    )
    daemon = BindDaemon(settings, SystemClock())
    daemon.ensure_running()
    yield settings
    daemon.stop()


@pytest.fixture
def unbound(open_folder: Path) -> Iterator[UnboundSettings]:
    """A closed resolver that asks a name server which is not there, unless a test says otherwise."""
    user = need("unbound", "unbound")
    folder = Path(tempfile.mkdtemp(dir=open_folder))
    settings = UnboundSettings(folder, ((LOOPBACK, free_port()),), (), (LOOPBACK, free_port()), user=user)
    daemon = UnboundDaemon(settings, SystemClock())
    daemon.ensure_running()
    yield settings
    daemon.stop()
