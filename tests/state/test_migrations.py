"""Migrations lead to the very tables that the stores are written for, on both databases."""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

import mailstead
from mailstead.state.database import Database, NewerState, metadata, upgrade
from mailstead.tenants.model import Tenant
from mailstead.tenants.store import TenantStore
from tests.databases import KINDS, open_database

for module in pkgutil.walk_packages(mailstead.__path__, "mailstead."):
    if module.name.endswith((".store", ".sights")):  # every table is defined by a store
        importlib.import_module(module.name)

POSITIONAL = ("orders", "leases", "workers", "order_numbers", "secret_keys")  # filled by INSERT … VALUES in text


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    yield from open_database(request.param, tmp_path)


def test_migrated_tables_are_those_of_the_stores(database: Database) -> None:
    with database.transaction() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("table", POSITIONAL)
def test_columns_stand_in_the_order_of_the_table(database: Database, table: str) -> None:
    with database.transaction() as connection:
        there = [column["name"] for column in inspect(connection).get_columns(table)]
    assert there == [column.name for column in metadata.tables[table].columns]


def test_migrating_twice_changes_nothing(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("INSERT INTO workers VALUES ('one', 1.0)"))
    database.migrate()
    with database.transaction() as connection:
        assert connection.execute(text("SELECT worker FROM workers")).scalars().all() == ["one"]


def test_a_database_of_a_later_release_is_refused_and_left_alone(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerState) as refusal:
        database.migrate()
    assert (refusal.value.code, refusal.value.value) == ("newer-state", "9999")
    assert refusal.value.remedy
    with database.transaction() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_reading_waits_for_no_writer(database: Database) -> None:
    with database.transaction() as writer:
        writer.execute(text("INSERT INTO workers VALUES ('one', 1.0)"))
        with database.reading() as reader:
            assert reader.execute(text("SELECT count(*) FROM workers")).scalar() == 0


def test_what_is_done_while_reading_is_not_kept(database: Database) -> None:
    with database.reading() as reader:
        reader.execute(text("INSERT INTO workers VALUES ('one', 1.0)"))
    with database.reading() as reader:
        assert reader.execute(text("SELECT count(*) FROM workers")).scalar() == 0


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as connection:
            connection.execute(text("INSERT INTO workers VALUES ('one', 1.0)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as reader:
        assert reader.execute(text("SELECT count(*) FROM workers")).scalar() == 0


@pytest.mark.parametrize("kind", KINDS)
def test_the_memory_of_tenants_from_before_is_known_and_their_domains_stay(kind: str, tmp_path: Path) -> None:
    document = Tenant.parse({"name": "acme", "domains": [{"name": "acme.example"}], "allowance": {"memory_mib": 1536}})
    row = {"document": document.model_dump_json()}
    for database in _empty(kind, tmp_path):
        with database.transaction() as connection:
            upgrade(connection, "0013")
            connection.execute(
                text(
                    "INSERT INTO tenants (tenant, document, revision, status, source, host)"
                    " VALUES ('acme', :document, 1, 'active', 'command', 'kvm1')"
                ),
                row,
            )
            connection.execute(text("INSERT INTO domains (domain, tenant) VALUES ('acme.example', 'acme')"))
        database.migrate()
        assert TenantStore(database).promised() == {"kvm1": 1536}
        assert TenantStore(database).claims() == {"acme.example": "acme"}


def _empty(kind: str, folder: Path) -> Iterator[Database]:
    """Yield a database without tables."""
    if kind == "sqlite":
        database = Database(f"sqlite:///{folder}/empty.sqlite")
        yield database
        database.close()
        return
    for database in open_database(kind, folder):
        with database.transaction() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        yield database
