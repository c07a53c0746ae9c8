"""/audit: who did what."""

from typing import Annotated

from fastapi import APIRouter, Query

from mailstead.api.asked import NAME, Asked, Limit, Read
from mailstead.api.wire.telling import AuditPage, ChainOut, HeadOut, Known
from mailstead.security.audit import Head

router = APIRouter(prefix="/audit", tags=["audit"])

OfTenant = Annotated[str | None, Query(pattern=NAME, description="What concerns this tenant only.")]
Before = Annotated[int | None, Query(ge=1, le=10**15, description="`next` of the page before.")]


@router.get("")
def list_audit(read: Read, tenant: OfTenant = None, before: Before = None, limit: Limit = 50) -> AuditPage:
    """Return entries of the trail, the newest first."""
    return AuditPage.of(read.audit.page(tenant=tenant, before=before, limit=limit), limit)


@router.get("/head")
def get_audit_head(read: Read) -> HeadOut:
    """Return number and hash of the last entry, to be kept elsewhere."""
    return HeadOut(head=str(read.audit.head()))


@router.post("/verify")
def verify_audit(asked: Asked, known: Known) -> ChainOut:
    """Check that no entry was changed, removed, put in between or cut off. A million entries take a minute."""
    return ChainOut.of(asked.audit.verify(Head.parse(known.head) if known.head else None))
