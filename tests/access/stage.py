"""A platform on memory drivers with two tenants, and the cast that asks: each tenant hides a canary."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from mailstead.access import Access, Request
from mailstead.ground.clock import VirtualClock
from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.orders.drivers.memory import MemoryEngine
from mailstead.people.errors import NotSignedIn
from mailstead.people.model import GRAVE, OF_MAILBOX, RIGHTS, Caller, Role
from mailstead.sites.model import Platform
from mailstead.state.database import Database
from mailstead.tenants.model import Tenant
from mailstead.wiring import Running, memory_platform
from mailstead.wiring.memory import memory_outside
from tests.salvage.versions import disk_of, keep, maildir

CANARIES = {"acme": "canary-of-acme", "globex": "canary-of-globex"}
START = VirtualClock().now()


def caller(name: str, role: Role, scope: Scope, *, fresh: bool = False) -> Caller:
    """Return somebody of the cast; *fresh*: their second factor was given just now."""
    until = START + timedelta(days=3650) if fresh else None
    via = "session" if fresh else "token"
    return Caller(f"p-{name}", name, role, scope, RIGHTS[role], via, "192.0.2.1", until, START)  # type: ignore[arg-type]


CAST: Mapping[str, Caller] = {
    "owner": caller("owner", Role.OWNER, EVERYTHING, fresh=True),
    "olga": caller("olga", Role.ADMIN, EVERYTHING),
    "reader": caller("reader", Role.READER, EVERYTHING),
    "auditor": caller("auditor", Role.AUDITOR, EVERYTHING),
    "alice": caller("alice", Role.TENANT_ADMIN, Scope.of("acme")),
    "bob": caller("bob", Role.TENANT_ADMIN, Scope.of("globex")),
    "uma": replace(caller("uma", Role.USER, Scope.of("acme")), rights=OF_MAILBOX, mailbox="anna@acme.example"),
    "charlie": caller("charlie", Role.USER, Scope.of()),
}


class KnownCallers:
    """The `Callers` of a cast: each token is a name, each cookie "session-" and a name."""

    def by_session(self, cookie: str, source: str) -> Caller:
        return replace(self._known(cookie.removeprefix("session-")), via="session", source=source)

    def by_token(self, bearer: str, source: str) -> Caller:
        known = self._known(bearer)
        return replace(known, via="token", source=source, rights=known.rights - GRAVE, fresh_until=None)

    def _known(self, name: str) -> Caller:
        if name not in CAST:
            raise NotSignedIn("nobody is signed in", field="token", remedy="sign in")
        return CAST[name]


@dataclass(frozen=True)
class Stage:
    """A platform, and the engine that turns its time."""

    running: Running
    engine: MemoryEngine

    def as_(self, name: str, request: Request | None = None) -> Access:
        """Return the platform as somebody of the cast may see it."""
        return Access(self.running, CAST[name], request)


def tenant(name: str) -> Tenant:
    """Return a tenant whose canary stands in every field that can hold one."""
    domain, canary = f"{name}.example", CANARIES[name]
    return Tenant.parse(
        {
            "name": name,
            "domains": [{"name": domain}, {"name": f"{canary}.example"}],
            "mailboxes": [{"address": f"anna@{domain}", "name": canary}, {"address": f"{canary}@{domain}"}],
            "aliases": [{"address": f"info@{domain}", "targets": [f"anna@{domain}", f"{canary}@far.example"]}],
            "lists": [{"address": f"all@{domain}", "members": [f"{canary}@{domain}"]}],
        }
    )


def open_stage(folder: Path, *names: str, database: Database | None = None) -> Stage:
    """Return a platform with these tenants in service, on two hosts."""
    hosts = [{"name": name, "driver": "memory"} for name in ("kvm1", "kvm2")]
    platform = Platform.parse(
        {
            "sites": [{"name": "home", "hosts": hosts}],
            "dns": {"driver": "memory"},
            "backup": {"keep": {"last": 1, "daily": 0, "weekly": 0, "monthly": 0, "days": 0}},
            "web": {"url": "https://test.example"},
            "backup_target": [{"name": "shelf", "kind": "memory"}],
        }
    )
    outside = replace(memory_outside(platform), database=database)
    running, engine = memory_platform(folder, platform, outside)
    for name in names:
        running.lifecycle.add(tenant(name))
    engine.settle()
    return Stage(running, engine)


def keep_mail(stage: Stage, name: str) -> None:
    """Make a backup of a tenant: a disk with one mail, and its canary in that."""
    keep(stage.running.protection.ground.store(name), _disk(name), START)


@cache
def _disk(name: str) -> bytes:
    content = maildir(
        {"cur/1.M1P1.host:2,S": b"Subject: %s\r\n\r\n" % CANARIES[name].encode()}, f"{name}.example/anna/Maildir"
    )
    with TemporaryDirectory(prefix="mailstead-disk-") as folder:
        return disk_of(Path(folder), {**content, "etc/hostname": b"%s\n" % name.encode()}, mib=2)
