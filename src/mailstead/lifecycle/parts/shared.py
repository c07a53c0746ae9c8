"""What tenants share: the network of their host, and the resolver's trust in zones."""

from collections.abc import Collection
from dataclasses import dataclass

from mailstead.dns.reverse import reverse_zones
from mailstead.ground.plans import ChangePlan, compare
from mailstead.lifecycle.look import Look
from mailstead.lifecycle.world import World
from mailstead.networks.model import HostNetwork
from mailstead.networks.plan import compare_host_network, host_network_for

from .part import Subject


@dataclass(frozen=True, slots=True)
class HostNetworkPart:
    """Switch, tables and service addresses of the host that the tenant lives on."""

    world: World
    chapter: str = "network"

    def plan(self, subject: Subject, look: Look) -> ChangePlan[HostNetwork]:
        if not subject.serves:
            return ChangePlan()
        wanted = host_network_for(self.world.platform.network, self.world.platform.dns)
        return compare_host_network(subject.host, wanted, look.host_network(subject.host))

    def apply(self, subject: Subject, plan: ChangePlan[HostNetwork]) -> None:
        for change in plan:
            if change.after:
                self.world.ports(subject.host).switch.prepare(change.after)


@dataclass(frozen=True, slots=True)
class Trust:
    """A zone and the DS values (RFC 4034 section 5.3) by which the platform's resolver validates it."""

    zone: str
    anchors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrustPart:
    """The anchors of the tenant's own zones; brought about by `NamesPart.trust`."""

    world: World
    chapter: str = "resolver"

    def plan(self, subject: Subject, look: Look) -> ChangePlan[Trust]:
        own = [domain.name for domain in subject.tenant.domains]
        return _compare(own, look) if subject.serves else ChangePlan()


@dataclass(frozen=True, slots=True)
class ReverseTrustPart:
    """The anchors of the pools' reverse zones, on which all tenants' pointers rest."""

    world: World
    chapter: str = "resolver"

    def plan(self, subject: Subject, look: Look) -> ChangePlan[Trust]:
        pools = self.world.platform.network
        return _compare(reverse_zones([pools.public_ipv4, pools.public_ipv6]), look)


def _compare(zones: Collection[str], look: Look) -> ChangePlan[Trust]:
    """Plan the way to trust in those *zones* that are served."""
    wanted = {zone: Trust(zone, look.anchors(zone)) for zone in zones if look.serial(zone) is not None}
    found = {zone: Trust(zone, anchors) for zone in wanted if (anchors := look.trusted.get(zone)) is not None}
    return compare(wanted, found, subject="trust anchor {}".format)
