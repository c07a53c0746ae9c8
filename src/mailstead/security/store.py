"""The vault: each tenant's secrets under a key of its own, that key wrapped by the one in the key file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    delete,
    select,
    text,
    update,
)

from mailstead.state.database import Database, metadata

from .keyfile import key_id, read_key_file
from .model import NoSecret, Secret, WrongKey
from .sealing import Sealed, fresh_key, seal, unseal

_DEK, _SECRET = "mailstead-dek-1", "mailstead-secret-1"

secret_keys = Table(
    "secret_keys",
    metadata,
    Column("tenant", String(32), primary_key=True),
    Column("kek_id", String(16), nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("tenant", String(32), ForeignKey("secret_keys.tenant", ondelete="CASCADE"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

# Asked again and again: built once.
_KEY = select(secret_keys).where(secret_keys.c.tenant == bindparam("name")).with_for_update()
_ONE = select(secrets).where(secrets.c.tenant == bindparam("of"), secrets.c.name == bindparam("called"))


@dataclass(frozen=True, slots=True)
class _Kept:
    tenant: str
    name: str
    version: int
    value: Secret


class Vault:
    """Secrets by tenant and name; tenant "" is the platform. Every verb is one transaction and may be repeated.

    All raise WrongKey and Tampered where keys or rows do not fit; the constructor raises what `read_key_file` does.
    """

    def __init__(self, database: Database, key_file: Path) -> None:
        self._database = database
        self._kek = read_key_file(key_file)

    def put(self, tenant: str, name: str, value: Secret | bytes) -> None:
        """Keep *value*; the same value again changes nothing."""
        wanted = value if isinstance(value, Secret) else Secret(value)
        with self._database.transaction() as connection:
            key = self._key_of(connection, tenant)
            there = _find(connection, key, tenant, name)
            if there is None or there.value != wanted:
                version = 1 + (there.version if there else 0)
                _write(connection, key, _Kept(tenant, name, version, wanted))

    def get(self, tenant: str, name: str) -> Secret:
        """Return a secret; raise NoSecret."""
        with self._database.transaction() as connection:
            key = self._known_key(connection, tenant)
            there = _find(connection, key, tenant, name) if key else None
        if there is None:
            remedy = "apply the tenant again: what is missing is made then"
            raise NoSecret(f"{tenant or 'the platform'} has no secret {name}", field="name", value=name, remedy=remedy)
        return there.value

    def get_or_make(self, tenant: str, name: str, maker: Callable[[], Secret | bytes]) -> Secret:
        """Return a secret, making it first if need be; all who ask at once get the same one.

        *maker* runs inside the transaction, so it must not touch the database.
        """
        with self._database.transaction() as connection:
            key = self._key_of(connection, tenant)
            if there := _find(connection, key, tenant, name):
                return there.value
            made = maker()
            value = made if isinstance(made, Secret) else Secret(made)
            _write(connection, key, _Kept(tenant, name, 1, value))
            return value

    def names(self, tenant: str) -> list[str]:
        """Return the names of a tenant's secrets, sorted."""
        query = select(secrets.c.name).where(secrets.c.tenant == tenant).order_by(secrets.c.name)
        with self._database.transaction() as connection:
            return list(connection.scalars(query))

    def inventory(self) -> dict[str, list[str]]:
        """Return the names of all secrets by tenant, sorted; one that has a key and no secret is in it, too."""
        with self._database.reading() as connection:
            found: dict[str, list[str]] = {tenant: [] for tenant in connection.scalars(select(secret_keys.c.tenant))}
            for tenant, name in connection.execute(select(secrets.c.tenant, secrets.c.name).order_by(secrets.c.name)):
                found.setdefault(tenant, []).append(name)
        return found

    def remove(self, tenant: str, name: str) -> None:
        """Forget one secret; one already gone is no error."""
        with self._database.transaction() as connection:
            connection.execute(delete(secrets).where(secrets.c.tenant == tenant, secrets.c.name == name))

    def remove_all(self, tenant: str) -> None:
        """Forget a tenant's secrets and the key that opens them; nothing there is no error."""
        with self._database.transaction() as connection:
            connection.execute(delete(secrets).where(secrets.c.tenant == tenant))
            connection.execute(delete(secret_keys).where(secret_keys.c.tenant == tenant))

    def rotate(self, new_key_file: Path) -> int:
        """Wrap all tenants' keys by the key in *new_key_file* and use it from now on; return how many there were.

        All or none; one that is wrapped by the new key already (a run before was cut short) is left as it is.
        Put the new file in the old one's place afterwards.
        """
        new = read_key_file(new_key_file)
        with self._database.transaction() as connection:
            tenants = connection.scalars(
                select(secret_keys.c.tenant).where(secret_keys.c.kek_id != key_id(new)).with_for_update()
            ).all()
            for tenant in tenants:
                key = self._key_of(connection, tenant)
                values = _wrapped(new, tenant, key)
                connection.execute(update(secret_keys).where(secret_keys.c.tenant == tenant).values(values))
        self._kek = new
        return len(tenants)

    def _key_of(self, connection: Connection, tenant: str) -> Secret:
        """Return the tenant's key, making one if need be; whoever else asks waits until we are through."""
        if known := self._known_key(connection, tenant):
            return known
        row = {"tenant": tenant} | _wrapped(self._kek, tenant, fresh_key())
        connection.execute(
            text("INSERT INTO secret_keys VALUES (:tenant, :kek_id, :nonce, :wrapped) ON CONFLICT DO NOTHING"), row
        )
        made = self._known_key(connection, tenant)
        assert made  # noqa: S101  # inserted above, in this transaction or another's
        return made

    def _known_key(self, connection: Connection, tenant: str) -> Secret | None:
        row = connection.execute(_KEY, {"name": tenant}).one_or_none()
        if row is None:
            return None
        if row.kek_id != key_id(self._kek):
            raise WrongKey(
                f"the secrets of {tenant or 'the platform'} need key {row.kek_id}, the file holds {key_id(self._kek)}",
                field="key_file",
                value=key_id(self._kek),
                remedy="bring back the key file that belongs to this database",
            )
        return unseal(self._kek, Sealed(row.nonce, row.wrapped), _DEK, tenant)


def _wrapped(kek: Secret, tenant: str, dek: Secret) -> dict[str, object]:
    sealed = seal(kek, dek.reveal(), _DEK, tenant)
    return {"kek_id": key_id(kek), "nonce": sealed.nonce, "wrapped": sealed.body}


def _find(connection: Connection, key: Secret, tenant: str, name: str) -> _Kept | None:
    row = connection.execute(_ONE, {"of": tenant, "called": name}).one_or_none()
    if row is None:
        return None
    sealed = Sealed(row.nonce, row.sealed)
    return _Kept(tenant, name, row.version, unseal(key, sealed, _SECRET, tenant, name, row.version))


def _write(connection: Connection, key: Secret, kept: _Kept) -> None:
    sealed = seal(key, kept.value.reveal(), _SECRET, kept.tenant, kept.name, kept.version)
    connection.execute(delete(secrets).where(secrets.c.tenant == kept.tenant, secrets.c.name == kept.name))
    connection.execute(
        secrets.insert().values(
            tenant=kept.tenant,
            name=kept.name,
            version=kept.version,
            nonce=sealed.nonce,
            sealed=sealed.body,
        )
    )
