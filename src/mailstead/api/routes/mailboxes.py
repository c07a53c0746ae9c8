"""/tenants/{tenant}/mailboxes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from mailstead.access import Access
from mailstead.access.mailboxes import Given
from mailstead.api.asked import (
    AddressPath,
    After,
    AllowLoss,
    Asked,
    Expected,
    Limit,
    Read,
    Search,
    TenantPath,
    given,
    tag,
)
from mailstead.api.wire.mail import MailboxChange, MailboxNew, MailboxOut, Page, PasswordNew, PasswordsGiven
from mailstead.api.wire.orders import OrderOut, accepted
from mailstead.api.wire.own_mailbox import ForwardingWire, VacationWire
from mailstead.api.wire.parts import behind
from mailstead.lifecycle.imports import parse_mailboxes

router = APIRouter(prefix="/tenants/{tenant}/mailboxes", tags=["mailboxes"])

CSV = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string"}, "example": "address,name\nanna@acme.example,Anna\n"}},
    }
}
Passwords = Annotated[bool, Query(description="Make a password for each line without one (200 at most).")]


@router.get("")
def list_mailboxes(
    read: Read, tenant: TenantPath, after: After = "", limit: Limit = 50, search: Search = ""
) -> Page[MailboxOut]:
    """Return mailboxes in the order of their addresses; `search` is looked for in address and name."""
    found = read.mailboxes.page(tenant, after=after, limit=limit, search=search)
    return Page(items=[MailboxOut.of(box) for box in found], next=behind(found, limit, lambda box: box.address))


@router.post("", status_code=202)
def add_mailbox(asked: Asked, response: Response, tenant: TenantPath, new: MailboxNew) -> PasswordsGiven:
    """Add a mailbox. Without a password, one is made and shown this once."""
    return PasswordsGiven.of(response, asked.mailboxes.add(tenant, new.wanted(), new.secret))


@router.post("/import", status_code=202, openapi_extra=CSV)
async def import_mailboxes(
    request: Request,
    asked: Asked,
    response: Response,
    tenant: TenantPath,
    make_passwords: Passwords = True,
) -> PasswordsGiven:
    """Add many mailboxes from CSV with a header: address, and any of name, quota_mib, password. All of them or none."""
    body = await request.body()
    return PasswordsGiven.of(response, await run_in_threadpool(_import, asked, tenant, body, make=make_passwords))


def _import(access: Access, tenant: str, body: bytes, *, make: bool) -> Given:
    return access.mailboxes.import_rows(tenant, lambda: parse_mailboxes(body, "body"), make_passwords=make)


@router.get("/{address}")
def get_mailbox(read: Read, response: Response, tenant: TenantPath, address: AddressPath) -> MailboxOut:
    """Return one mailbox."""
    box, revision = read.mailboxes.look(tenant, address)
    tag(response, revision)
    return MailboxOut.of(box)


@router.patch("/{address}", status_code=202)
def change_mailbox(
    asked: Asked,
    response: Response,
    tenant: TenantPath,
    address: AddressPath,
    expected: Expected,
    change: MailboxChange,
) -> OrderOut:
    """Change name or quota, or whether it can be used."""
    return accepted(response, asked.mailboxes.change(tenant, address, expected=expected, **given(change)))


@router.post("/{address}/password", status_code=202)
def set_password(
    asked: Asked, response: Response, tenant: TenantPath, address: AddressPath, new: PasswordNew
) -> PasswordsGiven:
    """Give a mailbox another password. Without one, it is made and shown this once."""
    return PasswordsGiven.of(response, asked.mailboxes.set_password(tenant, address, new.secret))


@router.put("/{address}/forwarding", status_code=202)
def forward_mailbox(
    asked: Asked,
    response: Response,
    tenant: TenantPath,
    address: AddressPath,
    expected: Expected,
    new: ForwardingWire,
) -> OrderOut:
    """Send a mailbox's mail on to other addresses, as far as the tenant's policy allows it."""
    return accepted(response, asked.mailboxes.forward(tenant, address, new.wanted(), expected=expected))


@router.delete("/{address}/forwarding", status_code=202)
def keep_mailbox(
    asked: Asked, response: Response, tenant: TenantPath, address: AddressPath, expected: Expected
) -> OrderOut:
    """Send a mailbox's mail on no more."""
    return accepted(response, asked.mailboxes.forward(tenant, address, None, expected=expected))


@router.put("/{address}/vacation", status_code=202)
def answer_mailbox(
    asked: Asked, response: Response, tenant: TenantPath, address: AddressPath, expected: Expected, new: VacationWire
) -> OrderOut:
    """Let a mailbox answer that its owner is away."""
    return accepted(response, asked.mailboxes.answer(tenant, address, new.wanted(), expected=expected))


@router.delete("/{address}/vacation", status_code=202)
def return_mailbox(
    asked: Asked, response: Response, tenant: TenantPath, address: AddressPath, expected: Expected
) -> OrderOut:
    """Let a mailbox answer no more."""
    return accepted(response, asked.mailboxes.answer(tenant, address, None, expected=expected))


@router.delete("/{address}", status_code=202)
def remove_mailbox(
    asked: Asked,
    response: Response,
    tenant: TenantPath,
    address: AddressPath,
    expected: Expected,
    allow_loss: AllowLoss,
) -> OrderOut:
    """Destroy a mailbox with its mail. Refused unless `allow_loss` names it: "mailbox ADDRESS"."""
    return accepted(response, asked.mailboxes.remove(tenant, address, allow_loss=allow_loss, expected=expected))
