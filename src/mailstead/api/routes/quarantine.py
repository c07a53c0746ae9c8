"""/platform/quarantine, and whose the hosts are."""

from fastapi import APIRouter

from mailstead.api.asked import Asked, HostPath, Read, TenantPath
from mailstead.api.wire.quarantine import Adopting, Claiming, Done, Holdings, Leaving, QuarantineOut
from mailstead.api.wire.tenants import TenantNew

router = APIRouter(tags=["platform"])


@router.get("/platform/quarantine")
def get_quarantine(read: Read) -> QuarantineOut:
    """Hold world and state against each other after a restore: what to adopt, recreate, leave alone. Takes its time."""
    return QuarantineOut.of(read.quarantine.get())


@router.get("/platform/quarantine/{tenant}")
def draft_tenant(read: Read, tenant: TenantPath) -> TenantNew:
    """Return what a tenant that is there, and not known, seems to be; look it through before adopting it."""
    return TenantNew.parse(read.quarantine.draft(tenant).model_dump(mode="json", exclude={"server", "status"}))


@router.post("/platform/quarantine/adopt")
def adopt_tenant(asked: Asked, adopting: Adopting) -> Done:
    """Take over a tenant that is there: its host, disks, numbers, records. Nothing outside is changed."""
    wanted = adopting.wanted.wanted() if adopting.wanted else None
    return Done(done=asked.quarantine.adopt(adopting.tenant, wanted))


@router.post("/platform/quarantine/leave")
def leave_quarantine(asked: Asked, leaving: Leaving) -> Done:
    """Let the restored platform act. On every host it takes the place of any other copy of itself."""
    return Done(done=asked.quarantine.leave(leaving.platform))


@router.get("/platform/claims")
def list_claims(read: Read) -> Holdings:
    """Return which platform manages each host."""
    return Holdings.of(read.quarantine.holdings())


@router.post("/hosts/{host}/claim")
def claim_host(asked: Asked, host: HostPath, claiming: Claiming) -> Holdings:
    """Claim a host for this platform."""
    return Holdings.of(asked.quarantine.claim(host, take_over=claiming.take_over))


@router.post("/hosts/{host}/release")
def release_host(asked: Asked, host: HostPath) -> Holdings:
    """Give a host up, so that another platform can claim it. Machines on it are left as they are."""
    return Holdings.of(asked.quarantine.release(host))
