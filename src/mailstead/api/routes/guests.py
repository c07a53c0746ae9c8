"""/tenants/{tenant}/guest: what is inside a Windows machine."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from mailstead.api.asked import Asked, Expected, Read, TenantPath
from mailstead.api.wire.orders import OrderOut, accepted
from mailstead.api.wire.telling import PlanOut
from mailstead.api.wire.windows import FeatureOut, Features, GuestOut, WindowsWire
from mailstead.lifecycle.model import Section, TenantPlan

router = APIRouter(prefix="/tenants/{tenant}/guest", tags=["machines"])

ServicePath = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.-]{1,80}$", description="A service.", examples=["W32Time"])]


@router.get("")
def get_guest(read: Read, tenant: TenantPath) -> GuestOut:
    """Ask a Windows machine what there is of what is wanted. Takes its time."""
    return GuestOut.of(read.guests.found(tenant))


@router.put("", status_code=202)
def want_guest(
    asked: Asked, response: Response, tenant: TenantPath, expected: Expected, wanted: WindowsWire
) -> OrderOut:
    """Keep what is wanted inside a Windows machine, in place of what was; apply brings it about."""
    return accepted(response, asked.guests.want(tenant, wanted.wanted(), expected=expected))


@router.get("/plan")
def plan_guest(read: Read, tenant: TenantPath) -> PlanOut:
    """Show what applying would change inside."""
    plan = TenantPlan(tenant, (Section("windows", read.guests.plan(tenant)),))
    return PlanOut.model_validate(plan.as_dict())


@router.post("/apply", status_code=202)
def apply_guest(asked: Asked, response: Response, tenant: TenantPath) -> OrderOut:
    """Bring features, services, name servers and firewall to what is wanted; it restarts only where that is allowed."""
    return accepted(response, asked.guests.apply(tenant))


@router.get("/features")
def list_guest_features(read: Read, tenant: TenantPath) -> Features:
    """Return the roles and features that this Windows offers."""
    return Features(items=[FeatureOut.model_validate(one) for one in read.guests.features(tenant)])


@router.post("/services/{service}/restart", status_code=204)
def restart_guest_service(asked: Asked, tenant: TenantPath, service: ServicePath) -> None:
    """Stop and start a service of a Windows machine."""
    asked.guests.restart_service(tenant, service)
