"""Steps of a machine's care: checkpoints, copies, moves. Each looks first, and may be repeated."""

from pathlib import PurePath
from typing import TypeVar

from mailstead.hypervisors.model import MachineRefused, NoSuchMachine
from mailstead.sites.model import Host

from .errors import NotOfDriver
from .following import node_of
from .parts.part import Mine, Subject, settle
from .steps import Done, Steps
from .world import HostPorts

P = TypeVar("P")


class CareSteps:
    """All steps of care, beside those of a tenant's life."""

    def __init__(self, steps: Steps) -> None:
        self.life = steps
        self.world = steps.world

    def take(self, name: str, mine: Mine, label: str) -> Done:
        ports = self.ports(name)
        port = had(ports.checkpoints, ports, "checkpoints")
        mine()
        made = port.take(name, label)
        return [f"{made.kind} checkpoint {made.label}"]

    def bring_back(self, name: str, mine: Mine, label: str) -> Done:
        ports = self.ports(name)
        port = had(ports.checkpoints, ports, "checkpoints")
        mine()
        port.bring_back(name, label)
        return [f"brought back to checkpoint {label}"]

    def drop(self, name: str, mine: Mine, label: str) -> Done:
        ports = self.ports(name)
        port = had(ports.checkpoints, ports, "checkpoints")
        mine()
        port.drop(name, label)
        return [f"remove checkpoint {label}"]

    def export(self, name: str, mine: Mine, folder: str) -> Done:
        ports = self.ports(name)
        port = had(ports.exports, ports, "export")
        mine()
        made = port.export(name, path_on(ports.host, folder))
        return [f"export {made.configuration}"]

    def take_in(self, name: str, mine: Mine, configuration: str) -> Done:
        """Take a machine in; one that is there was taken in by an earlier try: before the order there was none."""
        ports = self.ports(name)
        port = had(ports.exports, ports, "import")
        if name in ports.machines.machines():
            return []
        mine()
        port.take_in(name, path_on(ports.host, configuration))
        return [f"import {configuration}"]

    def prepare_there(self, name: str, mine: Mine, to: str) -> Done:
        """Let the other host have what hosts have beside segments."""
        entry, numbers = self.world.tenants.get(name), self.world.numbers.allocate(name)
        look = self.life.fresh_look()
        return settle(self.life.host_network, Subject(entry, to, numbers), look, mine=mine)

    def move(self, name: str, mine: Mine, source: str, to: str) -> Done:
        """Move the machine, unless it is there. Raises MachineRefused when both hosts have one."""
        here, there = self.world.ports(source), self.world.ports(to)
        on = [each for each in {source, to} if name in self.world.ports(each).machines.machines()]
        if len(on) > 1:
            message = f"{name} has a machine on {source} and one on {to}"
            raise MachineRefused(message, field="machine", value=name, remedy="see which is right, remove the other")
        if not on:
            raise NoSuchMachine(f"no machine of {name} is on {source} or {to}", field="machine", value=name)
        if on == [to]:
            return []
        mine()
        nodes = here.cluster.nodes() if here.cluster else {}
        if here.cluster and (node := node_of(there.host, nodes)) in nodes:
            here.cluster.hand_over(name, node)
        else:
            had(here.migration, here, "moving").migrate(name, address_of(there.host), there.host.folder / name)
        return [f"move machine {name} from {source} to {to}"]

    def note_host(self, name: str, mine: Mine, to: str) -> Done:
        """Remember where the machine was seen to be. Raises NoSuchMachine."""
        if name not in self.world.ports(to).machines.machines():
            raise NoSuchMachine(f"no machine of {name} is on {to}", field="machine", value=name)
        mine()
        self.world.tenants.settle_on(name, to)
        return [f"{name} lives on {to}"]

    def ports(self, name: str) -> HostPorts:
        """Return the ports of the host on which the tenant's machine is now. Raises NotFound, NoSuchMachine."""
        host = self.life.host_of(name)
        if host is None:
            raise NoSuchMachine(f"{name} has no host yet", field="tenant", value=name, remedy=f"mailstead apply {name}")
        return self.world.ports(host)


def had(part: P | None, ports: HostPorts, what: str) -> P:
    """Return the part of a host; raise NotOfDriver where its driver has none."""
    if part is None:
        message = f"{ports.host.name} has no {what}: its driver is {ports.host.driver}"
        raise NotOfDriver(message, field="host", value=ports.host.name, remedy="it is there on Hyper-V hosts")
    return part


def address_of(host: Host) -> str:
    """Return under which name other hosts reach this one."""
    return host.hyperv.address if host.hyperv else host.name


def path_on(host: Host, text: str) -> PurePath:
    """Return *text* as a path in the host's own words."""
    return type(host.folder)(text)
