"""Where a tenant's machine is now: within a cluster it moves without being told to, and the record follows it."""

from collections.abc import Collection, Iterator, Mapping

from mailstead.ground.errors import Unreachable
from mailstead.hypervisors.port import Cluster
from mailstead.sites.model import Host

from .world import World


def names_of(host: Host) -> tuple[str, str]:
    """Return how the host may be named in its cluster: as here, or as in its address, without the domain."""
    return host.name, host.hyperv.address.partition(".")[0].lower() if host.hyperv else host.name


def node_of(host: Host, nodes: Collection[str]) -> str:
    """Return which of the *nodes* the host is; its own name if it is none."""
    return next((name for name in names_of(host) if name in nodes), host.name)


def neighbours(world: World, host: str) -> list[str]:
    """Return the other hosts of the host's cluster: its machines may come to be there at any time."""
    cluster = world.ports(host).cluster
    if cluster is None:
        return []
    nodes = cluster.nodes()
    others = [ports.host for name, ports in world.hosts.items() if ports.cluster and name != host]
    return [other.name for other in others if node_of(other, nodes) in nodes]


def follow(world: World, name: str | None = None) -> dict[str, str]:
    """Remember the hosts that clusters moved machines to, of one tenant or all; return the moved ones with theirs.

    A cluster is asked through whichever of its hosts answers. While none does, what is remembered stays.
    """
    clustered = {host: ports.cluster for host, ports in world.hosts.items() if ports.cluster}
    if not clustered:
        return {}
    names = {name: host for host in clustered for name in names_of(world.ports(host).host)}
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
    for cluster in clustered.values():
        try:
            nodes = cluster.nodes().keys()
            if not nodes & asked:
                yield from cluster.owners().items()
                asked |= nodes
        except Unreachable:
            continue
