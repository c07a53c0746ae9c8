"""The vault gives back what was put in, to the right key alone; the database never shows it."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, select, text, update

from mailstead.security.keyfile import create_key_file
from mailstead.security.model import NoKeyFile, NoSecret, Secret, Tampered, WrongKey
from mailstead.security.store import Vault, secret_keys, secrets
from mailstead.state.database import Database, metadata

PLANTED = b"planted-secret-4711"


class VaultContract:
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        raise NotImplementedError

    @pytest.fixture
    def database(self, url: str) -> Iterator[Database]:
        database = Database(url)
        with database.transaction() as connection:
            metadata.create_all(connection, tables=[secret_keys, secrets])
        yield database
        database.close()

    @pytest.fixture
    def key_file(self, tmp_path: Path) -> Path:
        create_key_file(tmp_path / "key")
        return tmp_path / "key"

    @pytest.fixture
    def vault(self, database: Database, key_file: Path) -> Vault:
        return Vault(database, key_file)

    def test_what_is_put_comes_back(self, vault: Vault) -> None:
        vault.put("acme", "dkim/rsa", PLANTED)
        vault.put("", "tsig", Secret.of("platform"))
        assert vault.get("acme", "dkim/rsa") == Secret(PLANTED)
        assert vault.get("", "tsig") == Secret.of("platform")

    def test_putting_the_same_again_changes_nothing(self, vault: Vault, database: Database) -> None:
        vault.put("acme", "a", PLANTED)
        before = rows(database)
        vault.put("acme", "a", PLANTED)
        assert rows(database) == before

    def test_a_new_value_has_a_new_version(self, vault: Vault, database: Database) -> None:
        for value in (b"one", b"two", b"three"):
            vault.put("acme", "a", value)
        assert vault.get("acme", "a") == Secret(b"three")
        assert [row[2] for row in rows(database)] == [3]

    def test_names_are_listed_by_tenant(self, vault: Vault) -> None:
        for tenant, name in (("acme", "b"), ("acme", "a"), ("globex", "c")):
            vault.put(tenant, name, PLANTED)
        assert vault.names("acme") == ["a", "b"]
        assert vault.names("initech") == []

    def test_what_is_not_there_is_named(self, vault: Vault) -> None:
        vault.put("acme", "a", PLANTED)
        for tenant, name in (("acme", "b"), ("globex", "a")):
            with pytest.raises(NoSecret, match=f"{tenant} has no secret {name}"):
                vault.get(tenant, name)

    def test_one_secret_can_go(self, vault: Vault) -> None:
        vault.put("acme", "a", PLANTED)
        vault.put("acme", "b", PLANTED)
        vault.remove("acme", "a")
        vault.remove("acme", "a")
        assert vault.names("acme") == ["b"]

    def test_removing_a_tenant_shreds_its_key(self, vault: Vault, database: Database) -> None:
        vault.put("acme", "a", PLANTED)
        vault.put("globex", "a", PLANTED)
        kept = rows(database)
        vault.remove_all("acme")
        vault.remove_all("acme")
        assert vault.names("acme") == []
        assert vault.get("globex", "a") == Secret(PLANTED)
        vault.put("acme", "b", b"new")  # a new key: the old rows, put back, do not open
        with database.transaction() as connection:
            old = next(row for row in kept if row[0] == "acme")
            connection.execute(secrets.insert().values(tuple(old)))
        with pytest.raises(Tampered):
            vault.get("acme", "a")

    def test_all_who_ask_at_once_get_the_same(self, vault: Vault) -> None:
        numbers = count()

        def ask(_: int) -> bytes:
            return vault.get_or_make("acme", "key", lambda: b"made %d" % next(numbers)).reveal()

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(ask, range(24)))) == 1
        assert next(numbers) == 1

    def test_a_row_that_was_moved_or_changed_does_not_open(self, vault: Vault, database: Database) -> None:
        vault.put("acme", "a", PLANTED)
        vault.put("acme", "b", b"other")
        for change in ({"name": "c"}, {"version": 2}, {"sealed": b"\0" * 40}):
            with database.transaction() as connection:
                connection.execute(update(secrets).where(secrets.c.name == "b").values(change))
            with pytest.raises(Tampered, match="does not open"):
                vault.get("acme", str(change.get("name", "b")))
            vault.remove("acme", str(change.get("name", "b")))
            vault.put("acme", "b", b"other")

    def test_a_tenants_key_does_not_open_for_another(self, vault: Vault, database: Database) -> None:
        for tenant in ("acme", "globex"):
            vault.put(tenant, "a", PLANTED)
        with database.transaction() as connection:
            row = connection.execute(select(secret_keys).where(secret_keys.c.tenant == "acme")).one()
            stolen = {"nonce": row.nonce, "wrapped": row.wrapped}
            connection.execute(update(secret_keys).where(secret_keys.c.tenant == "globex").values(stolen))
        with pytest.raises(Tampered):
            vault.get("globex", "a")

    def test_turning_the_key_rewraps_and_touches_no_secret(
        self, vault: Vault, database: Database, tmp_path: Path
    ) -> None:
        for tenant in ("acme", "globex", ""):
            vault.put(tenant, "a", PLANTED)
        before = rows(database)
        create_key_file(tmp_path / "new")
        assert vault.rotate(tmp_path / "new") == 3
        assert rows(database) == before
        assert vault.get("acme", "a") == Secret(PLANTED)
        assert Vault(database, tmp_path / "new").get("globex", "a") == Secret(PLANTED)
        with pytest.raises(WrongKey) as wrong:
            Vault(database, tmp_path / "key").get("acme", "a")
        assert "key file" in wrong.value.remedy
        assert vault.rotate(tmp_path / "new") == 0

    def test_without_the_key_file_there_is_no_vault(self, database: Database, tmp_path: Path) -> None:
        with pytest.raises(NoKeyFile):
            Vault(database, tmp_path / "none")


class TestVaultOnSqlite(VaultContract):
    @pytest.fixture
    def url(self, tmp_path: Path) -> str:
        return f"sqlite:///{tmp_path}/state.db"

    def test_the_database_files_hold_no_plaintext(self, vault: Vault, tmp_path: Path) -> None:
        for n in range(20):
            vault.put("acme", f"n{n}", PLANTED + bytes([65 + n]))
        files = [path for path in tmp_path.iterdir() if path.name.startswith("state.db")]
        assert files
        assert all(PLANTED not in path.read_bytes() for path in files)
        assert any(b"n19" in path.read_bytes() for path in files)  # the scan does see what is there
        kek = bytes.fromhex((tmp_path / "key").read_text().split()[1])
        assert all(kek not in path.read_bytes() for path in files)


@pytest.mark.postgres
class TestVaultOnPostgres(VaultContract):
    @pytest.fixture
    def url(self) -> Iterator[str]:
        given = os.environ.get("MAILSTEAD_TEST_POSTGRES")
        if not given:
            pytest.skip("MAILSTEAD_TEST_POSTGRES names no server (postgresql+psycopg://user@host/database)")
        server, name = make_url(given), f"mailstead_test_vault_{uuid4().hex[:8]}"
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        yield server.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()


def rows(database: Database) -> list[tuple[object, ...]]:
    with database.transaction() as connection:
        found = connection.execute(select(secrets).order_by(secrets.c.tenant, secrets.c.name)).all()
    return [tuple(row) for row in found]
