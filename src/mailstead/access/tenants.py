"""Tenants, as one caller may see them."""

from mailstead.people.model import Caller, Right
from mailstead.tenants.store import Entry, TenantStore
from mailstead.wiring import Running


class TenantAccess:
    """The tenants in the caller's scope."""

    def __init__(self, acting: Running, caller: Caller) -> None:
        self._acting = acting
        self._caller = caller

    def page(self, *, after: str = "", limit: int = 50, search: str = "") -> list[Entry]:
        """Return up to *limit* tenants in the order of their names, behind *after*, whose name holds *search*."""
        self._caller.demand(Right.TENANTS_READ)
        return self._store.page(after=after, limit=limit, search=search)

    def get(self, name: str) -> Entry:
        """Return one tenant; raise NotFound, also for one out of scope."""
        self._caller.demand(Right.TENANTS_READ)
        return self._store.get(name)

    @property
    def _store(self) -> TenantStore:
        return self._acting.world.tenants.within(self._caller.scope)
