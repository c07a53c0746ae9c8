"""A host emptied for maintenance, and taken into service again."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mailstead.ground.clock import Clock
from mailstead.hypervisors.operating import NodeState, NodeUnavailable
from mailstead.hypervisors.port import Cluster
from mailstead.sites.model import Host
from mailstead.tenants.model import Status, Tenant

from .care import Care
from .errors import DrainUnfinished
from .following import follow, node_of
from .placement import Seat, UnknownHost, choose_host
from .placing import seats_beside
from .world import HostPorts, World

POLL_S, PATIENCE_S = 2.0, 3600.0


@dataclass(frozen=True, slots=True)
class Move:
    """A tenant that has to leave a host, and one that has room for it (in a cluster: one of those that have)."""

    tenant: str
    to: str


@dataclass(frozen=True, slots=True)
class DrainPlan:
    """What emptying a host means; `by_cluster`: the cluster moves the machines, and chooses where to."""

    host: str
    moves: tuple[Move, ...]
    by_cluster: bool


class Draining:
    """The verbs of maintenance. A plan is made anew before it is carried out: the world may have changed."""

    def __init__(self, world: World, care: Care, clock: Clock) -> None:
        self._world = world
        self._care = care
        self._clock = clock

    def plan(self, host: str) -> DrainPlan:
        """Return which machines would go where. Raises UnknownHost, HostsFull, NoQuorum, NodeUnavailable."""
        ports = self._ports(host)
        follow(self._world)
        seats = seats_beside(self._world, host)
        if ports.cluster:
            seats = _up(ports.cluster, ports.host, seats)
        moves = tuple(_placed([self._tenant(name) for name in self.left(host)], seats))
        return DrainPlan(host, moves, by_cluster=ports.cluster is not None)

    def begin(self, host: str, reason: str = "") -> list[str]:
        """Let the host take no new tenants and begin to empty it; return the orders for those moved one by one.

        May be repeated: what is left then is moved. Raises what the plan raises, before anything is changed.
        """
        self._care.admit()
        plan = self.plan(host)
        self._world.maintenance.begin(host, self._clock.now(), reason)
        ports = self._ports(host)
        if ports.cluster:
            ports.cluster.drain(node_of(ports.host, ports.cluster.nodes()))
            return []
        return [self._care.move(move.tenant, move.to) for move in plan.moves]

    def watch(self, host: str, *, patience_s: float = PATIENCE_S) -> Iterator[int]:
        """Yield how many machines are left on a node that is being drained, until none is. Raises DrainUnfinished."""
        until = self._clock.monotonic() + patience_s
        while True:
            follow(self._world)
            left = self.left(host)
            yield len(left)
            if not left:
                return
            if self._clock.monotonic() > until:
                remedy = f"see mailstead host events {host}, then drain it again"
                message = f"{host} still has {', '.join(left)}"
                raise DrainUnfinished(message, field="host", value=host, remedy=remedy)
            self._clock.sleep(POLL_S)

    def left(self, host: str) -> list[str]:
        """Return the tenants whose machines are on the host, as far as is remembered."""
        entries = self._world.tenants.all().items()
        return [name for name, entry in entries if entry.host == host and entry.tenant.status is not Status.REMOVED]

    def resume(self, host: str) -> None:
        """Let the host take tenants again. What left it does not come back by itself. Raises UnknownHost, NoQuorum."""
        self._care.admit()
        ports = self._ports(host)
        if ports.cluster:
            ports.cluster.resume(node_of(ports.host, ports.cluster.nodes()))
        self._world.maintenance.end(host)

    def _tenant(self, name: str) -> Tenant:
        return self._world.tenants.get(name).tenant

    def _ports(self, host: str) -> HostPorts:
        if host not in self._world.hosts:
            known = ", ".join(sorted(self._world.hosts))
            raise UnknownHost(f"there is no host {host}", field="host", value=host, remedy=f"one of {known}")
        return self._world.hosts[host]


def _up(cluster: Cluster, host: Host, seats: list[Seat]) -> list[Seat]:
    """Return the seats on the other nodes that take machines; raise NodeUnavailable when there is none."""
    states = cluster.nodes()
    up = [seat for seat in seats if states.get(node_of(seat.host, states)) is NodeState.UP]
    here = node_of(host, states)
    if not any(state is NodeState.UP for other, state in states.items() if other != here):
        remedy = "resume another node, or bring one back"
        raise NodeUnavailable(f"no other node than {here} takes machines", field="host", value=host.name, remedy=remedy)
    return up


def _placed(tenants: list[Tenant], seats: list[Seat]) -> Iterator[Move]:
    """Yield a place for each tenant, the largest first, beside those before it. Raises HostsFull."""
    by_name = {seat.host.name: seat for seat in seats}
    for tenant in sorted(tenants, key=lambda tenant: (-tenant.allowance.memory_mib, tenant.name)):
        to = choose_host(tenant.changed(host=None), by_name.values())
        by_name[to] = replace(by_name[to], promised=(*by_name[to].promised, tenant.allowance))
        yield Move(tenant.name, to)
