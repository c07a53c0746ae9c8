"""Where a tenant's machine is now: within a cluster it moves without being told to, and the record follows it."""

from collections.abc import Iterator, Mapping

from mailstead.ground.errors import Unreachable
from mailstead.hypervisors.port import Cluster
from mailstead.sites.model import Host

from .world import World


def node_of(host: Host) -> str:
    """Return the name that the host has in its cluster: that of the computer, without its domain."""
    return host.hyperv.address.partition(".")[0].lower() if host.hyperv else host.name


def neighbours(world: World, host: str) -> list[str]:
    """Return the other hosts of the host's cluster: its machines may come to be there at any time."""
    cluster = world.ports(host).cluster
    if cluster is None:
        return []
    nodes = cluster.nodes()
    others = [ports.host for name, ports in world.hosts.items() if ports.cluster and name != host]
    return [other.name for other in others if node_of(other) in nodes]


def follow(world: World, name: str | None = None) -> dict[str, str]:
    """Remember the hosts that clusters moved machines to, of one tenant or all; return the moved ones with theirs.

    A cluster is asked through whichever of its hosts answers. While none does, what is remembered stays.
    """
    clustered = {host: ports.cluster for host, ports in world.hosts.items() if ports.cluster}
    if not clustered:
        return {}
    names = {node_of(ports.host): host for host, ports in world.hosts.items() if ports.cluster}
    entries = {name: world.tenants.get(name)} if name else world.tenants.all()
    moved = {}
    for tenant, node in _owners(clustered):
        entry, host = entries.get(tenant), names.get(node)
        if entry and host and entry.host in clustered and entry.host != host:
            world.tenants.settle_on(tenant, host)
            moved[tenant] = host
    return moved


def _owners(clustered: Mapping[str, Cluster]) -> Iterator[tuple[str, str]]:
    """Yield tenants with their nodes, each cluster once."""
    asked: set[str] = set()
    for host, cluster in clustered.items():
        if host in asked:
            continue
        try:
            asked |= cluster.nodes().keys()
            yield from cluster.owners().items()
        except Unreachable:
            continue
