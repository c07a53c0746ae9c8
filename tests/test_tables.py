"""Every table: scope stands at its store, or no face reaches it. A new table, or verb of a store, fails here first."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import mailstead
from mailstead.ground.errors import NotFound
from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.networks.store import NumberStore
from mailstead.orders.model import OrderView, Selection
from mailstead.orders.store import OrderLedger
from mailstead.people.errors import Forbidden
from mailstead.people.model import Role
from mailstead.people.person import NewPerson, NewToken, PersonChange, Profile
from mailstead.people.store import PersonStore
from mailstead.protection.model import Known
from mailstead.protection.store import ProtectionBook
from mailstead.security.audit_store import AuditTrail
from mailstead.state.database import Database, metadata
from mailstead.tenants.model import Tenant
from mailstead.tenants.store import TenantStore
from tests.access.stage import Stage, open_stage
from tests.databases import KINDS, open_database
from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys made cheap, by itself

ALICES, ALICE, BOB = "acme", "anna@acme.example", Scope.of("globex")
NOT_NARROWED = {
    "by": "says who acts",
    "head": "access demands the whole trail of them: tests/access",
    "note": "adds; nothing is read",
    "telling": "adds; nothing is read",
    "verify": "access demands the whole trail of them: tests/access",
    "within": "narrows, and never widens: every caller's scope is of their own row",
}


@dataclass(frozen=True)
class Kept:
    """A store as it is within a scope, and one call of every verb it has, each about what is Alice's."""

    store: Callable[["House", Scope], Any]
    verbs: Mapping[str, Callable[[Any], object]]

    def missing(self, house: "House") -> set[str]:
        """Return the verbs that nothing is tried with."""
        found = inspect.getmembers(type(self.store(house, BOB)), inspect.isfunction)
        return {name for name, _ in found if not name.startswith("_")} - self.verbs.keys() - NOT_NARROWED.keys()


@dataclass(frozen=True)
class House:
    """A platform on a database of its own: Alice's tenant and people, and Bob's."""

    stage: Stage
    database: Database

    def rows(self) -> dict[str, list[Any]]:
        with self.database.reading() as connection:
            return {table.name: list(connection.execute(select(table))) for table in metadata.sorted_tables}


class _Orders:
    """The ledger as access asks it."""

    def __init__(self, database: Database, scope: Scope) -> None:
        self._ledger, self._scope = OrderLedger(database), scope

    def select(self) -> list[OrderView]:
        return self._ledger.select(Selection(self._scope))


class _Protection:
    """What is remembered of backups as access asks it: of all, or of a tenant that it has found within the scope."""

    def __init__(self, database: Database, scope: Scope) -> None:
        self._book, self._scope = ProtectionBook(database), scope

    def all(self) -> dict[str, Known]:
        return self._book.all(self._scope)

    def of(self) -> dict[str, Known]:
        return self._book.of([ALICES, "globex"], self._scope)

    def troubled(self) -> dict[str, Known]:
        return self._book.troubled(datetime.max.replace(tzinfo=UTC), limit=10, scope=self._scope)


def _new(person: str) -> NewPerson:
    return NewPerson.parse({"address": person, "role": "tenant-admin", "tenants": [ALICES]})


def _memory_of_bobs(store: TenantStore) -> int:
    return store.get("globex").tenant.allowance.memory_mib


CHANGE = PersonChange(role=Role.AUDITOR, tenants=(ALICES,))
TOKEN = NewToken.parse({"name": "ci", "rights": ["mail:read"]})
TENANTS = Kept(
    lambda house, scope: TenantStore(house.database).within(scope),
    {
        "add": lambda store: store.add(Tenant.parse({"name": "other", "domains": [{"name": "o.example"}]})),
        "all": lambda store: store.all(),
        "change": lambda store: store.change(ALICES, lambda known: known.changed(mailboxes=(), aliases=(), lists=())),
        "claims": lambda store: store.claims(),
        "counts": lambda store: "acme, too" if sum(store.counts().values()) > 1 else "",
        "forget": lambda store: store.forget(ALICES),
        "get": lambda store: store.get(ALICES),
        "mark_removed": lambda store: store.mark_removed(ALICES, None),
        "named": lambda store: store.named([ALICES, "globex"]),
        "overview": lambda store: store.overview(),
        "owner_of": lambda store: store.owner_of("acme.example"),
        "page": lambda store: store.page(),
        "place": lambda store: store.place(ALICES, lambda _: "kvm9"),
        "promised": lambda store: "acme, too" if sum(store.promised().values()) > _memory_of_bobs(store) else "",
        "settle_on": lambda store: store.settle_on(ALICES, "kvm9"),
    },
)
NUMBERS = Kept(
    lambda house, scope: NumberStore(house.database, house.stage.running.platform.network).within(scope),
    {
        "adopt": lambda store: store.adopt(ALICES, next(iter(store.all().values()))),
        "all": lambda store: store.all(),
        "allocate": lambda store: store.allocate(ALICES),
        "of": lambda store: store.of(ALICES),
        "release": lambda store: store.release(ALICES),
    },
)
TRAIL = Kept(
    lambda house, scope: AuditTrail(house.database, house.stage.running.world.clock, "test").within(scope),
    {
        "list": lambda store: [store.list(), store.list(ALICES)],
        "behind": lambda store: [*store.behind(0)],
    },
)
ORDERS = Kept(lambda house, scope: _Orders(house.database, scope), {"select": lambda store: store.select()})
PROTECTED = Kept(
    lambda house, scope: _Protection(house.database, scope),
    {"all": lambda store: store.all(), "of": lambda store: store.of(), "troubled": lambda store: store.troubled()},
)
PERSONS = Kept(
    lambda house, scope: PersonStore(house.database).within(scope),
    {
        "add": lambda _: None,  # only the register adds, and not in a scope
        "find": lambda _: None,  # for signing in, before there is anybody to be narrowed to
        "password_of": lambda _: None,  # likewise: by the id of whoever signs in
        "change": lambda store: store.change(ALICE, CHANGE),
        "describe": lambda store: store.describe(ALICE, Profile(name="B")),
        "get": lambda store: store.get(ALICE),
        "page": lambda store: store.page(),
        "remove": lambda store: store.remove(ALICE),
        "set_disabled": lambda store: store.set_disabled(ALICE, disabled=True),
        "set_password": lambda store: store.set_password(ALICE, "x"),
    },
)
REGISTER = Kept(
    lambda house, scope: house.stage.running.people.register.within(scope),
    {
        "add_token": lambda store: store.add_token(ALICE, TOKEN),
        "change": lambda store: store.change(ALICE, CHANGE),
        "disable": lambda store: store.disable(ALICE),
        "enable": lambda store: store.enable(ALICE),
        "end_sessions": lambda store: store.end_sessions(ALICE),
        "factors": lambda store: store.factors(ALICE),
        "get": lambda store: store.get(ALICE),
        "invite": lambda store: store.invite(_new("new@acme.example")),
        "linked": lambda store: store.linked(ALICE),
        "page": lambda store: store.page(),
        "remove": lambda store: store.remove(ALICE),
        "remove_factor": lambda store: store.remove_factor(ALICE, "x"),
        "reset": lambda store: store.reset(ALICE),
        "revoke_token": lambda store: store.revoke_token(ALICE, "x"),
        "sessions": lambda store: store.sessions(ALICE),
        "tokens": lambda store: store.tokens(ALICE),
        "unlink": lambda store: store.unlink(ALICE, "x"),
    },
)
SCOPED = {
    "tenants": TENANTS,
    "domains": TENANTS,
    "network_numbers": NUMBERS,
    "audit": TRAIL,
    "orders": ORDERS,
    "protection": PROTECTED,
    "people": PERSONS,
    "people_tenants": PERSONS,
    # Found by the id of somebody whom the register has looked up within the scope.
    "identities": REGISTER,
    "links": REGISTER,
    "passkeys": REGISTER,
    "recovery_codes": REGISTER,
    "sessions": REGISTER,
    "tokens": REGISTER,
    "totp_factors": REGISTER,
}
UNREACHED = {  # of tenants, but for the workers alone: by which word of World or Running a face would get there
    "dkim_keys": "dkim",
    "dns_record": "records",
    "dns_zone": "records",
    "leases": "engine",
    "secret_keys": "vault",
    "secrets": "vault",
    "sights": "sights",
    "tls_key": "certificates",
}
NOBODYS = {
    "challenges": "random digests, each good for one session",
    "mailbox_sessions": "each found by the digest of its cookie alone, for the mailbox that stands in it",
    "maintenance": "of hosts, which operators alone see: tests/access/test_rights.py",
    "order_numbers": "one counter",
    "places": "digests of networks",
    "standing": "the platform's own",
    "tries": "digests of what was tried",
    "workers": "the platform's own",
}
FACES = ("access", "api", "web")
STORES = {
    "tenants": TENANTS,
    "numbers": NUMBERS,
    "trail": TRAIL,
    "orders": ORDERS,
    "protection": PROTECTED,
    "persons": PERSONS,
    "all": REGISTER,
}


@pytest.fixture(params=KINDS, scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("tables")
    for database in open_database(request.param, folder):
        stage = open_stage(folder, "acme", "globex", database=database)
        stage.running.people.register.invite(_new(ALICE))
        ledger = OrderLedger(database)  # the engine in memory keeps its orders to itself
        for order in stage.running.desk.list(None, None, 10):
            ledger.add(order)
        ProtectionBook(database).begin(["acme", "globex"], stage.running.world.clock.now())
        yield House(stage, database)
        stage.engine.close()


def test_every_table_stands_in_one_of_the_lists() -> None:
    known = [*SCOPED, *UNREACHED, *NOBODYS]
    assert sorted(known) == sorted(metadata.tables), "say how scope is kept of the new table, or why it need not be"


def test_every_table_with_a_tenant_is_narrowed_or_not_reached() -> None:
    with_tenants = {name for name, table in metadata.tables.items() if {"tenant", "tenants"} & {*table.columns.keys()}}
    assert with_tenants <= {*SCOPED, *UNREACHED}


@pytest.mark.parametrize("store", STORES)
def test_every_verb_of_a_store_is_tried(house: House, store: str) -> None:
    assert not STORES[store].missing(house)


@pytest.mark.parametrize("store", STORES)
def test_bob_neither_sees_nor_changes_what_is_alices(house: House, store: str) -> None:
    kept, before = STORES[store], house.rows()
    for verb, call in kept.verbs.items():
        try:
            told = repr(call(kept.store(house, BOB)))
        except (NotFound, Forbidden):
            continue
        assert "acme" not in told, f"{verb} tells of another tenant"
    assert house.rows() == before


@pytest.mark.parametrize("store", STORES)
def test_the_same_looks_show_alice_what_is_hers(house: House, store: str) -> None:
    looks = {"all", "behind", "get", "list", "select", "page", "of", "overview", "claims", "owner_of"}
    kept = STORES[store]
    for verb in looks & kept.verbs.keys():
        assert "acme" in repr(kept.verbs[verb](kept.store(house, Scope.of("acme")))) or verb == "of", verb
        assert kept.verbs[verb](kept.store(house, EVERYTHING)), verb


@pytest.mark.parametrize("table", UNREACHED)
def test_no_face_reaches_what_is_the_workers_alone(table: str) -> None:
    code = "\n".join(
        path.read_text() for face in FACES for path in (Path(mailstead.__file__).parent / face).rglob("*.py")
    )
    assert not re.findall(rf"\b(?:world|running|steps)\.{UNREACHED[table]}\b", code)
