"""How long API and console take with 10,000 tenants of 100 mailboxes each, asked of `mailstead serve` over TLS.

python -m benchmarks.web FOLDER [--tenants 10000] [--mailboxes 100] [--requests 60] [--port 18555]

FOLDER is kept from run to run: what is put there takes a minute. Every GET of the API's description and every page of
the console is asked, so that a new one is measured by itself. With MAILSTEAD_TEST_POSTGRES set (`. bin/postgres`), the
same in PostgreSQL, which is emptied first.
"""

import argparse
import os
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from pyotp import TOTP
from sqlalchemy import text

from mailstead import api
from mailstead.access.browser import SESSION_COOKIE
from mailstead.people.model import Role
from mailstead.people.person import NewPerson
from mailstead.people.session import INVITATION_PATH, Visitor
from mailstead.security.model import Secret
from mailstead.state.database import Database
from mailstead.web.pages import PAGES
from mailstead.wiring import Running, found_platform, open_platform

from .multitude import LARGE, NAMED, put_multitude

BUDGET_MS, FIRST_PAGE_MOST = 50.0, 150_000
LARGE_BOXES = 20_000
HERE = Visitor("127.0.0.1", "benchmark")
OWNER = f"olga{time.time_ns()}@operator.example"  # another one in each run
PLATFORM = """\
[[sites]]
name = "home"
{hosts}
[dns]
driver = "memory"

[state]
database = "{database}"

[web]
url = "https://localhost:{port}"
port = {port}
"""
HOST = '\n[[sites.hosts]]\nname = "kvm{number}"\ndriver = "memory"\n'
PLACES = {"tenant": NAMED, "domain": f"{NAMED}.example", "order": "o000000000008", "host": "kvm1", "person": OWNER}
LOCAL = {"aliases": "info", "lists": "all"}
LOOKS = ("/doctor", "/drift", "/drain", "/quarantine", "/domains/check")  # ask the whole world: no page waits for them
MORE = (
    *("/tenants?search=77", "/tenants?search=nobody", "/tenants?status=active", "/search?words=77"),
    *("/orders?status=done", "/orders?status=failed", f"/tenants/{NAMED}/mailboxes?search=u50"),
    *(f"/tenants/{LARGE}", f"/tenants/{LARGE}/mailboxes", f"/tenants/{LARGE}/mailboxes?search=u19999"),
    *(f"/api/v1/tenants/{LARGE}/mailboxes?search=u19999", "/api/v1/tenants?search=77", "/api/v1/orders?status=done"),
    f"/api/v1/audit?tenant={NAMED}",
)


@dataclass(frozen=True)
class Measured:
    """One path: milliseconds by the clock, sorted; processor time of the server for each request, in milliseconds."""

    path: str
    status: int
    times: list[float]
    cpu_ms: float

    @property
    def p99(self) -> float:
        return self.times[max(0, int(len(self.times) * 0.99) - 1)]

    def __str__(self) -> str:
        p50, ratio = self.times[len(self.times) // 2], self.p99 / BUDGET_MS
        return f"{self.path:<58} {self.status} {p50:7.1f} {self.p99:7.1f} {self.cpu_ms:7.1f} {ratio:6.2f}"


def main(given: argparse.Namespace) -> int:
    """Measure, print, and return 0 when every answer came within the budget."""
    urls = {"SQLite": ""}
    if postgres := os.environ.get("MAILSTEAD_TEST_POSTGRES"):
        urls["PostgreSQL"] = postgres
    held = [_measure(kind, url, given) for kind, url in urls.items()]
    return int(not all(held))


def _measure(kind: str, url: str, given: argparse.Namespace) -> bool:
    home = given.folder / kind.lower()
    _prepare(home, url, given)
    with open_platform(home) as running:
        cookie = _session(running)
        paths = sorted({*_paths(running), *MORE})
        trusted = ssl.create_default_context(cadata=(running.authority_pem() or b"").decode())
    with _served(home, given.port, trusted, cookie) as (client, process):
        print(f"{kind}: {given.tenants} tenants of {given.mailboxes} mailboxes; load {os.getloadavg()[0]:.1f}; ms")
        print(f"{'':<58}     {'p50':>7} {'p99':>7} {'CPU':>7} p99/{BUDGET_MS:.0f}")
        measured = [_asked(client, process, path, given.requests) for path in paths]
        for one in sorted(measured, key=lambda one: -one.p99):
            print(one)
        first = _first_page(client)
    print(f"first page of the console with all it needs: {first} bytes, budget {FIRST_PAGE_MOST}")
    worst = max(one.p99 for one in measured)
    print(f"worst p99 {worst:.1f} ms, most CPU {max(one.cpu_ms for one in measured):.1f} ms, budget {BUDGET_MS:.0f} ms")
    return worst < BUDGET_MS and first < FIRST_PAGE_MOST


def _asked(client: httpx.Client, process: int, path: str, requests: int) -> Measured:
    status = client.get(path).status_code
    began = _cpu_ms(process)
    times = sorted(_once(client, path) for _ in range(requests))
    return Measured(path, status, times, (_cpu_ms(process) - began) / requests)


def _once(client: httpx.Client, path: str) -> float:
    began = time.perf_counter()
    client.get(path)
    return (time.perf_counter() - began) * 1000


def _first_page(client: httpx.Client) -> int:
    """Return how many bytes a browser that was never here reads for the sign-in page, as they are sent."""
    page = client.get("/sign-in", headers={"Cookie": ""})
    linked = {*re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)}
    return sum(int(answer.num_bytes_downloaded) for answer in (page, *map(client.get, sorted(linked))))


def _cpu_ms(process: int) -> float:
    """Return what a process has used of processors: on a machine shared with others it tells more than the clock."""
    used = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def _paths(running: Running) -> Iterator[str]:
    described = api.application(running).openapi()["paths"]
    reads = [path for path, verbs in described.items() if "get" in verbs]
    for path in (*reads, *(page.path for page in PAGES if page.verb == "GET")):
        if not any(look in path for look in LOOKS) and "mailbox" not in path.split("/"):  # an owner has none
            local = next((local for kind, local in LOCAL.items() if f"/{kind}/" in path), "u1")
            places = {name.strip("{}"): "none" for name in path.split("/") if name.startswith("{")} | PLACES
            yield path.format(**places | {"address": f"{local}@{NAMED}.example"})


def _prepare(home: Path, url: str, given: argparse.Namespace) -> None:
    known = home.exists()
    home.mkdir(parents=True, exist_ok=True)
    hosts = "".join(HOST.format(number=number) for number in range(1, 5))
    (home / "mailstead.toml").write_text(PLATFORM.format(hosts=hosts, database=url, port=given.port))
    if known and not url:
        return
    database = Database(url or f"sqlite:///{home}/state.sqlite")
    if url:
        with database.transaction() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    found_platform(home, "")
    database.migrate()
    began = time.perf_counter()
    put_multitude(database, given.tenants, given.mailboxes, large=LARGE_BOXES)
    database.close()
    print(f"put there in {time.perf_counter() - began:.0f} s", flush=True)


def _session(running: Running) -> str:
    """Return the cookie of an owner who signed in with two factors."""
    people = running.people
    link = people.register.by("benchmark").invite(NewPerson.parse({"address": OWNER, "role": Role.OWNER}))
    secret = link.url.reveal_text().rpartition(INVITATION_PATH)[2]
    cookie = people.sign_in.accept(secret, Secret.of("quite some clouds over there"), HERE).cookie.reveal_text()
    letters = people.account.offer_totp(cookie, HERE).letters.reveal_text()
    code = TOTP(letters).at(running.world.clock.now())
    return people.account.add_totp(cookie, code, "Phone", HERE).admission.cookie.reveal_text()


@contextmanager
def _served(home: Path, port: int, trusted: ssl.SSLContext, cookie: str) -> Iterator[tuple[httpx.Client, int]]:
    """Serve *home* as `mailstead serve` does, and yield a client with one connection that stays open."""
    argv = [sys.executable, "-m", "benchmarks.unlimited", "--home", str(home), "serve", "--no-worker"]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as process:
        headers = {"Cookie": f"{SESSION_COOKIE}={cookie}", "Accept-Encoding": "gzip"}
        with httpx.Client(base_url=f"https://localhost:{port}", verify=trusted, headers=headers, timeout=60) as client:
            _await(client)
            yield client, process.pid
        process.terminate()


def _await(client: httpx.Client) -> None:
    while True:
        try:
            client.get("/healthz").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tenants", type=int, default=10_000)
    parser.add_argument("--mailboxes", type=int, default=100)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--port", type=int, default=18555)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main(_arguments()))
