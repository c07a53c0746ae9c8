"""/tenants/{tenant}/backup-mail and backup-file: single mails and files out of backups.

All need the second factor just given: no token can do it.
"""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Response
from starlette.responses import StreamingResponse

from mailstead.api.asked import ADDRESS, Asked, Moment, Read, TenantPath
from mailstead.api.wire.orders import OrderOut, accepted
from mailstead.api.wire.salvage import (
    BackupSearch,
    FileChoice,
    FileReturn,
    FoundMails,
    MailDownload,
    MailReturn,
    Rooms,
)

router = APIRouter(prefix="/tenants/{tenant}", tags=["backups"])

BYTES = "application/octet-stream"
DOWNLOAD = {"responses": {"200": {"content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}}}
InSnapshot = Annotated[int | None, Query(ge=1, le=10**12 - 1, description="Number of a backup.")]
AsOf = Annotated[Moment | None, Query(description="The newest backup that is not later.")]
OfMailbox = Annotated[
    str, Query(pattern=rf"^$|{ADDRESS}", description="Whose folders; empty: which mailboxes there are.")
]


@router.get("/backup-mail")
def list_backup_mail(
    read: Read, tenant: TenantPath, address: OfMailbox = "", snapshot: InSnapshot = None, at: AsOf = None
) -> Rooms:
    """Return the mailboxes in a backup, or the folders of one."""
    return Rooms.of(*read.salvage.rooms(tenant, snapshot or at, address))


@router.post("/backup-mail/search")
def search_backup_mail(asked: Asked, tenant: TenantPath, wanted: BackupSearch) -> FoundMails:
    """Find mails in one backup or in all. The audit trail is told that somebody looked."""
    if wanted.all:
        return FoundMails.of(asked.salvage.search_all(tenant, wanted.address, wanted.query, wanted.limit))
    return FoundMails.of(asked.salvage.search(tenant, wanted.address, wanted.query, wanted.when, wanted.limit))


@router.post("/backup-mail/download", response_class=StreamingResponse, openapi_extra=DOWNLOAD)
def download_backup_mail(asked: Asked, tenant: TenantPath, wanted: MailDownload) -> StreamingResponse:
    """Return mails as a file. In the place of one that cannot be read stands a note."""
    return _file(asked.salvage.download(tenant, wanted.choice(), wanted.form), f"mail.{wanted.form}")


@router.post("/backup-mail/restore", status_code=202)
def restore_backup_mail(asked: Asked, response: Response, tenant: TenantPath, wanted: MailReturn) -> OrderOut:
    """Give mails back to the running mailbox, with flags and dates. One that is there already stays as it is."""
    return accepted(response, asked.salvage.give_back(tenant, wanted.choice()))


@router.post("/backup-file/download", response_class=StreamingResponse, openapi_extra=DOWNLOAD)
def download_backup_file(asked: Asked, tenant: TenantPath, wanted: FileChoice) -> StreamingResponse:
    """Return a file of a disk."""
    return _file(asked.salvage.file(tenant, wanted.snapshot, wanted.path, wanted.disk), "file")


@router.post("/backup-file/restore", status_code=202)
def restore_backup_file(asked: Asked, response: Response, tenant: TenantPath, wanted: FileReturn) -> OrderOut:
    """Write a file of a backup into the running machine, for root alone."""
    order = asked.salvage.put_file(tenant, wanted.snapshot, wanted.path, wanted.place, wanted.disk)
    return accepted(response, order)


def _file(pieces: Iterator[bytes], name: str) -> StreamingResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(pieces, media_type=BYTES, headers=headers)
