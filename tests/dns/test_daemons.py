"""The embedded Knot as a process: it outlives its starter, is found again, and is ended exactly."""

import secrets
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from mailstead.dns.drivers.daemon import Daemon, run
from mailstead.dns.drivers.knot import KnotDaemon, KnotSettings, knot_name_server
from mailstead.dns.drivers.unbound import UnboundResolver, UnboundSettings
from mailstead.dns.drivers.wire import Tsig
from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import NotFound, Rejected
from mailstead.security.model import Secret

from .conftest import LOOPBACK, free_port, need
from .contract import MX, ZONE, creating

pytestmark = pytest.mark.host
CLOCK = SystemClock()


@pytest.fixture
def settings(open_folder: Path) -> Iterator[KnotSettings]:
    user = need("knotd", "knot")
    tsig = Tsig("mailstead", "hmac-sha512", Secret.of(secrets.token_bytes(64)))
    folder = open_folder / secrets.token_hex(4)
    names = ("ns1.mailstead.example",)
    settings = KnotSettings(folder, ((LOOPBACK, free_port()),), tsig, names, "hostmaster.example", user)
    yield settings
    KnotDaemon(settings, CLOCK).stop()


def test_it_is_started_once_and_found_again(settings: KnotSettings) -> None:
    first = KnotDaemon(settings, CLOCK).ensure_running()
    again = KnotDaemon(settings, CLOCK).ensure_running()
    assert first.fresh
    assert not again.fresh
    assert first.pid == again.pid


STARTER = """
import sys
from pathlib import Path
from mailstead.dns.drivers.knot import KnotDaemon, KnotSettings
from mailstead.dns.drivers.wire import Tsig
from mailstead.ground.clock import SystemClock
from mailstead.security.model import Secret
folder, port, user = sys.argv[1:]
tsig = Tsig("mailstead", "hmac-sha256", Secret.of(bytes(32)))
settings = KnotSettings(Path(folder), (("127.0.0.1", int(port)),), tsig, ("ns1.example",), "hm.example", user or None)
print(KnotDaemon(settings, SystemClock()).ensure_running().pid)
"""


def test_it_outlives_the_process_that_started_it(settings: KnotSettings) -> None:
    argv = [
        sys.executable,
        "-c",
        STARTER,
        str(settings.folder),
        str(settings.listen[0][1]),
        settings.user or "",
    ]
    done = subprocess.run(argv, capture_output=True, check=True)
    assert KnotDaemon(settings, CLOCK).pid() == int(done.stdout)


def test_zones_keys_and_records_survive_a_restart(settings: KnotSettings) -> None:
    daemon, server = KnotDaemon(settings, CLOCK), knot_name_server(settings, CLOCK)
    daemon.ensure_running()
    server.create(ZONE)
    server.apply(ZONE, creating(MX))
    anchors = server.anchors(ZONE)
    daemon.stop()
    assert daemon.pid() is None
    daemon.ensure_running()
    assert server.records(ZONE) == {MX}
    assert server.anchors(ZONE) == anchors


def test_changed_settings_are_taken_over_and_zones_kept(settings: KnotSettings) -> None:
    KnotDaemon(settings, CLOCK).ensure_running()
    knot_name_server(settings, CLOCK).create(ZONE)
    moved = replace(settings, listen=((LOOPBACK, free_port()),))
    assert KnotDaemon(moved, CLOCK).ensure_running().fresh
    assert ZONE in knot_name_server(moved, CLOCK).zones()
    assert knot_name_server(moved, CLOCK).records(ZONE) == frozenset()


def test_stopping_one_leaves_another_alone(settings: KnotSettings, knot: KnotSettings) -> None:
    KnotDaemon(settings, CLOCK).ensure_running()
    KnotDaemon(settings, CLOCK).stop()
    KnotDaemon(settings, CLOCK).stop()
    assert KnotDaemon(knot, CLOCK).pid() is not None


def closed(file: Path, *, below: Path) -> bool:
    """Say whether others may not read the file, by its own mode or that of a folder on the way."""
    return any(place.stat().st_mode & 0o007 == 0 for place in (file, *file.parents) if place.is_relative_to(below))


def test_the_secret_is_in_no_command_line_and_no_file_that_others_read(settings: KnotSettings) -> None:
    pid = KnotDaemon(settings, CLOCK).ensure_running().pid
    secret = b64encode(settings.tsig.secret.reveal())
    assert secret not in Path(f"/proc/{pid}/cmdline").read_bytes()
    holders = [file for file in settings.folder.rglob("*") if file.is_file() and secret in file.read_bytes()]
    assert settings.config_file in holders
    assert all(closed(file, below=settings.folder) for file in holders), holders


def test_a_transaction_left_open_by_a_killed_process_is_dropped(settings: KnotSettings) -> None:
    KnotDaemon(settings, CLOCK).ensure_running()
    run(("knotc", "-s", str(settings.socket), "conf-begin"))
    server = knot_name_server(settings, CLOCK)
    server.create(ZONE)
    assert server.zones() == {ZONE}


def test_orders_of_many_tenants_make_and_remove_zones_at_once(knot: KnotSettings) -> None:
    server = knot_name_server(knot, CLOCK)
    zones = [f"t{number}.example" for number in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(server.create, zones))
        assert set(zones) <= server.zones()
        assert len({server.anchors(zone) for zone in zones}) == len(zones)
        list(pool.map(server.remove, zones))
    assert not set(zones) & server.zones()


def test_orders_of_many_tenants_are_trusted_at_once(unbound: UnboundSettings) -> None:
    resolver = UnboundResolver(unbound)
    wanted = {f"t{number}.example": (f"{number} 13 2 {'ab' * 32}",) for number in range(8)}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda zone: resolver.trust({zone: wanted[zone]}), wanted))
    assert resolver.anchors() == wanted


def test_one_that_is_started_twice_at_once_runs_once(settings: KnotSettings) -> None:
    with ThreadPoolExecutor(2) as pool:
        started = list(pool.map(lambda _: KnotDaemon(settings, CLOCK).ensure_running(), range(2)))
    assert sorted(one.fresh for one in started) == [False, True]
    assert len({one.pid for one in started}) == 1


def test_a_program_that_is_not_installed_is_named() -> None:
    with pytest.raises(NotFound) as caught:
        Daemon(["no-such-server"], Path("/nowhere"), CLOCK).ensure_running()
    assert caught.value.value == "no-such-server"


def test_a_program_that_fails_says_why() -> None:
    with pytest.raises(Rejected) as caught:
        run(["ls", "/no/such/folder"])
    assert "No such file" in caught.value.message
