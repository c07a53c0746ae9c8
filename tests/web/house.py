"""A console on a platform in memory, with a cast: Olga owns it, Rita reads, Alice and Bob have a tenant each."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pyotp import TOTP
from starlette.testclient import TestClient

from mailstead.access.browser import proof
from mailstead.ground.clock import VirtualClock
from mailstead.orders.drivers.memory import MemoryEngine
from mailstead.orders.model import OrderView
from mailstead.people.model import Role
from mailstead.people.person import NewPerson
from mailstead.people.session import Visitor
from mailstead.security.model import Secret
from mailstead.sites.model import Platform
from mailstead.tenants.model import Tenant
from mailstead.web import application, cookies
from mailstead.wiring import Running
from mailstead.wiring.memory import Outside, memory_platform
from tests.salvage.versions import TARGET, disk_of, keep, maildir, numbered

from .reading import Reader

URL = "https://console.example"
PASSWORD = "quite some clouds over there"
CAST = {
    "olga@operator.example": (Role.OWNER, ()),
    "rita@operator.example": (Role.READER, ()),
    "audrey@operator.example": (Role.AUDITOR, ()),
    "alice@acme.example": (Role.TENANT_ADMIN, ("acme",)),
    "bob@globex.example": (Role.TENANT_ADMIN, ("globex",)),
}
OLGA, RITA, AUDREY, ALICE, BOB = CAST
UMA = "anna@acme.example"  # has a mailbox, and no account
GUID = "1792488602.M2P1.host"  # of the mail that is in the first backup of each tenant, and in no later one


def platform(url: str = URL) -> Platform:
    hosts = [{"name": name, "driver": "memory"} for name in ("kvm1", "kvm2")]
    return Platform.parse(
        {
            "sites": [{"name": "home", "hosts": hosts}],
            "dns": {"driver": "memory"},
            "web": {"url": url},
            "backup_target": [{"name": TARGET, "kind": "memory"}],
        }
    )


def tenant(name: str, people: int = 3, **more: Any) -> Tenant:
    domain = f"{name}.example"
    names = ("Anna Berg", "Bert Coal", "Clara Dietz", "Dora Ekman", "Emil Farr")
    boxes = [{"address": f"{who.split()[0].lower()}@{domain}", "name": who} for who in names[:people]]
    aliases = [{"address": f"info@{domain}", "targets": [boxes[0]["address"]]}]
    lists = [{"address": f"team@{domain}", "members": [box["address"] for box in boxes]}]
    given = {"name": name, "domains": [{"name": domain}], "mailboxes": boxes, "aliases": aliases, "lists": lists}
    return Tenant.parse({**given, **more})


@dataclass
class House:
    """The platform, its engine, and how the cast signs in."""

    running: Running
    engine: MemoryEngine
    letters: dict[str, str] = field(default_factory=dict)
    recovery: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def clock(self) -> VirtualClock:
        clock = self.running.world.clock
        assert isinstance(clock, VirtualClock)
        return clock

    def add_tenant(self, wanted: Tenant) -> OrderView:
        order = self.running.lifecycle.add(wanted)
        self.engine.settle()
        return self.running.desk.show(order)

    def back_up(self, name: str) -> None:
        """Make two backups of a tenant's mail: before and after somebody tidied up."""
        now, store = self.clock.now(), self.running.protection.ground.store(name)
        for disk, ago in zip(_disks(name), (timedelta(days=2), timedelta(days=1)), strict=True):
            last = keep(store, disk, now - ago)
        book = self.running.protection.ground.book
        book.begin([name], now)
        book.good(name, last.taken, last.number)

    def invite(self, address: str, role: Role, tenants: tuple[str, ...] = (), **more: Any) -> str:
        """Return the one-time link for somebody new."""
        wanted = NewPerson.parse({"address": address, "role": role, "tenants": tenants, **more})
        return self.running.people.register.invite(wanted).url.reveal_text()

    def add_person(self, address: str, role: Role, tenants: tuple[str, ...] = (), **more: Any) -> None:
        """Let somebody choose the password of this house, and an authenticator app."""
        people, visitor = self.running.people, Visitor("198.51.100.7", "setup")
        secret = self.invite(address, role, tenants, **more).rpartition("/")[2]
        cookie = people.sign_in.accept(secret, Secret.of(PASSWORD), visitor).cookie.reveal_text()
        self.letters[address] = people.account.offer_totp(cookie, visitor).letters.reveal_text()
        enrolled = people.account.add_totp(cookie, self.code(address), "Phone", visitor)
        self.recovery[address] = enrolled.recovery_codes

    def code(self, address: str) -> str:
        """Return the code that the person's app shows now: a new one, for each counts once."""
        self.clock.sleep(30)
        return TOTP(self.letters[address].replace(" ", "")).at(self.clock.now())

    def cookie(self, address: str) -> str:
        """Return the cookie of a full session."""
        people, visitor = self.running.people, Visitor("testclient", "tests")
        if address not in CAST and address not in self.letters:
            return people.mailboxes.by_password(address, Secret.of(PASSWORD), visitor).cookie.reveal_text()
        first = people.sign_in.by_password(address, Secret.of(PASSWORD), visitor)
        second = people.sign_in.second_by_code(first.cookie.reveal_text(), self.code(address), visitor)
        return second.cookie.reveal_text()

    def browser(self, address: str = "", **headers: str) -> "Browser":
        client = TestClient(application(self.running), base_url=URL, headers=headers, follow_redirects=False)
        if address:
            client.cookies.set(cookies.SESSION, self.cookie(address), domain="console.example")
        return Browser(client)


@dataclass
class Page:
    """An answer, read as a browser would."""

    status: int
    headers: Any
    text: str

    path: str = "/"

    @property
    def read(self) -> Reader:
        return Reader(self.text, self.path)

    @property
    def words(self) -> str:
        """What is read on the page, with single spaces."""
        return self.read.words


@dataclass
class Browser:
    """A browser without JavaScript: it follows links, and sends forms that stand on the page."""

    client: TestClient
    page: Page = field(default_factory=lambda: Page(0, {}, ""))

    @property
    def token(self) -> str:
        """What every form of this browser carries."""
        return proof(str(self.client.cookies[cookies.SESSION]))

    def get(self, path: str, **headers: str) -> Page:
        return self._read(self.client.get(path, headers=headers))

    def send(self, action: str, **fields: str) -> Page:
        """Send the form of this page that leads to *action*, with what stands in it and with *fields*."""
        form = next(one for one in self.page.read.forms if (one.method, one.action) == ("post", action))
        return self.post(action, form.fields | fields)

    def post(self, path: str, fields: dict[str, str], *, follow: bool = True, **headers: str) -> Page:
        page = self._read(self.client.post(path, data=fields, headers=headers))
        while follow and page.status == 303:
            page = self.get(page.headers["location"])
        return page

    def _read(self, answer: Any) -> Page:
        self.page = Page(answer.status_code, answer.headers, answer.text, answer.request.url.path)
        return self.page


@cache
def _disks(name: str) -> tuple[bytes, bytes]:
    """Return a tenant's mail before and after, as disks."""
    box, made = f"{name}.example/anna/Maildir", list[bytes]()
    for mails in (numbered(1, 2, 3) | numbered(4, 5, folder="Work"), numbered(1, 3) | numbered(4, 5, folder="Work")):
        with TemporaryDirectory(prefix="mailstead-disk-") as folder:
            own = {
                place: content.replace(b"globex", b"far").replace(b"acme", name.encode())
                for place, content in mails.items()
            }
            made.append(disk_of(Path(folder), maildir(own, box), mib=2))
    return made[0], made[1]


@contextmanager
def house_in(folder: Path, url: str = URL, outside: Outside | None = None) -> Iterator[House]:
    """Yield a house with its cast and two tenants."""
    running, engine = memory_platform(folder, platform(url), outside)
    house = House(running, engine)
    for name in ("acme", "globex"):
        house.add_tenant(tenant(name))
        house.back_up(name)
    for address, (role, tenants) in CAST.items():
        house.add_person(address, role, tenants, name=address.partition("@")[0].title())
    running.lifecycle.set_password("acme", UMA, Secret.of(PASSWORD))
    running.lifecycle.set_password("globex", "anna@globex.example", Secret.of(PASSWORD))
    yield house
    engine.close()
