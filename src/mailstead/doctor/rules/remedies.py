"""What to say that a person should do, and what may be done without asking one."""

from mailstead.doctor.facts import Facts, HostFacts
from mailstead.doctor.model import Heal
from mailstead.lifecycle.planning import LATER
from mailstead.storage.model import Role, VolumeKey


def apply(tenant: str) -> str:
    """Return the command that brings a tenant to what is wanted."""
    return f"mailstead apply {tenant}"


def heal(facts: Facts, tenant: str) -> Heal | None:
    """Return the order that would mend it, None where that could lose data or is bound to fail."""
    plan = facts.plans.get(tenant)
    if plan is None or any(change.loses for _, change in plan) or lost_data(facts, tenant) or _elsewhere(facts, tenant):
        return None
    if any(section.note not in {"", LATER} for section in plan.sections):
        return None
    return Heal(tenant)


def lost_data(facts: Facts, tenant: str) -> bool:
    """Say whether a tenant that had its mail disk has none: healing would make a new, empty one."""
    home = facts.home(facts.entries[tenant])
    known = home is not None and home.volumes is not None
    gone = home is not None and home.volumes is not None and VolumeKey(tenant, Role.DATA) not in home.volumes
    return known and gone and facts.had_served(tenant)


def _elsewhere(facts: Facts, tenant: str) -> bool:
    """Say whether a host where the tenant does not live has something of it: healing could make a second one."""
    home = facts.entries[tenant].host
    if home is None:
        return not facts.nowhere(tenant)
    return any(host.answers and host.holds(tenant) for name, host in facts.hosts.items() if name != home)


def look_at_machine(host: HostFacts, tenant: str) -> str:
    """Return how to look at, and get rid of, a machine that no plan names."""
    if host.host.driver == "libvirt":
        at = f"virsh --connect {host.host.uri}"
        return f"if nobody needs it: {at} destroy ms-{tenant}; {at} undefine ms-{tenant}"
    if host.host.driver == "hyperv":
        by_name = f"Get-VM -Name ms-{tenant}"
        return f"if nobody needs it, on {host.name}: {by_name} | Stop-VM -TurnOff; {by_name} | Remove-VM"
    return f"if nobody needs it, remove it on {host.name}"
