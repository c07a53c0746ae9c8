"""How long the REST API takes to answer with 10,000 tenants of 100 mailboxes each, on SQLite and on PostgreSQL.

python -m benchmarks.api [TENANTS] [MAILBOXES] [REQUESTS]

PostgreSQL is measured where MAILSTEAD_TEST_POSTGRES names one (`. bin/postgres` starts one); it is emptied first.
"""

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from socket import create_connection, create_server

import httpx
import uvicorn
from sqlalchemy import insert, text

from mailstead.api import Settings, application
from mailstead.ground.clock import SystemClock
from mailstead.orders.desk import LedgerDesk
from mailstead.orders.model import OrderView, Status
from mailstead.orders.store import OrderLedger, _row, orders
from mailstead.people.model import GRAVE, RIGHTS, Role
from mailstead.people.person import NewPerson, NewToken
from mailstead.security.audit import Act, Head, chained
from mailstead.security.audit_store import audit
from mailstead.state.database import Database
from mailstead.tenants.model import Tenant
from mailstead.tenants.store import domains, tenants
from mailstead.wiring import Running, memory_platform
from mailstead.wiring.audited import AuditedDesk
from mailstead.wiring.memory import memory_outside

from .crowd import crowd_platform

P99_MS = 50.0
AT_ONCE = 2
CHUNK = 500
URL = "https://api.example"
NAMED = "t000007"

ROUTES = (
    ("GET", "/me", None),
    ("GET", "/tenants", None),
    ("GET", "/tenants?search=77", None),
    ("GET", f"/tenants/{NAMED}", None),
    ("GET", f"/tenants/{NAMED}/segment", None),
    ("GET", f"/tenants/{NAMED}/domains", None),
    ("GET", f"/tenants/{NAMED}/mailboxes", None),
    ("GET", f"/tenants/{NAMED}/mailboxes?search=u50", None),
    ("GET", f"/tenants/{NAMED}/mailboxes/u50@{NAMED}.example", None),
    ("GET", f"/tenants/{NAMED}/aliases", None),
    ("GET", "/orders", None),
    ("GET", f"/orders?tenant={NAMED}", None),
    ("GET", "/orders?status=failed", None),
    ("GET", "/audit", None),
    ("GET", f"/audit?tenant={NAMED}", None),
    ("GET", "/people", None),
    ("GET", "/hosts", None),
    ("GET", "/platform", None),
    ("PATCH", f"/tenants/{NAMED}/mailboxes/u50@{NAMED}.example", '{"quota_mib": %d}'),
    ("POST", f"/tenants/{NAMED}/aliases", '{"address": "a%d@t000007.example", "targets": ["u1@t000007.example"]}'),
)


@dataclass(frozen=True)
class Crowd:
    """The platform, and tokens of its owner and of an administrator of one tenant."""

    database: Database
    running: Running
    owner: str
    administrator: str


def main(many: int = 10_000, boxes: int = 100, requests: int = 200) -> int:
    """Measure, print, and return 0 when the budget holds for every route that reads."""
    well = True
    with tempfile.TemporaryDirectory(prefix="mailstead-bench-") as folder:
        urls = {"SQLite": f"sqlite:///{folder}/crowd.sqlite"}
        if postgres := os.environ.get("MAILSTEAD_TEST_POSTGRES"):
            urls["PostgreSQL"] = postgres
        for kind, url in urls.items():
            home = Path(folder) / kind
            home.mkdir()
            began = time.perf_counter()
            crowd = _crowd(home, url, many, boxes)
            took = time.perf_counter() - began
            print(f"{kind}: {many} tenants with {boxes} mailboxes each, put there in {took:.0f} s", flush=True)
            well = _measure(crowd, requests) and well
    print(f"budget: p99 of every GET under {P99_MS:.0f} ms: {'held' if well else 'BROKEN'}")
    return 0 if well else 1


def _measure(crowd: Crowd, requests: int) -> bool:
    load = os.getloadavg()[0]
    print(f"{AT_ONCE} clients at once, {requests} requests a route, load of the machine {load:.1f}; milliseconds")
    print(f"{'':<64} {'p50':>7} {'p99':>7} {'most':>7} {'CPU':>7}")
    well = True
    with _served(crowd) as (port, process):
        for who, token in (("owner", crowd.owner), ("administrator of one", crowd.administrator)):
            with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=60) as client:
                client.headers.update({"Authorization": f"Bearer {token}", "Host": "api.example", "If-Match": "*"})
                for verb, path, body in ROUTES:
                    if who != "owner" and path.startswith(("/hosts", "/platform", "/people")):
                        continue
                    cpu = _cpu_ms(process)
                    times = sorted(_times(client, verb, path, body, requests if verb == "GET" else requests // 4))
                    cpu = (_cpu_ms(process) - cpu) / (len(times) + 1)
                    p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99) - 1]
                    print(
                        f"{who:<21} {verb:<5} {path:<36} {p50:7.1f} {p99:7.1f} {times[-1]:7.1f} {cpu:7.1f}", flush=True
                    )
                    well = well and (verb != "GET" or p99 < P99_MS)
    return well


_counted = iter(range(1, 10**9))


def _times(client: httpx.Client, verb: str, path: str, body: str | None, requests: int) -> list[float]:
    def once(_: int) -> float:
        content = body % next(_counted) if body else None
        headers = {"Content-Type": "application/json"} if content else {}
        began = time.perf_counter()
        answer = client.request(verb, path, content=content, headers=headers)
        took = (time.perf_counter() - began) * 1000
        if not answer.is_success:
            sys.exit(f"{verb} {path}: {answer.status_code} {answer.text}")
        return took

    once(0)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(once, range(requests)))


@contextmanager
def _served(crowd: Crowd) -> Iterator[tuple[int, int]]:
    """Serve in a process of its own, without TLS, and yield its port and its process id."""
    with create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(crowd, port), daemon=True)
    process.start()
    try:
        _await(port)
        yield port, process.pid or 0
    finally:
        process.terminate()
        process.join()


def _cpu_ms(process: int) -> float:
    """Return what a process has used of processors: that tells more than the clock on a machine shared with others."""
    used = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def _await(port: int) -> None:
    while True:
        try:
            create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return


def _serve(crowd: Crowd, port: int) -> None:
    crowd.database.engine.dispose(close=False)  # connections are not shared between processes
    settings = Settings(URL, per_minute=10**9, burst=10**9)
    config = uvicorn.Config(application(crowd.running, settings), log_level="warning", access_log=False, port=port)
    uvicorn.Server(config).run()  # which binds by itself: only so are answers sent at once (TCP_NODELAY)


def _crowd(home: Path, url: str, many: int, boxes: int) -> Crowd:
    database = Database(url)
    if database.engine.dialect.name == "postgresql":
        with database.transaction() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    database.migrate()
    platform = crowd_platform(4)
    platform = platform.changed(web=platform.web.changed(url=URL))
    running, _ = memory_platform(home, platform, replace(memory_outside(platform, SystemClock()), database=database))
    _put_tenants(database, many, boxes)
    _put_orders(database, many)
    _put_trail(database, many)
    running.world.numbers.allocate(NAMED)
    ledger = OrderLedger(database)
    desk = LedgerDesk(ledger, running.world.clock)
    running = replace(running, desk=desk, desk_told=lambda trail: AuditedDesk(desk, trail))
    owner = _token(running, {"address": "owner@api.example", "role": Role.OWNER})
    one = {"address": "admin@api.example", "role": Role.TENANT_ADMIN, "tenants": [NAMED]}
    return Crowd(database, running, owner, _token(running, one))


def _token(running: Running, wanted: Mapping[str, object]) -> str:
    register = running.people.register.by("benchmark")
    person = register.invite(NewPerson.parse(wanted)).person
    rights = RIGHTS[person.role] - GRAVE
    return register.add_token(person.id, NewToken.parse({"name": "b", "rights": rights}))[1].reveal_text()


def _put_tenants(database: Database, many: int, boxes: int) -> None:
    one = Tenant.parse(
        {
            "name": NAMED,
            "domains": [{"name": f"{NAMED}.example"}],
            "mailboxes": [
                {"address": f"u{number}@{NAMED}.example", "name": f"Person Number {number}"} for number in range(boxes)
            ],
            "aliases": [{"address": f"info@{NAMED}.example", "targets": [f"u1@{NAMED}.example"]}],
        }
    ).model_dump_json()
    names = [f"t{number:06}" for number in range(many)]
    for start in range(0, many, CHUNK):
        some = names[start : start + CHUNK]
        rows = [
            {
                "tenant": name,
                "document": one.replace(NAMED, name),
                "revision": 1,
                "status": "active",
                "source": "command",
                "host": f"kvm{start // CHUNK % 4 + 1}",
            }
            for name in some
        ]
        with database.transaction() as connection:
            connection.execute(insert(tenants), rows)
            connection.execute(insert(domains), [{"domain": f"{name}.example", "tenant": name} for name in some])


def _put_orders(database: Database, many: int) -> None:
    now = SystemClock().now()
    rows = []
    for number in range(1, many + 1):
        name = f"t{number - 1:06}"
        status = Status.FAILED if number % 100 == 0 else Status.DONE
        view = OrderView(f"o{number:012x}", name, "settle", name, "kvm1", {}, 0, now, status, now, now, total_steps=12)
        rows.append({"id": view.id, "key": view.key, **_row(view, number)})
    with database.transaction() as connection:
        connection.execute(insert(orders), rows)
        connection.execute(text("INSERT INTO order_numbers VALUES ('orders', :most)"), {"most": many})


def _put_trail(database: Database, many: int) -> None:
    now, last, rows = SystemClock().now(), Head(), []
    for number in range(many):
        act = Act("order.start", f"t{number:06}", f"o{number:012x}", {"kind": "settle"})
        entry = chained(act, "os:root", now, last)
        rows.append({name: getattr(entry, name) for name in type(entry).__slots__})
        last = entry.head
    with database.transaction() as connection:
        connection.execute(audit.delete())
        connection.execute(insert(audit), rows)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
