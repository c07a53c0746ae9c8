"""Thousands of tenants as rows of the stores, with an order and an entry of the trail each: put there at once.

They have no machines: what is measured on them is what we ask of our own database.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from mailstead.ground.clock import SystemClock
from mailstead.orders.desk import LedgerDesk
from mailstead.orders.model import OrderView, Status
from mailstead.orders.store import OrderLedger, _row, orders
from mailstead.protection.store import protection
from mailstead.security.audit import Act, Head, chained
from mailstead.security.audit_store import audit
from mailstead.sites.model import Platform
from mailstead.state.database import Database
from mailstead.tenants.model import Tenant
from mailstead.tenants.store import domains, tenants
from mailstead.wiring import Running, memory_platform
from mailstead.wiring.audited import AuditedDesk
from mailstead.wiring.memory import memory_outside

CHUNK = 500
NAMED = "t000007"
LARGE = "large"
AT_ONCE = 4  # hosts
FAILING = 5  # tenants whose last backup came to nothing


def put_multitude(database: Database, many: int, boxes: int, *, large: int = 0) -> None:
    """Put *many* tenants with so many mailboxes each into an empty database, and one with *large* of them."""
    _put_tenants(database, many, boxes)
    if large:
        with database.transaction() as connection:
            connection.execute(insert(tenants), [_tenant_row(LARGE, _document(LARGE, large), 0)])
            connection.execute(insert(domains), [{"domain": f"{LARGE}.example", "tenant": LARGE}])
    _put_backups(database, many)
    _put_orders(database, many)
    _put_trail(database, many)


def multitude(home: Path, platform: Platform, database: Database) -> Running:
    """Return the platform over *database*, where orders are kept and nobody carries them out."""
    outside = replace(memory_outside(platform, SystemClock()), database=database)
    running, _ = memory_platform(home, platform, outside)
    desk = LedgerDesk(OrderLedger(database), running.world.clock)
    return replace(running, desk=desk, desk_told=lambda trail: AuditedDesk(desk, trail))


def _document(name: str, boxes: int) -> str:
    domain = f"{name}.example"
    return Tenant.parse(
        {
            "name": name,
            "domains": [{"name": domain}],
            "mailboxes": [
                {"address": f"u{number}@{domain}", "name": f"Person Number {number}"} for number in range(boxes)
            ],
            "aliases": [{"address": f"info@{domain}", "targets": [f"u1@{domain}"]}],
            "lists": [{"address": f"all@{domain}", "members": [f"u1@{domain}"]}],
        }
    ).model_dump_json()


def _tenant_row(name: str, document: str, number: int) -> dict[str, Any]:
    row = {"tenant": name, "document": document, "revision": 1, "status": "active", "source": "command"}
    return row | {"host": f"kvm{number % AT_ONCE + 1}", "memory_mib": 768}


def _put_tenants(database: Database, many: int, boxes: int) -> None:
    one = _document(NAMED, boxes)
    names = [f"t{number:06}" for number in range(many)]
    for start in range(0, many, CHUNK):
        some = names[start : start + CHUNK]
        rows = [_tenant_row(name, one.replace(NAMED, name), number) for number, name in enumerate(some)]
        with database.transaction() as connection:
            connection.execute(insert(tenants), rows)
            connection.execute(insert(domains), [{"domain": f"{name}.example", "tenant": name} for name in some])


def _put_backups(database: Database, many: int) -> None:
    """Every tenant was backed up just now, but for some whose last one came to nothing."""
    good = {"since": (now := SystemClock().now()), "good": now, "snapshot": 1, "failure": "", "damage": ""}
    rows = [{"tenant": f"t{number:06}", **good} for number in range(many)]
    for row in rows[:FAILING]:
        row |= {"tried": now, "failure": "the target is full"}
    with database.transaction() as connection:
        connection.execute(insert(protection), [{"tried": None, **row} for row in rows])


def _put_orders(database: Database, many: int) -> None:
    now = SystemClock().now()
    rows = []
    for number in range(1, many + 1):
        name = f"t{number - 1:06}"
        status = Status.FAILED if number % 5 == 0 else Status.DONE
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
