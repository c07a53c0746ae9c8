"""A machine brought back from a backup, or one of its disks: what is lost is shown first, and given up by name."""

from starlette.responses import Response

from mailstead.access.backups import BackupView
from mailstead.ground.errors import NotFound
from mailstead.web.confirming import demand_typed
from mailstead.web.page import Page
from mailstead.web.pages.tenant.page import frame
from mailstead.web.visit import Visit

from .asked import chosen, named

DISK = "disk:"


def restoring(visit: Visit, tenant: str) -> Response:
    shown = frame(visit, tenant)
    view = _view(visit, tenant, chosen(visit))
    loss = visit.access.backups.loss(tenant, view.snapshot.number)
    return visit.show("pages/backups/restore.html", **shown, one=view.snapshot, loss=loss)


def restore(visit: Visit, tenant: str) -> Response:
    """Bring back what is ticked; all of it, where nothing is."""
    demand_typed(visit, tenant)
    disks = sorted(field.removeprefix(DISK) for field in visit.form if field.startswith(DISK))
    order = visit.access.backups.restore(tenant, named(visit), disks, allow_loss=[f"machine {tenant}"])
    text = visit.text("%(name)s is being brought back from the backup.", name=tenant)
    return visit.done(f"/orders/{order.id}", text)


def _view(visit: Visit, tenant: str, number: int | None) -> BackupView:
    """Return a backup, or the newest. Raises NotFound."""
    for view in reversed(visit.access.backups.all(tenant)):
        if number in {None, view.snapshot.number}:
            return view
    raise NotFound("there is no such backup", field="snapshot", value=number or "", remedy="choose one of the list")


_AT = "/tenants/{tenant}/backups/restore"
RESTORING = (
    Page("GET", _AT, restoring),
    Page("POST", _AT, restore, form=restoring),
)
