"""The audit trail, as one caller may read it: of their tenants, whoever acted."""

from mailstead.people.model import Right
from mailstead.security.audit import AuditEntry, Head, Verdict

from .asking import Asking


class AuditAccess:
    """Who did what. Tenants see what operators did to their things; what concerns no tenant is the platform's."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def page(self, *, tenant: str | None = None, before: int | None = None, limit: int = 50) -> list[AuditEntry]:
        """Return up to *limit* entries, the newest first, below the number *before*. Raises NotFound."""
        self._asking.demand(Right.AUDIT_READ)
        if tenant is not None:
            self._asking.tenants.get(tenant)
        return self._asking.running.trail.within(self._asking.caller.scope).list(tenant, limit, before=before)

    def head(self) -> Head:
        """Return number and hash of the last entry, to be kept elsewhere."""
        self._demand_whole()
        return self._asking.running.trail.head()

    def verify(self, known: Head | None = None) -> Verdict:
        """Check the whole chain: a million entries take a minute."""
        self._demand_whole()
        return self._asking.running.trail.verify(known)

    def _demand_whole(self) -> None:
        """Raise Forbidden for those who see a part of the trail only: how long it is, is not theirs to know."""
        self._asking.demand(Right.AUDIT_READ)
        if self._asking.caller.scope.tenants is not None:
            self._asking.demand(Right.PLATFORM_READ)
