"""Machines brought back from backups where they were not: beside the tenant's own, or on another host."""

from fastapi import APIRouter, Response

from mailstead.api.asked import Asked, BesidePath, Read, TenantPath
from mailstead.api.wire.orders import OrderOut, accepted
from mailstead.api.wire.other_places import BesideNew, Besides, ElsewhereWanted

router = APIRouter(prefix="/tenants/{tenant}", tags=["backups"])


@router.get("/beside")
def list_beside(read: Read, tenant: TenantPath) -> Besides:
    """Return the machines beside a tenant's own."""
    return Besides.of(read.other_places.all(tenant))


@router.post("/beside", status_code=202)
def restore_beside(asked: Asked, response: Response, tenant: TenantPath, new: BesideNew) -> OrderOut:
    """Bring a backup back as a machine beside the tenant's own, which nothing reaches; nothing is lost.

    Needs the second factor just given: no token can do it.
    """
    return accepted(response, asked.other_places.add(tenant, new.name, new.snapshot))


@router.delete("/beside/{beside}", status_code=202)
def remove_beside(asked: Asked, response: Response, tenant: TenantPath, beside: BesidePath) -> OrderOut:
    """Take a machine beside away, with its disks. Needs the second factor just given: no token can do it."""
    return accepted(response, asked.other_places.remove(tenant, beside))


@router.post("/backups/elsewhere", status_code=202)
def restore_elsewhere(asked: Asked, response: Response, tenant: TenantPath, wanted: ElsewhereWanted) -> OrderOut:
    """Bring a machine back on another host. What came since is lost, and must be named ("machine TENANT").

    The old one is switched off first; where its host does not answer, somebody must say that it is off for certain.
    Needs the second factor just given: no token can do it.
    """
    verb, losses = asked.other_places.elsewhere, wanted.allow_loss
    return accepted(
        response, verb(tenant, wanted.host, wanted.snapshot, gone=wanted.host_is_gone or "", allow_loss=losses)
    )
