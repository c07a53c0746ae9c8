"""Machines brought back where they were not, as one caller may see and order them."""

from collections.abc import Sequence
from dataclasses import replace

from mailstead.orders.model import OrderView
from mailstead.people.model import Right
from mailstead.protection.other_places import Beside, OtherPlaces

from .asking import Asking


class OtherPlacesAccess:
    """Machines beside tenants' own, and machines on another host."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def all(self, tenant: str) -> list[Beside]:
        """Return the machines beside a tenant's own; host and disks are empty for those who are not told."""
        self._asking.tenant(Right.MACHINES_READ, tenant)
        found = self._verbs.found(tenant)
        return found if self._asking.sees_hosts else [replace(each, host="", disks=()) for each in found]

    def add(self, tenant: str, name: str, snapshot: int | None = None) -> OrderView:
        """Bring a snapshot back beside. Raises StepUpNeeded, and what `OtherPlaces.beside` does."""
        self._asking.tenant(Right.MACHINES_RESTORE, tenant)
        verbs, told = self._verbs, snapshot or "the newest"
        return self._asking.order(
            "backup.beside", tenant, name, lambda: verbs.beside(tenant, name, snapshot), snapshot=told
        )

    def remove(self, tenant: str, name: str) -> OrderView:
        """Take a machine beside away, with what was done in it. Raises StepUpNeeded, NoSuchBeside."""
        self._asking.tenant(Right.MACHINES_RESTORE, tenant)
        verbs = self._verbs
        return self._asking.order("backup.beside.remove", tenant, name, lambda: verbs.remove(tenant, name))

    def elsewhere(
        self, tenant: str, to: str, snapshot: int | None = None, *, gone: str = "", allow_loss: Sequence[str] = ()
    ) -> OrderView:
        """Bring a machine back on another host. Raises StepUpNeeded, and what `OtherPlaces.elsewhere` does."""
        self._asking.tenant(Right.MACHINES_FAILOVER, tenant)
        verbs, losses = self._verbs, tuple(allow_loss)
        return self._asking.order(
            "backup.elsewhere",
            tenant,
            to,
            lambda: verbs.elsewhere(tenant, to, snapshot, gone=gone, allow_loss=losses),
            gone=gone,
        )

    @property
    def _verbs(self) -> OtherPlaces:
        return OtherPlaces(self._asking.running.protection)
