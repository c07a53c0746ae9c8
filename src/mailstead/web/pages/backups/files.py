"""A single file out of a backup: taken along, or written into the running machine."""

from starlette.responses import Response, StreamingResponse

from mailstead.ground.errors import InvalidInput
from mailstead.web.page import Page
from mailstead.web.visit import Visit

from .asked import named
from .page import backups

PATH_MOST = 4000


def take(visit: Visit, tenant: str) -> Response:
    """Answer with the file; its name is ours, whatever it is called there."""
    pieces = visit.access.salvage.file(tenant, named(visit), _path(visit))
    headers = {"content-disposition": 'attachment; filename="file"'}
    return StreamingResponse(pieces, media_type="application/octet-stream", headers=headers)


def put(visit: Visit, tenant: str) -> Response:
    place = visit.form.get("place", "").strip()
    order = visit.access.salvage.put_file(tenant, named(visit), _path(visit), place)
    return visit.done(f"/orders/{order.id}", visit.text("The file is being written into the machine."))


def _path(visit: Visit) -> str:
    path = visit.form.get("path", "")
    if not path or len(path) > PATH_MOST:
        remedy = "give its path, such as etc/hostname"
        raise InvalidInput("no file is named", field="path", value=path[:80], remedy=remedy)
    return path


_AT = "/tenants/{tenant}/backups/file"
FILES = (
    Page("POST", _AT, take, form=backups),
    Page("POST", f"{_AT}/restore", put, form=backups),
)
