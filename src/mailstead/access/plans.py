"""Plans, as one caller may see and apply them."""

from collections.abc import Collection

from mailstead.lifecycle.drifting import Found
from mailstead.lifecycle.model import TenantPlan
from mailstead.orders.model import OrderView
from mailstead.people.model import Right
from mailstead.tenants.model import Tenant
from mailstead.tenants.store import Entry

from .asking import Asking


class PlanAccess:
    """What differs between wanted and found. Plans name hosts and what is on them: they are the operators'."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def preview(self, tenant: Tenant) -> TenantPlan:
        """Return what adding a tenant would do; nothing is kept. Raises what hinders it (NoRoom, UnknownHost)."""
        self._asking.demand(Right.TENANTS_WRITE)
        return self._asking.running.lifecycle.planner.preview(Entry(tenant, 1, "command", None, None))

    def of(self, name: str) -> TenantPlan:
        """Return what would change for a tenant. Raises NotFound."""
        self._asking.demand(Right.PLATFORM_READ)
        self._asking.tenants.get(name)
        (plan,) = self._asking.running.lifecycle.planner.plans([name])
        return plan

    def apply(self, name: str, *, allow_loss: Collection[str] = ()) -> OrderView:
        """Bring a tenant to what is wanted; losses must be named. Raises NotFound, UnsafePlan."""
        self._asking.tenant(Right.TENANTS_WRITE, name)
        lifecycle = self._asking.running.lifecycle

        def do() -> str:
            (plan,) = lifecycle.planner.plans([name])
            plan.refuse_if_unsafe(allow_loss)
            return lifecycle.settle(name, allow_loss=allow_loss)

        return self._asking.order("plan.apply", name, name, do, allow_loss=sorted(allow_loss))

    def drift(self) -> list[Found]:
        """Return the tenants that differ from what is wanted. Asks every host: takes its time."""
        self._asking.demand(Right.PLATFORM_READ)
        scope = self._asking.caller.scope
        names = None if scope.tenants is None else sorted(scope.tenants)
        return self._asking.running.lifecycle.drift(names)
