"""The worker's eye on backups: whoever is due gets an order; what is kept is tended once a night."""

import logging
from collections.abc import Callable, Iterator

from mailstead.ground.errors import MailsteadError
from mailstead.orders.model import OPEN
from mailstead.orders.port import Desk
from mailstead.tenants.model import Status

from .model import Known
from .plan import rules_for
from .schedule import Candidate, due, wants_tending
from .verbs import Protection
from .workflow import OF_BACKUPS

log = logging.getLogger(__name__)
_ALL = 1_000_000


def order_due(protection: Protection, desk: Desk) -> list[str]:
    """Order what is due now; return the orders. Whoever cannot be served hinders no other."""
    ground = protection.ground
    if not ground.places.names:
        return []
    now, rules = ground.world.clock.now(), ground.world.platform.backup
    found = [one for one in candidates(protection, desk) if one.rules.on]
    ground.book.begin([one.tenant for one in found], now)
    runs = [_given(one.tenant, protection.run) for one in due(found, now, rules.per_host)]
    tended = [_given(one.tenant, protection.tend) for one in found if wants_tending(one, now)]
    return [order for order in (*runs, *tended) if order]


def candidates(protection: Protection, desk: Desk) -> Iterator[Candidate]:
    """Yield every tenant that has a place, with its rules and what is known of its backups."""
    ground = protection.ground
    world, book = ground.world, ground.book.all()
    now = world.clock.now()
    at_work = {order.tenant for status in OPEN for order in desk.list(None, status, _ALL) if order.kind in OF_BACKUPS}
    for name, entry in world.tenants.all().items():
        if entry.host and entry.tenant.status is not Status.REMOVED:
            rules = rules_for(world.platform, entry.tenant, entry.host)
            yield Candidate(name, entry.host, rules, book.get(name, Known(now)), name in at_work)


def _given(tenant: str, give: Callable[[str], str]) -> str:
    try:
        return give(tenant)
    except MailsteadError as error:
        log.warning("no backup of %s is ordered: %s", tenant, error.message)
        return ""
