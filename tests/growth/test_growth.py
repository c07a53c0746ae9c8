"""Ten times the tenants, and no answer asks more of the database: every GET of the API, every page of the console."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from benchmarks.crowd import crowd_platform
from benchmarks.multitude import NAMED, multitude, put_multitude
from pyotp import TOTP
from starlette.testclient import TestClient

from mailstead import api, web
from mailstead.access.browser import SESSION_COOKIE
from mailstead.people.model import Role
from mailstead.people.person import NewPerson
from mailstead.people.session import INVITATION_PATH, Visitor
from mailstead.security.model import Secret
from mailstead.sites.backups import BackupTarget
from mailstead.state.database import Database
from mailstead.web.pages import PAGES
from mailstead.wiring import Running

from .counting import Counted, counting

FEW, MANY, BOXES = 300, 1500, 2  # few are more than the longest page holds
URL = "https://console.example"
HERE = Visitor("testclient", "tests")
# SQLite's steps for each tenant more: to walk through an index is allowed, to read rows for it is not.
STEPS_A_TENANT = 20
LOOKS = {
    "/doctor": "holds everything against the world",
    "/doctor/findings": "likewise, once a minute",
    "/api/v1/platform/doctor": "holds everything against the world",
    "/api/v1/platform/quarantine/{tenant}": "likewise, for one",
    "/api/v1/platform/quarantine": "holds what was restored against the world",
    "/api/v1/drift": "holds every tenant against the world",
    "/hosts/{host}/drain": "finds another place for every tenant of a host",
    "/api/v1/hosts/{host}/drain": "finds another place for every tenant of a host",
}
SEARCHES = (
    *("/tenants?search=0001", "/tenants?search=nobody", "/tenants?status=active", "/tenants?status=removed"),
    *("/orders?status=done", "/orders?status=failed", "/orders?status=waiting"),
)
PLACES = {
    "tenant": NAMED,
    "domain": f"{NAMED}.example",
    "order": "o000000000008",
    "host": "kvm1",
    "person": "olga@operator.example",
}
LOCAL = {"aliases": "info", "lists": "all"}


@dataclass(frozen=True)
class Crowd:
    """The platform over so many tenants, and its console and API as an owner with a session sees them."""

    database: Database
    running: Running
    console: TestClient
    api: TestClient

    def ask(self, path: str) -> tuple[int, Counted]:
        """Return how a path was answered and what that asked of the database, when it was asked for before."""
        client = self.api if path.startswith("/api/") else self.console
        client.get(path)
        with counting(self.database) as counted:
            status = client.get(path).status_code
        return status, counted


@pytest.fixture(scope="module")
def crowds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Crowd, Crowd]]:
    few, many = (_crowd(tmp_path_factory.mktemp("crowd"), number) for number in (FEW, MANY))
    yield few, many
    for crowd in (few, many):
        crowd.database.close()


def _crowd(folder: Path, many: int) -> Crowd:
    database = Database(f"sqlite:///{folder}/crowd.sqlite")
    database.migrate()
    put_multitude(database, many, BOXES)
    platform = crowd_platform(4)
    target = BackupTarget(name="near", kind="memory")
    wanted = platform.changed(web=platform.web.changed(url=URL), backup_target=(target,))
    running = multitude(folder, wanted, database)
    running.world.numbers.allocate(NAMED)
    cookie = _session(running)
    settings = api.Settings(URL, per_minute=10**9, burst=10**9)
    clients = [
        TestClient(app, base_url=URL, follow_redirects=False, cookies={SESSION_COOKIE: cookie})
        for app in (web.application(running), api.application(running, settings))
    ]
    return Crowd(database, running, *clients)


def _session(running: Running) -> str:
    people = running.people
    link = people.register.invite(NewPerson.parse({"address": PLACES["person"], "role": Role.OWNER}))
    secret = link.url.reveal_text().rpartition(INVITATION_PATH)[2]
    cookie = people.sign_in.accept(secret, Secret.of("quite some clouds over there"), HERE).cookie.reveal_text()
    letters = people.account.offer_totp(cookie, HERE).letters.reveal_text()
    code = TOTP(letters).at(running.world.clock.now())
    return people.account.add_totp(cookie, code, "Phone", HERE).admission.cookie.reveal_text()


def _paths(crowd: Crowd) -> Iterator[str]:
    described = api.application(crowd.running).openapi()["paths"]
    reads = [path for path, verbs in described.items() if "get" in verbs]
    for path in (*reads, *(page.path for page in PAGES if page.verb == "GET" and not page.public)):
        if path not in LOOKS:
            local = next((local for kind, local in LOCAL.items() if f"/{kind}/" in path), "u1")
            places = {name.strip("{}"): "none" for name in path.split("/") if name.startswith("{")} | PLACES
            yield path.format(**places | {"address": f"{local}@{NAMED}.example"})
    for path in SEARCHES:
        yield from (path, f"/api/v1{path}")
    yield from ("/search?words=0001", f"/search?words=u1@{NAMED}.example", f"/tenants/{NAMED}/mailboxes?search=u")
    yield from ("/backups?search=0001", f"/tenants/{NAMED}/backups/mail?address=u1@{NAMED}.example")
    yield f"/tenants/{NAMED}/mailbox?address=u1@{NAMED}.example"


def test_no_answer_asks_more_of_the_database_the_more_tenants_there_are(crowds: tuple[Crowd, Crowd]) -> None:
    few, many = crowds
    grown, answered = [], set()
    for path in _paths(few):
        (status, before), (same, after) = few.ask(path), many.ask(path)
        assert status == same < 500, path
        answered.add(status)
        steps = (after.steps - before.steps) / (MANY - FEW)
        if after.questions > before.questions or after.letters > before.letters * 1.05 + 200 or steps > STEPS_A_TENANT:
            grown.append(f"{path}: {before} → {after}")
    assert not grown, "\n".join(grown)
    assert 200 in answered


def test_what_looks_at_the_whole_world_is_a_page_or_a_route(crowds: tuple[Crowd, Crowd]) -> None:
    described = api.application(crowds[0].running).openapi()["paths"]
    assert LOOKS.keys() <= {*described, *(page.path for page in PAGES)}
