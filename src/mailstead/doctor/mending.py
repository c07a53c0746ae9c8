"""Carrying out what a finding offers: by orders, or by the verbs of stores and ports that lose nothing."""

from mailstead.security.audit import Act

from .gathering import Sources
from .model import (
    CarryOut,
    Fix,
    ForgetAnchor,
    ForgetSecret,
    ForgetTraces,
    Heal,
    Release,
    ReleaseNumbers,
    Restrict,
    Retry,
)

OWNER_ONLY = 0o600


def mend(fix: Fix, sources: Sources) -> str | None:
    """Carry out *fix*; return the order that does it, None when it is done. May be repeated."""
    match fix:
        case Heal(tenant):
            return sources.lifecycle.heal(tenant)
        case Retry(order):
            return sources.desk.retry(order).id
        case CarryOut(order):
            return order
        case _:
            sources.trail.note(Act("doctor.fix", getattr(fix, "tenant", ""), str(fix)))
            _mend_here(fix, sources)
            return None


def _mend_here(fix: Fix, sources: Sources) -> None:
    world = sources.world
    match fix:
        case Release(lease):
            sources.leases.release(lease)
        case ForgetAnchor(zone):
            world.resolver.forget([zone])
        case ForgetSecret(tenant, name):
            world.vault.remove(tenant, name)
        case ReleaseNumbers(tenant):
            world.numbers.release(tenant)
        case ForgetTraces(tenant):
            world.vault.remove_all(tenant)
            world.dkim.forget(tenant)
            world.certificates.remove_all(tenant)
            world.sights.forget(tenant)
        case Restrict(path):
            path.chmod(OWNER_ONLY)
