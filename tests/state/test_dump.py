"""A database goes into lines and comes back as it was, from either kind into either kind."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from mailstead.certificates.store import key_table
from mailstead.orders.store import orders
from mailstead.security.store import secret_keys, secrets
from mailstead.state.database import Database, NewerState, revision_of, upgrade
from mailstead.state.dump import count_rows, dumped, load
from mailstead.state.lines import packed, unpacked
from mailstead.state.model import BadBackup
from mailstead.state.rebuilding import holds_state, rebuild
from mailstead.tenants.store import domains, tenants
from tests.databases import KINDS, POSTGRES, open_database

NOON = datetime(2026, 3, 29, 12, 30, 15, tzinfo=UTC)
OPENED = contextmanager(open_database)


@pytest.fixture(params=KINDS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    folder = tmp_path / "source"
    folder.mkdir()
    for database in open_database(request.param, folder):
        _fill(database)
        yield database


def _fill(database: Database) -> None:
    """Put a value of every kind of column there: texts, numbers, truth, times, bytes, nothing."""
    with database.transaction() as connection:
        tenant = {"tenant": "acme", "document": '{"name": "büro"}', "revision": 3, "status": "active"}
        connection.execute(insert(tenants).values(tenant | {"source": "file", "host": None, "removed_at": NOON}))
        connection.execute(insert(domains).values(domain="acme.example", tenant="acme"))
        key = {"tenant": "acme", "kek_id": "k", "nonce": bytes(12), "wrapped": bytes(range(256))}
        connection.execute(insert(secret_keys).values(key))
        secret = {"tenant": "acme", "name": "dkim", "version": 1, "nonce": b"\xff", "sealed": b""}
        connection.execute(insert(secrets).values(secret))
        order = {"id": "o1", "key": "k", "tenant": "acme", "host": None, "kind": "settle", "status": "queued"}
        connection.execute(insert(orders).values(order | {"sequence": 2**40, "handed": True, "document": "{}"}))
        tls = {"tenant": "acme", "generation": 1, "role": "next", "spki": "s", "published_at": NOON}
        connection.execute(insert(key_table).values(tls))


def _lines(database: Database) -> list[object]:
    with database.snapshot() as connection:
        return list(dumped(connection))


def _revision(database: Database) -> str:
    with database.reading() as connection:
        return revision_of(connection) or ""


def _rebuilt(lines: list[object], revision: str, url: str) -> list[object]:
    rebuild(url, revision, iter(lines), lambda _: None, "20260329t123015")
    with closing(Database(url)) as database:
        return _lines(database)


def test_what_was_dumped_is_there_again(source: Database, tmp_path: Path) -> None:
    lines = _lines(source)
    assert _rebuilt(lines, _revision(source), f"sqlite:///{tmp_path}/new.sqlite") == lines


@pytest.mark.postgres
def test_a_state_moves_from_sqlite_to_postgresql_and_what_was_there_is_kept(tmp_path: Path) -> None:
    with OPENED("sqlite", tmp_path) as source, OPENED("postgres", tmp_path) as old:
        _fill(source)
        with old.transaction() as connection:
            connection.execute(text("INSERT INTO workers VALUES ('old', 1)"))
        lines, revision = _lines(source), _revision(source)
        assert _rebuilt(lines, revision, POSTGRES) == lines
        with old.reading() as connection:
            kept = connection.scalars(text("SELECT worker FROM before_20260329t123015.workers")).all()
        with old.transaction() as connection:
            connection.execute(text("DROP SCHEMA before_20260329t123015 CASCADE"))
        assert kept == ["old"]


def test_times_come_back_as_the_same_moment(source: Database, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite"
    _rebuilt(_lines(source), _revision(source), url)
    with closing(Database(url)) as database, database.reading() as connection:
        found = connection.scalar(select(tenants.c.removed_at))
    assert found is not None
    assert found.replace(tzinfo=UTC) == NOON


def test_a_dump_shows_one_moment_while_others_write(source: Database) -> None:
    with source.snapshot() as connection:
        before = count_rows(connection)
        with source.transaction() as writer:
            writer.execute(text("INSERT INTO workers VALUES ('busy', 1)"))
        assert count_rows(connection) == before
    with source.snapshot() as connection:
        assert count_rows(connection) == before | {"workers": 1}


def test_a_dump_of_an_older_revision_is_brought_to_todays(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/old.sqlite")) as old:
        with old.transaction() as connection:
            upgrade(connection, "0001")
            connection.execute(text("INSERT INTO workers VALUES ('one', 1)"))
        lines = _lines(old)
    with OPENED("sqlite", tmp_path) as today:
        rebuilt = _rebuilt(lines, "0001", f"sqlite:///{tmp_path}/new.sqlite")
        tables = {line["table"] for line in rebuilt if isinstance(line, dict)}
        assert tables == {line["table"] for line in _lines(today) if isinstance(line, dict)}
    assert ["one", 1.0] in rebuilt


@pytest.mark.parametrize("revision", ["9999"])
def test_a_dump_of_a_later_release_is_refused_and_nothing_changed(
    source: Database, tmp_path: Path, revision: str
) -> None:
    url = f"sqlite:///{tmp_path}/new.sqlite"
    with pytest.raises(NewerState):
        rebuild(url, revision, iter(_lines(source)), lambda _: None, "x")
    assert not holds_state(url)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("new")] == []


def test_when_the_last_word_fails_the_old_database_stands(source: Database, tmp_path: Path) -> None:
    url, lines, revision = f"sqlite:///{tmp_path}/new.sqlite", _lines(source), _revision(source)
    _rebuilt(lines, revision, url)

    def fail(_connection: object) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        rebuild(url, revision, iter(lines[:1]), fail, "x")
    with closing(Database(url)) as database:
        assert _lines(database) == lines


def test_an_unknown_table_is_refused(tmp_path: Path) -> None:
    with OPENED("sqlite", tmp_path) as database, database.transaction() as connection:
        with pytest.raises(BadBackup) as refusal:
            load(connection, [{"table": "fleet", "columns": ["a"]}, [1]])
        assert refusal.value.remedy


@pytest.mark.parametrize("harm", [b"", b"x", bytes(40)])
def test_lines_that_are_none_are_refused(harm: bytes) -> None:
    with pytest.raises(BadBackup):
        list(unpacked([harm]))
    whole = b"".join(packed([{"a": 1}, [2]]))
    assert list(unpacked([whole[:3], whole[3:]])) == [{"a": 1}, [2]]
    with pytest.raises(BadBackup):
        list(unpacked([whole[:-5]]))
