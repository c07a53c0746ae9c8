"""Tenants as files in git against those remembered. Pure."""

from collections.abc import Mapping

from mailstead.ground.plans import ChangePlan, compare
from mailstead.tenants.model import DomainTaken, Status, Tenant
from mailstead.tenants.store import Entry


def compare_files(said: Mapping[str, Tenant], entries: Mapping[str, Entry]) -> ChangePlan[Tenant]:
    """Plan the way to what the files say; only a tenant that came from a file can leave with it."""
    known = {
        name: entry.tenant
        for name, entry in entries.items()
        if name in said or (entry.source == "file" and entry.tenant.status is not Status.REMOVED)
    }

    def lost(before: Tenant, after: Tenant | None) -> str:
        return "" if after else f"the service for {', '.join(domain.name for domain in before.domains)}"

    return compare(said, known, subject=lambda name: f"tenant {name}", loses=lost)


def refuse_taken(plan: ChangePlan[Tenant], entries: Mapping[str, Entry]) -> None:
    """Raise DomainTaken where a file asks for a domain that another tenant has, or another file asks for too."""
    owners = {domain.name: name for name, entry in entries.items() for domain in entry.tenant.domains}
    for tenant in [change.after for change in plan if change.after]:
        for domain in tenant.domains:
            owner = owners.setdefault(domain.name, tenant.name)
            if owner != tenant.name:
                raise DomainTaken(
                    f"{tenant.name}.toml: {domain.name} is served for {owner} already",
                    field="domains",
                    value=domain.name,
                    remedy=f"keep it in one file; to move it, apply {owner} without it first",
                )
