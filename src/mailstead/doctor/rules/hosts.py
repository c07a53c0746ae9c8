"""On hosts there is nothing of ours without an owner, nothing where it does not live, nothing twice."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator

from mailstead.doctor.facts import Facts, HostFacts
from mailstead.doctor.model import Finding
from mailstead.protection.workflow import DRILL as DRILLS
from mailstead.tenants.beside import owner_of
from mailstead.tenants.model import DRILL

from .remedies import look_at_machine


def machines(facts: Facts) -> Iterator[Finding]:
    for host in facts.hosts.values():
        yield from _misplaced(facts, host, "machine", host.machines or (), look_at_machine)


def segments(facts: Facts) -> Iterator[Finding]:
    def remedy(host: HostFacts, tenant: str) -> str:
        return f"if nobody needs it, take port and rules of {tenant} off the switch {host.host.switch} of {host.name}"

    for host in facts.hosts.values():
        yield from _misplaced(facts, host, "segment", host.segments or (), remedy)


def disks(facts: Facts) -> Iterator[Finding]:
    def remedy(host: HostFacts, tenant: str) -> str:
        places = sorted(str(disk.location) for key, disk in (host.volumes or {}).items() if key.tenant == tenant)
        return f"keep or destroy, as you see fit, on {host.name}: {', '.join(places)}"

    for host in facts.hosts.values():
        yield from _misplaced(facts, host, "disk", sorted({key.tenant for key in host.volumes or ()}), remedy)


def twice(facts: Facts) -> Iterator[Finding]:
    """Whatever identifies a machine or segment belongs to one tenant on one host."""
    holders: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for host, what, value, tenant in _identities(facts):
        holders[what, value].add((tenant, host))
    for (what, value), found in sorted(holders.items()):
        if len(found) > 1:
            owners = " and ".join(f"{tenant} on {host}" for tenant, host in sorted(found))
            tenant, host = min(found)
            told = f"{what} {value} is there twice: {owners}"
            remedy = "find out which one is right, and take the other off its host"
            yield Finding("double", f"{what} {value}", told, remedy, tenant=tenant, host=host)


def _identities(facts: Facts) -> Iterator[tuple[str, str, str, str]]:
    """Yield host, kind, value and tenant of all that may be there once."""
    for host in facts.hosts.values():
        for name, machine in (host.machines or {}).items():
            yield host.name, "machine", str(machine.uuid), name
            yield host.name, "MAC", machine.nic.mac, name
            yield host.name, f"port on {host.name}", machine.nic.port, name
        for name, segment in (host.segments or {}).items():
            yield host.name, "VLAN", str(segment.vlan), name
            yield host.name, "subnet", str(segment.ipv4.network), name
            yield host.name, "subnet", str(segment.ipv6.network), name
            yield host.name, "public address", str(segment.public_ipv4), name
            yield host.name, "public address", str(segment.public_ipv6), name
        for key, volume in (host.volumes or {}).items():
            yield host.name, f"disk on {host.name}", str(volume.location), str(key)


def _drilled(facts: Facts) -> set[str]:
    """Return the machine of a drill that goes on; one that a drill left behind is an orphan like any other."""
    return {DRILL} if any(order.kind == DRILLS for order in facts.work.after) else set()


def _beside(facts: Facts, host: HostFacts, names: Collection[str]) -> set[str]:
    """Return what belongs to machines beside tenants' own; disks without a machine do only while an order is open."""
    machines = host.machines or {}
    owners = {name: owner for name in names if (owner := owner_of(name)) in facts.entries}
    return {name for name, owner in owners.items() if name in machines or owner in facts.busy}


def _misplaced(
    facts: Facts,
    host: HostFacts,
    what: str,
    names: Collection[str],
    remedy: Callable[[HostFacts, str], str],
) -> Iterable[Finding]:
    for name in sorted(set(names) - facts.busy - _drilled(facts) - _beside(facts, host, names)):
        entry = facts.entries.get(name)
        if entry and entry.host == host.name:
            continue
        told = f"{host.name} has a {what} of {name}, who is no tenant"
        if entry:
            told = f"{host.name} has a {what} of {name}, which lives on {entry.host or 'no host'}"
        code = f"{what}-astray" if entry else f"{what}-orphan"
        yield Finding(code, f"{what} {name}", told, remedy(host, name), tenant=name, host=host.name)
