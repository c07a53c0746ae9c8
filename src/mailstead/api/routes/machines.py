"""/tenants/{tenant}/machine: the virtual machine of a tenant."""

from fastapi import APIRouter, Response

from mailstead.api.asked import Asked, LabelPath, Read, TenantPath
from mailstead.api.wire.machines import (
    CheckpointNew,
    CheckpointOut,
    Checkpoints,
    ExportGiven,
    ExportTo,
    ImportFrom,
    LossAllowed,
    MachineOut,
    MoveTo,
)
from mailstead.api.wire.orders import OrderOut, accepted

router = APIRouter(prefix="/tenants/{tenant}/machine", tags=["machines"])


@router.get("")
def get_machine(read: Read, tenant: TenantPath) -> MachineOut:
    """Ask the host how a machine fares, and what it uses."""
    return MachineOut.of(read.machines.get(tenant))


@router.post("/move", status_code=202)
def move_machine(asked: Asked, response: Response, tenant: TenantPath, to: MoveTo) -> OrderOut:
    """Move a machine to another host while it runs."""
    return accepted(response, asked.machines.move(tenant, to.host))


@router.post("/export", status_code=202)
def export_machine(asked: Asked, response: Response, tenant: TenantPath, to: ExportTo) -> ExportGiven:
    """Copy a machine with its disks into a folder of its host. A running one is copied as after a power cut."""
    order, place = asked.machines.export(tenant, to.folder)
    return ExportGiven.of(accepted(response, order), place)


@router.post("/import", status_code=202)
def import_machine(asked: Asked, response: Response, tenant: TenantPath, source: ImportFrom) -> OrderOut:
    """Make a machine from an export, off; refused while the tenant has one.

    Needs the second factor just given: no token can do it.
    """
    return accepted(response, asked.machines.take_in(tenant, source.configuration))


@router.get("/checkpoints")
def list_checkpoints(read: Read, tenant: TenantPath) -> Checkpoints:
    """Return the states that a machine can be brought back to."""
    return Checkpoints(items=[CheckpointOut.of(one) for one in read.machines.checkpoints(tenant)])


@router.post("/checkpoints", status_code=202)
def take_checkpoint(asked: Asked, response: Response, tenant: TenantPath, new: CheckpointNew) -> OrderOut:
    """Make a checkpoint."""
    return accepted(response, asked.machines.take(tenant, new.label))


@router.post("/checkpoints/{label}/restore", status_code=202)
def restore_checkpoint(
    asked: Asked, response: Response, tenant: TenantPath, label: LabelPath, allowed: LossAllowed
) -> OrderOut:
    """Bring a machine back to a checkpoint: mail that came since is lost, and must be named ("machine TENANT").

    Needs the second factor just given: no token can do it.
    """
    return accepted(response, asked.machines.bring_back(tenant, label, allow_loss=allowed.allow_loss))


@router.delete("/checkpoints/{label}", status_code=202)
def drop_checkpoint(asked: Asked, response: Response, tenant: TenantPath, label: LabelPath) -> OrderOut:
    """Forget a checkpoint; the machine goes on as it is."""
    return accepted(response, asked.machines.drop(tenant, label))
