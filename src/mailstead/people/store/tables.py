"""The tables. See docs/formats/people.md."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from mailstead.state.database import metadata


def _id() -> Column[Any]:
    return Column("id", String(36), primary_key=True)


def _person(*, key: bool = False) -> Column[Any]:
    owner = ForeignKey("people.id", ondelete="CASCADE")
    return Column("person", String(36), owner, nullable=False, primary_key=key, index=not key)


def _time(name: str, *, known: bool = True) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=not known)


def _digest(*, key: bool = False) -> Column[Any]:
    return Column("digest", String(64), nullable=False, primary_key=key, unique=None if key else True)


people = Table(
    "people",
    metadata,
    _id(),
    Column("address", String(72), nullable=False, unique=True),
    Column("name", String(100), nullable=False),
    Column("role", String(16), nullable=False),
    Column("everywhere", Boolean, nullable=False),
    Column("language", String(8), nullable=False),
    Column("time_zone", String(64), nullable=False),
    _time("created"),
    Column("disabled", Boolean, nullable=False),
    Column("password", Text),  # Argon2id; None: not chosen yet
)

people_tenants = Table(
    "people_tenants",
    metadata,
    _person(key=True),
    Column("tenant", String(32), ForeignKey("tenants.tenant", ondelete="CASCADE"), primary_key=True, index=True),
)

totp_factors = Table(
    "totp_factors",
    metadata,
    _id(),
    _person(),
    Column("name", String(100), nullable=False),
    _time("created"),
    _time("used", known=False),
    Column("last_step", BigInteger, nullable=False),
)

passkeys = Table(
    "passkeys",
    metadata,
    _id(),
    _person(),
    Column("name", String(100), nullable=False),
    _time("created"),
    _time("used", known=False),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    _id(),
    _person(),
    Column("issuer", String(200), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("name", String(100), nullable=False),
    _time("created"),
    _time("used", known=False),
    UniqueConstraint("issuer", "subject"),
)

recovery_codes = Table("recovery_codes", metadata, _person(key=True), _digest(key=True))

sessions = Table(
    "sessions",
    metadata,
    _id(),
    _digest(),
    _person(),
    Column("stage", String(16), nullable=False),
    _time("created"),
    _time("seen"),
    _time("expires"),
    _time("fresh_until", known=False),
    Column("source", String(64), nullable=False),
    Column("agent", String(200), nullable=False),
)

mailbox_sessions = Table(
    "mailbox_sessions",
    metadata,
    _id(),
    _digest(),
    Column("mailbox", String(320), nullable=False, index=True),
    Column("password", String(64), nullable=False),  # digest of the hash that opened it: another password ends it
    _time("created"),
    _time("seen"),
    _time("expires"),
    Column("source", String(64), nullable=False),
    Column("agent", String(200), nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    _id(),
    _digest(),
    _person(),
    Column("name", String(100), nullable=False),
    Column("begins", String(16), nullable=False),
    Column("rights", Text, nullable=False),
    Column("tenants", Text),  # None: all of the person's
    _time("created"),
    _time("expires"),
    _time("used", known=False),
)

links = Table(
    "links",
    metadata,
    _digest(key=True),
    _person(),
    Column("purpose", String(16), nullable=False),
    _time("expires"),
)

challenges = Table(
    "challenges",
    metadata,
    _digest(key=True),
    Column("purpose", String(16), nullable=False),
    Column("session", String(36), nullable=False),  # empty: nobody is signed in yet
    _time("expires"),
)

tries = Table("tries", metadata, _digest(key=True), Column("number", Integer, nullable=False), _time("last"))

places = Table("places", metadata, _digest(key=True), _time("seen"))


def aware(time: datetime) -> datetime:
    """SQLite forgets time zones; what we store is UTC."""
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def aware_or_none(time: datetime | None) -> datetime | None:
    return None if time is None else aware(time)
