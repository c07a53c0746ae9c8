"""What routes take from a request beside its path and body."""

import hmac
import re
from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request, Response
from pydantic import AwareDatetime, BeforeValidator

from mailstead.access import Access
from mailstead.access import Request as Repeatable
from mailstead.ground.values import Value

from .errors import RevisionNeeded

ETAG = re.compile(r'"([0-9]{1,9})"')
NEVER = -1  # a revision that no tenant has
NAME = r"^[a-z][a-z0-9-]{0,30}[a-z0-9]$"
ADDRESS = r"^[!-?A-~]{1,64}@[^\s@\x00-\x1f\x7f]{1,255}$"
DOMAIN = r"^[^\s@/\x00-\x1f\x7f]{1,253}$"

TenantPath = Annotated[str, Path(pattern=NAME, description="Name of the tenant.", examples=["acme"])]
AddressPath = Annotated[str, Path(pattern=ADDRESS, description="A mail address.", examples=["anna@acme.example"])]
DomainPath = Annotated[str, Path(pattern=DOMAIN, description="A mail domain.", examples=["acme.example"])]
OrderPath = Annotated[str, Path(pattern=r"^o[0-9a-f]{12}$", description="Id of an order.", examples=["o6051ce0da5cc"])]
BesidePath = Annotated[
    str, Path(pattern=NAME, description="Name of a machine beside a tenant's own.", examples=["trial"])
]
HostPath = Annotated[str, Path(pattern=NAME, description="Name of a host.", examples=["kvm1"])]
LabelPath = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$", description="A checkpoint.", examples=["before-update"])]
SnapshotPath = Annotated[int, Path(ge=1, le=999_999_999, description="Number of a backup.", examples=[1])]


def _no_number(sent: object) -> object:
    """Refuse seconds since 1970 where the description says date and time."""
    if isinstance(sent, int | float) or (isinstance(sent, str) and sent.strip("+-").replace(".", "").isdigit()):
        raise ValueError("a date and time, as in RFC 3339")
    return sent


Moment = Annotated[AwareDatetime, BeforeValidator(_no_number)]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
After = Annotated[str, Query(max_length=320, pattern=r"^[^\x00-\x1f]*$", description="`next` of the page before.")]
Search = Annotated[str, Query(max_length=100, pattern=r"^[^\x00-\x1f]*$", description="What the name holds.")]
AllowLoss = Annotated[
    list[Annotated[str, Query(max_length=400)]],
    Query(
        default_factory=list,
        max_length=100,
        description="What may be lost, named as the plan names it.",
        examples=[["machine acme"]],
    ),
]
IfMatch = Annotated[
    str | None, Header(description="The `ETag` of what was looked at, or `*`: whatever it is now.", examples=['"7"'])
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=16,
        max_length=100,
        pattern=r"^[!-~]+$",
        description="A random text for this request. Sent again, it gives the same order, and nothing is done twice.",
        examples=["6f1c2a0e-6f0e-4a59-93a5-1a54c9a3b1de"],
    ),
]


async def _asked(request: Request, idempotency_key: IdempotencyKey = None) -> Access:
    """Return the platform as the caller may see it."""
    caller, running = request.state.caller, request.app.state.running
    if idempotency_key is None:
        return Access(running, caller)
    sent = f"{request.method} {request.url.path}?{request.url.query}\0".encode() + await request.body()
    # Under the key, which is not kept: the digest is, and must not tell a password that was sent.
    digest = hmac.digest(idempotency_key.encode(), sent, "sha256").hex()
    return Access(running, caller, Repeatable(caller.person, idempotency_key, digest))


async def _read(request: Request) -> Access:
    """Return the platform as the caller may see it, for requests that change nothing."""
    return Access(request.app.state.running, request.state.caller)


Asked = Annotated[Access, Depends(_asked)]
Read = Annotated[Access, Depends(_read)]


def expected(if_match: IfMatch = None) -> int | None:
    """Return the revision that a change was made from; None: whatever it is now. Raises RevisionNeeded."""
    if if_match is None:
        remedy = "send If-Match with the ETag that you saw, or *"
        raise RevisionNeeded("say what you have seen", field="If-Match", remedy=remedy)
    if if_match.strip() == "*":
        return None
    found = ETAG.fullmatch(if_match.strip())
    return int(found[1]) if found else NEVER


Expected = Annotated[int | None, Depends(expected)]


def tag(response: Response, revision: int) -> None:
    """Say at which revision the tenant stands."""
    response.headers["ETag"] = f'"{revision}"'


def given(fields: Value) -> dict[str, object]:
    """Return the fields that were sent."""
    return {name: getattr(fields, name) for name in fields.model_fields_set}
