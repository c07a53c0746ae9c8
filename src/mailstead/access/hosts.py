"""Hosts, as one caller may see and empty them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailstead.ground.errors import MailsteadError, NotFound
from mailstead.hypervisors.model import MachineStatistics, Room
from mailstead.hypervisors.operating import HostEvent
from mailstead.lifecycle.care_steps import had
from mailstead.lifecycle.draining import DrainPlan
from mailstead.lifecycle.world import HostPorts
from mailstead.orders.model import OrderView
from mailstead.people.model import Right
from mailstead.sites.store import Maintenance

from .asking import Asking


@dataclass(frozen=True, slots=True)
class HostView:
    """What a host has, how many machines run, what is promised on it. `room` None: it is silent (`trouble`)."""

    name: str
    driver: str
    room: Room | None
    machines: int
    promised_mib: int
    maintenance: Maintenance | None
    trouble: str = ""


class HostAccess:
    """The platform's hosts: of no tenant, so for those who may see them all alike."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def all(self) -> list[HostView]:
        """Ask every host what it has, one after another."""
        self._asking.demand(Right.HOSTS_READ)
        world = self._asking.running.world
        promised, closed = world.tenants.promised(), world.maintenance.all()
        return [_seen(ports, promised, closed) for ports in world.hosts.values()]

    def get(self, name: str) -> HostView:
        """Ask one host. Raises NotFound."""
        self._asking.demand(Right.HOSTS_READ)
        world = self._asking.running.world
        return _seen(self._ports(name), world.tenants.promised(), world.maintenance.all())

    def usage(self) -> list[tuple[str, str, MachineStatistics]]:
        """Ask every host what its running machines have used since their start: (host, tenant, what)."""
        self._asking.demand(Right.HOSTS_READ)
        hosts = self._asking.running.world.hosts
        return [
            (name, tenant, used)
            for name, ports in hosts.items()
            for tenant, used in ports.machines.statistics().items()
        ]

    def events(self, name: str, since: datetime | None = None) -> tuple[HostEvent, ...]:
        """Return what the hypervisor has logged *since* (or in the last hour), the oldest first.

        Raises NotFound, NotOfDriver.
        """
        self._asking.demand(Right.HOSTS_READ)
        ports = self._ports(name)
        since = since or self._asking.running.world.clock.now() - timedelta(hours=1)
        return had(ports.events, ports, "event logs").events(since)

    def drain_plan(self, name: str) -> DrainPlan:
        """Return which machines would go where if the host were emptied. Raises NotFound, HostsFull."""
        self._asking.demand(Right.HOSTS_READ)
        self._ports(name)
        return self._asking.running.draining.plan(name)

    def drain(self, name: str, reason: str = "") -> list[OrderView]:
        """Empty a host; may be repeated. Return the orders for machines that are moved one by one. Raises NotFound."""
        self._asking.demand(Right.HOSTS_WRITE)
        self._ports(name)
        running = self._asking.running
        orders = self._asking.told("host.drain", "", name, lambda: running.draining.begin(name, reason), reason=reason)
        return [running.desk.show(order) for order in orders]

    def resume(self, name: str) -> HostView:
        """End the maintenance of a host. Raises NotFound, NoQuorum."""
        self._asking.demand(Right.HOSTS_WRITE)
        self._ports(name)
        draining = self._asking.running.draining
        self._asking.told("host.resume", "", name, lambda: draining.resume(name))
        return self.get(name)

    def _ports(self, name: str) -> HostPorts:
        ports = self._asking.running.world.hosts.get(name)
        if ports is None:
            raise NotFound(f"there is no host {name}", field="host", value=name, remedy="list those there are")
        return ports


def _seen(ports: HostPorts, promised: Mapping[str, int], closed: Mapping[str, Maintenance]) -> HostView:
    name, room, machines, trouble = ports.host.name, None, 0, ""
    try:
        room, machines = ports.machines.room(), len(ports.machines.machines())
    except MailsteadError as error:  # it may be switched off: the others are shown all the same
        trouble = error.message
    return HostView(name, ports.host.driver, room, machines, promised.get(name, 0), closed.get(name), trouble)
