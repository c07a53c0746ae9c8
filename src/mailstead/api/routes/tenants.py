"""/tenants: who is to be served."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from mailstead.api.asked import After, Asked, Expected, Limit, Read, Search, TenantPath, given, tag
from mailstead.api.wire.machines import LossAllowed
from mailstead.api.wire.orders import OrderOut, accepted
from mailstead.api.wire.own_mailbox import SelfServiceChange
from mailstead.api.wire.telling import CheckNew, CheckReport, PlanOut
from mailstead.api.wire.tenants import (
    AllowanceChange,
    Firewall,
    Purging,
    SegmentOut,
    TenantNew,
    TenantOut,
    TenantPage,
    TenantStatus,
)
from mailstead.tenants.model import Status

router = APIRouter(prefix="/tenants", tags=["tenants"])

WithStatus = Annotated[TenantStatus | None, Query(description="Those with this status only.")]


@router.get("")
def list_tenants(
    read: Read, after: After = "", limit: Limit = 50, search: Search = "", status: WithStatus = None
) -> TenantPage:
    """Return tenants in the order of their names, in short."""
    wanted = Status(status) if status else None
    return TenantPage.of(read.tenants.overview(after=after, limit=limit, search=search, status=wanted), limit)


@router.post("", status_code=202)
def add_tenant(asked: Asked, response: Response, new: TenantNew) -> OrderOut:
    """Bring a new tenant into service: machine, network, zone, certificate, mail server."""
    return accepted(response, asked.tenants.add(new.wanted()))


@router.post("/plan")
def preview_tenant(asked: Asked, new: TenantNew) -> PlanOut:
    """Show what adding a tenant would do; nothing is kept."""
    return PlanOut.model_validate(asked.plans.preview(new.wanted()).as_dict())


@router.get("/{tenant}")
def get_tenant(read: Read, response: Response, tenant: TenantPath) -> TenantOut:
    """Return one tenant; `ETag` is the revision to send as `If-Match` with a change."""
    entry = read.tenants.get(tenant)
    tag(response, entry.revision)
    return TenantOut.of(entry)


@router.delete("/{tenant}", status_code=202)
def remove_tenant(asked: Asked, response: Response, tenant: TenantPath, expected: Expected) -> OrderOut:
    """Take a tenant out of service; its disks are kept for the grace time (undo: resume)."""
    return accepted(response, asked.tenants.remove(tenant, expected=expected))


@router.patch("/{tenant}/allowance", status_code=202)
def resize_tenant(
    asked: Asked, response: Response, tenant: TenantPath, expected: Expected, change: AllowanceChange
) -> OrderOut:
    """Change processors, memory or disk while the machine runs and mail keeps flowing."""
    sizes = {name: getattr(change, name) for name in change.model_fields_set}
    return accepted(response, asked.tenants.resize(tenant, **sizes, expected=expected))


@router.put("/{tenant}/firewall", status_code=202)
def protect_tenant(
    asked: Asked, response: Response, tenant: TenantPath, expected: Expected, firewall: Firewall
) -> OrderOut:
    """Give a tenant these access rules in place of those it has."""
    rules = [rule.wanted() for rule in firewall.rules]
    return accepted(response, asked.tenants.protect(tenant, rules, expected=expected))


@router.patch("/{tenant}/self-service", status_code=202)
def rule_tenant(
    asked: Asked, response: Response, tenant: TenantPath, expected: Expected, change: SelfServiceChange
) -> OrderOut:
    """Say what mailbox users may do themselves: aliases of their own, forwarding."""
    return accepted(response, asked.mailboxes.rule(tenant, expected=expected, **given(change)))


@router.post("/{tenant}/suspend", status_code=202)
def suspend_tenant(asked: Asked, response: Response, tenant: TenantPath) -> OrderOut:
    """Refuse a tenant's mail for now (4xx: senders try again); all data stay."""
    return accepted(response, asked.tenants.suspend(tenant))


@router.post("/{tenant}/resume", status_code=202)
def resume_tenant(asked: Asked, response: Response, tenant: TenantPath) -> OrderOut:
    """Bring a suspended tenant back into service, or a removed one within its grace time."""
    return accepted(response, asked.tenants.resume(tenant))


@router.post("/{tenant}/purge", status_code=202)
def purge_tenant(asked: Asked, response: Response, tenant: TenantPath, purging: Purging) -> OrderOut:
    """Destroy a removed tenant's disks, keys and numbers. Needs the second factor just given: no token can do it."""
    return accepted(response, asked.tenants.purge(tenant, confirm=purging.confirm, early=purging.early))


@router.get("/{tenant}/segment")
def get_segment(read: Read, tenant: TenantPath) -> SegmentOut:
    """Return a tenant's network, as wanted."""
    return SegmentOut.of(read.segments.get(tenant))


@router.get("/{tenant}/plan")
def plan_tenant(read: Read, tenant: TenantPath) -> PlanOut:
    """Show what would change for a tenant. Asks its host: takes its time."""
    return PlanOut.model_validate(read.plans.of(tenant).as_dict())


@router.post("/{tenant}/apply", status_code=202)
def apply_tenant(asked: Asked, response: Response, tenant: TenantPath, allowed: LossAllowed) -> OrderOut:
    """Bring a tenant to what is wanted. Refused as long as it loses data that is not named."""
    return accepted(response, asked.plans.apply(tenant, allow_loss=allowed.allow_loss))


@router.post("/{tenant}/checks")
def check_tenant(asked: Asked, tenant: TenantPath, wanted: CheckNew) -> CheckReport:
    """Look at a tenant from outside: DNS, ports, TLS, relaying, mail there and back. Takes up to minutes."""
    return CheckReport.model_validate(asked.checks.run(tenant, only=wanted.only).as_dict())
