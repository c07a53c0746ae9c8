"""A whole platform sealed into a file and brought back: with the real engine, on hosts in memory."""

import json
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import Conflict, MailsteadError, NotFound
from mailstead.orders.drivers.dbos.place import WorkerLock, host_id
from mailstead.orders.model import StateInUse, Status
from mailstead.security.model import Secret
from mailstead.security.sealed_file import BrokenFile, WrongPassphrase
from mailstead.state.database import Database
from mailstead.state.dump import dumped
from mailstead.state.model import Quarantined, StateThere
from mailstead.tenants.model import Tenant
from mailstead.wiring import found_platform, open_platform
from mailstead.wiring.state_backup import about_backup, back_up, look_through, open_backup
from mailstead.wiring.state_restore import restore
from tests.cli.conftest import PLATFORM
from tests.databases import POSTGRES
from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself

from .past import PASSPHRASE, silent

ACME = Tenant.parse({"name": "acme", "domains": [{"name": "acme.example"}]})
PLANTED = b"a secret that was planted"
CLOCK = SystemClock()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A platform with a tenant, a secret, a file, and an order that waits for a worker."""
    home = tmp_path / "home"
    found_platform(home, PLATFORM)
    (home / "tenants" / "acme.toml").write_text('[[domains]]\nname = "acme.example"\n')
    with open_platform(home) as running:
        running.world.tenants.add(ACME, source="file")
        running.world.numbers.allocate("acme")
        running.world.vault.put("acme", "planted", PLANTED)
        running.lifecycle.remove("acme")
    return home


def _back_up(home: Path, file: Path, **more: bool) -> Path:
    back_up(home, file, PASSPHRASE, clock=CLOCK, told=silent, **more)
    return file


def _restore(home: Path, file: Path, passphrase: Secret = PASSPHRASE, **more: object) -> dict[str, object]:
    return restore(home, file, passphrase, clock=CLOCK, told=silent, **more)  # type: ignore[arg-type]  # as given


def _all(folder: Path) -> dict[str, bytes]:
    kept = {path for path in folder.rglob("*") if path.is_file() and not path.name.endswith((".lock", "-shm", "-wal"))}
    return {str(path.relative_to(folder)): path.read_bytes() for path in kept if path.name != "host-id"}


def test_a_dead_machines_platform_comes_back_with_its_secrets(home: Path, tmp_path: Path) -> None:
    file = _back_up(home, tmp_path / "backup")
    other = tmp_path / "another machine"
    done = _restore(other, file)
    assert done["kept_aside"] == []
    assert (other / "mailstead.key").stat().st_mode & 0o077 == 0
    assert (other / "state.sqlite").stat().st_mode & 0o077 == 0
    assert (other / "tenants" / "acme.toml").read_bytes() == (home / "tenants" / "acme.toml").read_bytes()
    with open_platform(other, worker=True) as running:
        assert running.world.tenants.get("acme").source == "file"
        assert running.world.vault.get("acme", "planted").reveal() == PLANTED
        assert not running.works
        with pytest.raises(Quarantined):
            running.demand_worker()
        assert [order.tenant for order in running.quarantine.open_orders()] == ["acme"]
    assert not (other / "orders.sqlite").exists()


def test_no_secret_can_be_seen_in_the_file(home: Path, tmp_path: Path) -> None:
    sealed = _back_up(home, tmp_path / "backup").read_bytes()
    key = (home / "mailstead.key").read_text().split()[1]
    assert not [secret for secret in (PLANTED, key.encode(), bytes.fromhex(key), b"acme") if secret in sealed]


def test_what_is_in_it_is_shown_without_secrets(home: Path, tmp_path: Path) -> None:
    file = _back_up(home, tmp_path / "backup")
    about = about_backup(file)
    assert (about["platform"], about["database"], about["rows"]["tenants"]) == ("mailstead", "sqlite", 1)
    inside = look_through(open_backup(file, PASSPHRASE))
    assert inside == {"files": ["key", "mailstead.toml", "tenants/acme.toml"], "tenants": ["acme"]}
    assert PLANTED.decode() not in json.dumps(about | inside)


def test_a_backup_is_not_overwritten_unless_asked(home: Path, tmp_path: Path) -> None:
    file = _back_up(home, tmp_path / "backup")
    before = file.read_bytes()
    with pytest.raises(Conflict):
        _back_up(home, file)
    assert file.read_bytes() == before
    _back_up(home, file, replace=True)
    assert file.read_bytes() != before


def test_a_platform_without_state_is_not_backed_up(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        _back_up(tmp_path, tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda whole: whole[: len(whole) // 2],
    "one bit": lambda whole: whole[:-200] + bytes([whole[-200] ^ 1]) + whole[-199:],
    "something else": lambda whole: b"hello",
    "empty": lambda whole: b"",
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_file_changes_nothing(home: Path, tmp_path: Path, harm: str) -> None:
    file = _back_up(home, tmp_path / "backup")
    file.write_bytes(HARMS[harm](file.read_bytes()))
    before = _all(home)
    with pytest.raises(BrokenFile) as refusal:
        _restore(home, file, replace_there=True)
    assert refusal.value.remedy
    assert _all(home) == before


def test_a_wrong_passphrase_changes_nothing(home: Path, tmp_path: Path) -> None:
    file, before = _back_up(home, tmp_path / "backup"), _all(home)
    with pytest.raises(WrongPassphrase):
        _restore(home, file, Secret.of("not the passphrase at all"), replace_there=True)
    assert _all(home) == before


def test_a_state_that_is_there_is_not_overwritten_and_kept_aside_when_replaced(home: Path, tmp_path: Path) -> None:
    file = _back_up(home, tmp_path / "backup")
    with open_platform(home, worker=True) as running:
        running.desk.wait(running.desk.list()[0].id, 30.0)
        running.world.tenants.add(Tenant.parse({"name": "globex", "domains": [{"name": "globex.example"}]}))
    key = (home / "mailstead.key").read_bytes()
    with pytest.raises(StateThere):
        _restore(home, file)
    done = _restore(home, file, replace_there=True)
    kept = [str(name) for name in done["kept_aside"]]  # type: ignore[attr-defined]  # a list
    assert {name.rpartition(".before-")[0] for name in kept} == {
        "state.sqlite",
        "orders.sqlite",
        "mailstead.toml",
        "mailstead.key",
        "tenants",
    }
    assert (home / next(name for name in kept if name.startswith("mailstead.key"))).read_bytes() == key
    aside = home / next(name for name in kept if name.startswith("state"))
    database = Database(f"sqlite:///{aside}")
    with database.snapshot() as connection:
        assert "globex" in json.dumps(list(dumped(connection)))
    database.close()
    with open_platform(home) as running:
        assert list(running.world.tenants.all()) == ["acme"]


def test_while_a_worker_runs_it_can_be_backed_up_and_not_restored(home: Path, tmp_path: Path) -> None:
    with open_platform(home, worker=True) as running:
        assert running.works
        file = _back_up(home, tmp_path / "backup")
        before = (home / "mailstead.toml").read_bytes()
        with pytest.raises(StateInUse):
            _restore(home, file, replace_there=True)
        assert (home / "mailstead.toml").read_bytes() == before
        assert not running.quarantine.why


def test_a_worker_is_kept_away_meanwhile(home: Path, tmp_path: Path) -> None:
    file = _back_up(home, tmp_path / "backup")
    lock = WorkerLock(home, f"sqlite:///{home}/orders.sqlite", f"{host_id(home)}-worker")
    lock.acquire()
    with pytest.raises(StateInUse):
        _restore(home, file, replace_there=True)
    lock.release()
    _restore(home, file, replace_there=True)


def test_every_backup_is_of_one_moment_while_others_write(home: Path, tmp_path: Path) -> None:
    """Two rows that are always written together: no backup has one without the other."""
    stop = Event()

    def write() -> None:
        with open_platform(home) as running:
            number = 0
            while not stop.is_set():
                number += 1
                name = f"t{number}"
                running.world.tenants.add(Tenant.parse({"name": name, "domains": [{"name": f"{name}.example"}]}))

    writer = Thread(target=write)
    writer.start()
    try:
        files = [_back_up(home, tmp_path / f"backup{number}") for number in range(5)]
    finally:
        stop.set()
        writer.join()
    for file in files:
        rows = about_backup(file)["rows"]
        assert rows["tenants"] == rows["domains"]
        tenants = look_through(open_backup(file, PASSPHRASE))["tenants"]
        assert len(tenants) == rows["tenants"]


def test_after_leaving_an_old_order_can_be_retried_whatever_the_engine_remembers(home: Path, tmp_path: Path) -> None:
    """With the engine's own database gone, and with the one that went on after the backup put back by hand."""
    file = _back_up(home, tmp_path / "backup")
    with open_platform(home, worker=True) as running:
        assert running.desk.wait(running.desk.list()[0].id, 30.0).status is Status.DONE
    newer = (home / "orders.sqlite").read_bytes()
    for engine in (None, newer):
        _restore(home, file, replace_there=True)
        if engine:
            (home / "orders.sqlite").write_bytes(engine)
        with open_platform(home) as running:
            running.quarantine.leave()
        with open_platform(home, worker=True) as running:
            order = running.desk.list()[0]
            assert (order.status, (order.error or {})["code"]) == (Status.FAILED, "not-carried-on")
            running.desk.retry(order.id)
            ended = running.desk.wait(order.id, 30.0)
            assert ended.status is Status.DONE, ended.error
            assert running.world.tenants.get("acme").removed_at


def test_another_platform_file_can_be_given(home: Path, tmp_path: Path) -> None:
    file, given = _back_up(home, tmp_path / "backup"), tmp_path / "new.toml"
    given.write_text(PLATFORM.replace("kvm1", "kvm2"))
    _restore(tmp_path / "other", file, platform_file=given)
    with open_platform(tmp_path / "other") as running:
        assert [host.name for host in running.platform.hosts] == ["kvm2"]
    given.write_text("nonsense = 1")
    with pytest.raises(MailsteadError):
        _restore(tmp_path / "third", file, platform_file=given)
    assert not (tmp_path / "third" / "state.sqlite").exists()


@pytest.mark.postgres
def test_a_platform_moves_to_postgresql_and_back(home: Path, tmp_path: Path) -> None:
    if not POSTGRES:
        pytest.skip("no PostgreSQL: MAILSTEAD_TEST_POSTGRES is not set (bin/test starts one)")
    database = Database(POSTGRES)
    with database.transaction() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    given = tmp_path / "new.toml"
    given.write_text(f'{PLATFORM}\n[state]\ndatabase = "{POSTGRES}"\norders = "{POSTGRES}"\n')
    there, back = tmp_path / "there", tmp_path / "back"
    _restore(there, _back_up(home, tmp_path / "one"), platform_file=given)
    with open_platform(there) as running:
        assert running.world.vault.get("acme", "planted").reveal() == PLANTED
        running.quarantine.leave()
    with pytest.raises(StateThere):
        _restore(tmp_path / "third", tmp_path / "one", platform_file=given)
    with open_platform(there, worker=True) as running:
        assert running.works
        with pytest.raises(StateInUse) as refusal:
            _restore(tmp_path / "third", tmp_path / "one", platform_file=given, replace_there=True)
        assert "worker" in refusal.value.message
        _back_up(there, tmp_path / "two")
    _restore(back, tmp_path / "two", platform_file=home / "mailstead.toml")
    with open_platform(back) as running:
        assert running.world.vault.get("acme", "planted").reveal() == PLANTED
        assert running.quarantine.standing.get().generation == 2
    done = _restore(there, tmp_path / "one", platform_file=given, replace_there=True)
    schemas = [str(name) for name in done["kept_aside"] if str(name).startswith("schema")]  # type: ignore[attr-defined]
    assert len(schemas) == 2
    with database.transaction() as connection:
        for name in schemas:
            connection.exec_driver_sql(f'DROP SCHEMA "{name.removeprefix("schema ")}" CASCADE')
    database.close()
