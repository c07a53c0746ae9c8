"""/tenants/{tenant}/backups: what is kept of a tenant's machine, and brought back."""

from fastapi import APIRouter, Response

from mailstead.api.asked import Asked, Expected, Read, SnapshotPath, TenantPath
from mailstead.api.wire.backups import (
    BackupChosen,
    BackupNew,
    BackupOut,
    Backups,
    BackupsGivenUp,
    HoldNew,
    ProtectionOut,
    RestoreWanted,
    UndoWanted,
)
from mailstead.api.wire.orders import OrderOut, accepted
from mailstead.api.wire.protection import BackupWire

router = APIRouter(prefix="/tenants/{tenant}", tags=["backups"])


@router.get("/protection")
def get_protection(read: Read, tenant: TenantPath) -> ProtectionOut:
    """Say how a tenant is protected, and when the next backup is due."""
    return ProtectionOut.of(read.backups.get(tenant))


@router.put("/protection", status_code=202)
def set_protection(
    asked: Asked, response: Response, tenant: TenantPath, expected: Expected, rules: BackupWire
) -> OrderOut:
    """Give a tenant rules of its own, in place of those it has; null: that of the platform holds."""
    return accepted(response, asked.backups.set_rules(tenant, rules.wanted(), expected=expected))


@router.get("/backups")
def list_backups(read: Read, tenant: TenantPath) -> Backups:
    """Return what is kept of a tenant; asks the target."""
    return Backups.of(read.backups.all(tenant))


@router.post("/backups", status_code=202)
def run_backup(asked: Asked, response: Response, tenant: TenantPath, new: BackupNew) -> OrderOut:
    """Back a machine's disks up now."""
    return accepted(response, asked.backups.run(tenant, new.kind))


@router.post("/backups/collect", status_code=202)
def collect_backups(asked: Asked, response: Response, tenant: TenantPath) -> OrderOut:
    """Free the room that no backup needs any more."""
    return accepted(response, asked.backups.collect(tenant))


@router.post("/backups/verify", status_code=202)
def verify_backups(asked: Asked, response: Response, tenant: TenantPath) -> OrderOut:
    """Read everything that is kept, as it was written."""
    return accepted(response, asked.backups.verify(tenant))


@router.post("/backups/drill", status_code=202)
def drill_backup(asked: Asked, response: Response, tenant: TenantPath, chosen: BackupChosen) -> OrderOut:
    """Try a backup out on a machine that nothing reaches; the order's report says whether it serves mail."""
    return accepted(response, asked.backups.drill(tenant, chosen.snapshot))


@router.post("/backups/prune", status_code=202)
def prune_backups(asked: Asked, response: Response, tenant: TenantPath, gone: BackupsGivenUp) -> OrderOut:
    """Remove backups that the rules give up. Needs the second factor just given: no token can do it."""
    return accepted(response, asked.backups.prune(tenant, gone.snapshots))


@router.post("/backups/restore", status_code=202)
def restore_backup(asked: Asked, response: Response, tenant: TenantPath, wanted: RestoreWanted) -> OrderOut:
    """Bring disks back in place: what came since is lost, and must be named ("machine TENANT").

    What is there is backed up first. Needs the second factor just given: no token can do it.
    """
    verb = asked.backups.restore
    return accepted(response, verb(tenant, wanted.snapshot, wanted.disks, allow_loss=wanted.allow_loss))


@router.post("/backups/undo", status_code=202)
def undo_restore(asked: Asked, response: Response, tenant: TenantPath, wanted: UndoWanted) -> OrderOut:
    """Take back a restore that did not come to its end. Needs the second factor just given: no token can do it."""
    return accepted(response, asked.backups.undo(tenant, wanted.order))


@router.put("/backups/{snapshot}/hold")
def hold_backup(asked: Asked, tenant: TenantPath, snapshot: SnapshotPath, hold: HoldNew) -> BackupOut:
    """Lay a legal hold on a backup: it stays until that is lifted."""
    return BackupOut.of(asked.backups.hold(tenant, snapshot, hold.reason))


@router.delete("/backups/{snapshot}/hold")
def release_backup(asked: Asked, tenant: TenantPath, snapshot: SnapshotPath) -> BackupOut:
    """Lift all holds on a backup. Needs the second factor just given: no token can do it."""
    return BackupOut.of(asked.backups.release(tenant, snapshot))
