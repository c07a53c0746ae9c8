"""Looks from outside, as one caller may order and read them."""

from collections.abc import Collection
from dataclasses import replace
from threading import BoundedSemaphore

from mailstead.lifecycle.outlook import target_of
from mailstead.monitoring.model import Report
from mailstead.monitoring.workflow import check
from mailstead.people.model import Right

from .asking import Asking
from .errors import TooBusy

AT_ONCE = 2  # each opens dozens of connections
_places = BoundedSemaphore(AT_ONCE)


class CheckAccess:
    """`mailstead check` of one tenant."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def run(self, tenant: str, *, only: Collection[str] = ()) -> Report:
        """Look at a tenant from outside; takes seconds, up to minutes. Raises NotFound, TooBusy.

        Whoever may not see all tenants is told nothing of isolation and of mail to others: both name other tenants.
        """
        self._asking.tenant(Right.CHECKS_RUN, tenant)
        if not _places.acquire(blocking=False):
            raise TooBusy(
                f"{AT_ONCE} checks are running", field="checks", value=AT_ONCE, remedy="try again in a minute"
            )
        try:
            return self._asking.told("check.run", tenant, tenant, lambda: self._look(tenant, only), only=sorted(only))
        finally:
            _places.release()

    def _look(self, tenant: str, only: Collection[str]) -> Report:
        running = self._asking.running
        target = target_of(running.steps, tenant, authority_pem=running.authority_pem())
        if self._asking.caller.scope.tenants is not None:
            target = replace(target, other=None, forbidden=(), allowed=())
        return check(target, running.outside(target), running.world.clock, only=tuple(only))
