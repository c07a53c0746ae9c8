"""What is inside tenants' Windows machines, as one caller may see and change it."""

from mailstead.ground.plans import ChangePlan
from mailstead.lifecycle.equipping import Equipping
from mailstead.orders.model import OrderView
from mailstead.people.model import Right
from mailstead.tenants.model import Tenant
from mailstead.tenants.windows import Windows
from mailstead.windows.model import Feature, GuestState, Item

from .asking import Asking


class GuestAccess:
    """Features, services, name servers and firewall of Windows machines. All but `want` ask the machine."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def found(self, tenant: str) -> GuestState:
        """Return what there is of what is wanted. Raises NotFound, NotWindows, NoWindowsHost, WindowsSilent."""
        return self._inside(Right.MACHINES_READ, tenant).found(tenant)

    def plan(self, tenant: str) -> ChangePlan[Item]:
        """Return what `apply` would change. Raises like `found`, and NoSuchFeature."""
        return self._inside(Right.MACHINES_READ, tenant).plan(tenant)

    def features(self, tenant: str) -> tuple[Feature, ...]:
        """Return all that this Windows offers. Raises like `found`."""
        return self._inside(Right.MACHINES_READ, tenant).roles(tenant).features(tenant)

    def want(self, tenant: str, windows: Windows, *, expected: int | None = None) -> OrderView:
        """Keep what is wanted inside; `apply` brings it about. Raises NotWindows for the appliance, Changed."""
        entry = self._asking.tenant(Right.TENANTS_WRITE, tenant)
        self._asking.running.lifecycle.inside.windows(tenant)

        def step(wanted: Tenant) -> Tenant:
            return wanted.changed(windows=windows)

        return self._asking.change(entry, "guest.want", tenant, step, expected=expected)

    def apply(self, tenant: str) -> OrderView:
        """Bring the machine's inside to what is wanted; it restarts only where that is allowed. Raises like `found`."""
        self._asking.tenant(Right.MACHINES_WRITE, tenant)
        lifecycle = self._asking.running.lifecycle
        return self._asking.order("guest.apply", tenant, tenant, lambda: lifecycle.equip(tenant))

    def restart_service(self, tenant: str, service: str) -> None:
        """Stop and start a service. Raises like `found`, and NoSuchWindowsPart."""
        roles = self._inside(Right.MACHINES_WRITE, tenant).roles(tenant)
        self._asking.told("guest.restart-service", tenant, service, lambda: roles.restart_service(tenant, service))

    def _inside(self, right: Right, tenant: str) -> Equipping:
        self._asking.tenant(right, tenant)
        inside = self._asking.running.lifecycle.inside
        inside.windows(tenant)
        return inside
