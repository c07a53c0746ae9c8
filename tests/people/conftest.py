"""A house with people in it: the chapter on a real database, with a clock that a test turns and cheap hashes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from pyotp import TOTP
from sqlalchemy import text

from mailstead.ground.clock import VirtualClock
from mailstead.people.drivers.memory import MemoryProvider
from mailstead.people.keys import RealChance
from mailstead.people.model import Role
from mailstead.people.person import NewPerson, Person
from mailstead.people.session import INVITATION_PATH, Admission, Link, Visitor
from mailstead.security.audit import AuditEntry
from mailstead.security.audit_store import AuditTrail
from mailstead.security.keyfile import create_key_file
from mailstead.security.model import Secret
from mailstead.security.store import Vault
from mailstead.sites.model import Platform
from mailstead.state.database import Database
from mailstead.tenants.model import Tenant
from mailstead.tenants.store import TenantStore
from mailstead.wiring.people import Ground, People, people_of
from tests.databases import KINDS, open_database

PLATFORM = Platform.parse(
    {
        "sites": [{"name": "home", "hosts": [{"name": "kvm1", "driver": "memory"}]}],
        "web": {"url": "https://console.example"},
    }
)
PASSWORD = Secret.of("quite some clouds over there")
both = pytest.mark.parametrize("house", KINDS, indirect=True)
HERE, ELSEWHERE = Visitor("198.51.100.7", "Firefox"), Visitor("203.0.113.99", "curl")


@dataclass
class CountingHashing:
    """Hashes that cost nothing, and how many there were."""

    made: int = 0
    checked: int = 0
    stale_ones: set[str] = field(default_factory=set)

    def make(self, password: Secret) -> str:
        self.made += 1
        return f"hash-of-{len(password.reveal())}-{password.reveal()[::-1].hex()}"

    def fits(self, password: Secret, stored: str | None) -> bool:
        self.checked += 1
        return stored == f"hash-of-{len(password.reveal())}-{password.reveal()[::-1].hex()}"

    def stale(self, stored: str) -> bool:
        return stored in self.stale_ones


@dataclass
class House:
    """Everything about people, and the hands of a person at a browser."""

    people: People
    database: Database
    clock: VirtualClock
    trail: AuditTrail
    vault: Vault
    hashing: CountingHashing
    providers: dict[str, MemoryProvider]

    def invite(self, address: str, role: Role, *tenants: str) -> Link:
        wanted = {"address": address, "role": role, "tenants": tenants}
        return self.people.register.invite(NewPerson.parse(wanted))

    def settled(self, address: str = "olga@ops.example", role: Role = Role.OWNER, *tenants: str) -> "Somebody":
        """Invite somebody who chooses the password and enrols an app from HERE."""
        admission = self.people.sign_in.accept(secret_of(self.invite(address, role, *tenants)), PASSWORD, HERE)
        offer = self.people.account.offer_totp(cookie(admission), HERE)
        app = TOTP(offer.letters.reveal_text())
        enrolled = self.people.account.add_totp(cookie(admission), app.at(self.clock.now()), "phone", HERE)
        self.later(seconds=30)
        return Somebody(self, address, app, cookie(enrolled.admission), enrolled.recovery_codes)

    def later(self, **span: float) -> None:
        self.clock.sleep(timedelta(**span).total_seconds())

    def told(self, action: str) -> list[AuditEntry]:
        return [entry for entry in self.trail.list(limit=1000) if entry.action == action]

    def everything(self) -> str:
        """Return all that is in the database, as text."""
        with self.database.reading() as connection:
            kind = connection.dialect.name
            schema = "SELECT name FROM sqlite_master WHERE type = 'table'"
            if kind == "postgresql":
                schema = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            names = connection.execute(text(schema)).scalars().all()
            return "\n".join(
                repr(tuple(bytes(v) if isinstance(v, memoryview) else v for v in row))
                for name in names
                for row in connection.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608  # our own names
            )


@dataclass
class Somebody:
    """A person who is signed in, with an app on a phone."""

    house: House
    address: str
    app: TOTP
    cookie: str
    recovery_codes: tuple[str, ...]

    @property
    def person(self) -> Person:
        return self.house.people.register.get(self.address)

    def code(self) -> str:
        """Return a code that was not used yet."""
        self.house.later(seconds=30)
        return self.app.at(self.house.clock.now())

    def begin(self, visitor: Visitor = HERE, password: Secret = PASSWORD) -> str:
        """Give the password, and return the cookie."""
        return cookie(self.house.people.sign_in.by_password(self.address, password, visitor))

    def sign_in(self, visitor: Visitor = HERE) -> str:
        begun = self.begin(visitor)
        return cookie(self.house.people.sign_in.second_by_code(begun, self.code(), visitor))


def cookie(admission: Admission) -> str:
    return admission.cookie.reveal_text()


def secret_of(link: Link) -> str:
    return link.url.reveal_text().partition(INVITATION_PATH)[2]


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """SQLite, or what a module asks for with `both`."""
    for database in open_database(getattr(request, "param", "sqlite"), tmp_path):
        create_key_file(tmp_path / "key")
        clock, hashing = VirtualClock(), CountingHashing()
        vault, trail = Vault(database, tmp_path / "key"), AuditTrail(database, clock, "os:test")
        providers = {name: MemoryProvider(name.title(), f"https://{name}.example") for name in ("corp", "other")}
        ground = Ground(database, vault, clock, trail, RealChance(), hashing, providers)
        people = people_of(PLATFORM, ground)
        for name in ("acme", "globex"):
            TenantStore(database).add(Tenant.parse({"name": name, "domains": [{"name": f"{name}.example"}]}))
        yield House(people, database, clock, trail, vault, hashing, providers)
