"""The worker's eye on backups: whoever is due gets an order; what is kept is tended once a night."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from functools import cache, partial

from mailstead.ground.errors import MailsteadError
from mailstead.ground.scope import Scope
from mailstead.orders.model import OPEN, OrderView
from mailstead.orders.port import Desk
from mailstead.tenants.model import Backup

from .model import Known, Placed
from .plan import rules_of
from .schedule import Candidate, due, sieve, wants_tending
from .verbs import Protection
from .workflow import OF_BACKUPS

log = logging.getLogger(__name__)
_ALL = 1_000_000


def order_due(protection: Protection, desk: Desk) -> list[str]:
    """Order what is due now; return the orders. Whoever cannot be served hinders no other."""
    ground = protection.ground
    if not ground.places.names:
        return []
    now, platform = ground.world.clock.now(), ground.world.platform
    found = _awake(protection, desk, platform.backup.per_host)
    ground.book.begin([one.tenant for one in found if one.known.since == now], now)
    runs = [_given(one.tenant, protection.run) for one in due(found, now, platform.backup.per_host)]
    tended = [_given(one.tenant, protection.tend) for one in found if wants_tending(one, now)]
    return [order for order in (*runs, *tended) if order]


def candidates(protection: Protection, desk: Desk) -> list[Candidate]:
    """Return every tenant that has a place, with its rules and what is known of its backups."""
    return _judged(protection, protection.ground.book.placed(), {order.tenant for order in _at_work(desk)})


def _awake(protection: Protection, desk: Desk, per_host: int) -> list[Candidate]:
    """Return those who may be due or want tending now, and whoever is at work: that counts for its host."""
    ground, orders = protection.ground, _at_work(desk)
    platform, names = ground.world.platform, {order.tenant for order in orders}
    common = {host.name: rules_of(platform, Backup(), host.name) for host in platform.hosts}
    busy = Counter({order.tenant: order.host for order in orders}.values())
    full = [host for host, number in busy.items() if host and number >= per_host]
    placed = ground.book.placed(sieve(common, ground.world.clock.now(), full))
    working = ground.book.placed(scope=Scope(frozenset(names))) if names else []
    found = {one.tenant: one for one in (*placed, *working)}
    return [one for one in _judged(protection, found.values(), names) if one.rules.on]


def _judged(protection: Protection, placed: Iterable[Placed], at_work: Collection[str]) -> list[Candidate]:
    world, now = protection.ground.world, protection.ground.world.clock.now()
    rules = cache(partial(rules_of, world.platform))
    return [
        Candidate(one.tenant, one.host, rules(one.own, one.host), one.known or Known(now), one.tenant in at_work)
        for one in placed
    ]


def _at_work(desk: Desk) -> list[OrderView]:
    return [order for status in OPEN for order in desk.list(None, status, _ALL) if order.kind in OF_BACKUPS]


def _given(tenant: str, give: Callable[[str], str]) -> str:
    try:
        return give(tenant)
    except MailsteadError as error:
        log.warning("no backup of %s is ordered: %s", tenant, error.message)
        return ""
