"""The cmdlets that bring a port to its segment. Pure; all are bound to one machine by its id, and may be repeated."""

from pathlib import PureWindowsPath

from mailstead.networks.model import Segment
from mailstead.remoting.calls import Batch, Pipeline, Statement, batch
from mailstead.remoting.cmdlets.hyperv import (
    AddVMNetworkAdapterExtendedAcl,
    ConnectVMNetworkAdapter,
    DisconnectVMNetworkAdapter,
    GetVM,
    GetVMNetworkAdapter,
    GetVMs,
    NewVMWithoutDisk,
    RemoveVMNetworkAdapterExtendedAcl,
    SetVM,
    SetVMNetworkAdapter,
    SetVMNetworkAdapterVlan,
)
from mailstead.sites.marks import PREFIX, Mark

from .ports import GUARDS, Port, mac_of, vlan_of
from .rules import PortRule

_LITTLE = 512 << 20  # bytes; whoever defines the machine gives it what it is to have


def making(mark: Mark, folder: PureWindowsPath) -> Batch:
    """Make a machine that is nothing but a port, and read it: its mark is there with its first breath."""
    name = PREFIX + mark.tenant
    new = NewVMWithoutDisk(Name=name, MemoryStartupBytes=_LITTLE, Path=str(folder / mark.tenant))
    near = GetVMs(Name=(name,))
    return batch(new | SetVM(Notes=str(mark), AutomaticStartAction="Nothing"), near, near | GetVMNetworkAdapter())


def closing(machine: GetVM, port: Port, segment: Segment, rules: frozenset[PortRule]) -> list[Statement]:
    """Take away what must not pass, and set all that is no rule."""
    at = _at(machine, port)
    stale, new = _stale(port, rules), rules - port.rules
    done: list[Statement] = [at | _gone(rule) for rule in sorted(stale, key=_allowing_first)]
    done += [at | _added(rule) for rule in sorted(new) if rule.action == "Deny"]
    if dict(port.guards) != GUARDS:
        done.append(at | SetVMNetworkAdapter(MacAddressSpoofing="Off", DhcpGuard="On", RouterGuard="On"))
    if port.mac != mac_of(segment):
        done.append(at | SetVMNetworkAdapter(StaticMacAddress=mac_of(segment)))
    if port.vlan != vlan_of(segment):
        done.append(at | SetVMNetworkAdapterVlan(VlanId=segment.vlan))
    return done


def opening(machine: GetVM, port: Port, rules: frozenset[PortRule], switch: str) -> list[Statement]:
    """Let pass what may, and plug the adapter in."""
    at = _at(machine, port)
    kept = port.rules - _stale(port, rules)
    done: list[Statement] = [at | _added(rule) for rule in sorted(rules - kept) if rule.action == "Allow"]
    if port.switch != switch:
        done.append(at | ConnectVMNetworkAdapter(SwitchName=switch))
    return done


def limiting(machine: GetVM, port: Port, segment: Segment) -> Pipeline:
    """Limit what the adapter may send. On its own, and before the mark says so: no look shows the limit (0153)."""
    return _at(machine, port) | SetVMNetworkAdapter(MaximumBandwidth=segment.bandwidth_mbit * 1_000_000)


def unplugging(machine: GetVM, port: Port) -> Pipeline:
    return _at(machine, port) | DisconnectVMNetworkAdapter()


def denials_change(port: Port, rules: frozenset[PortRule]) -> bool:
    """Say whether what is denied is to change: until that is done, nothing may be allowed that stands below it."""
    return _denials(port.rules) != _denials(rules)


def _stale(port: Port, rules: frozenset[PortRule]) -> frozenset[PortRule]:
    """Return the rules that go; where denials change, all that is allowed goes first."""
    stale = port.rules - rules
    return stale | (port.rules - _denials(port.rules)) if denials_change(port, rules) else stale


def _denials(rules: frozenset[PortRule]) -> frozenset[PortRule]:
    return frozenset(rule for rule in rules if rule.action == "Deny")


def _allowing_first(rule: PortRule) -> tuple[bool, PortRule]:
    return rule.action == "Deny", rule


def _at(machine: GetVM, port: Port) -> Pipeline:
    return machine | GetVMNetworkAdapter(Name=port.name)


def _gone(rule: PortRule) -> RemoveVMNetworkAdapterExtendedAcl:
    return RemoveVMNetworkAdapterExtendedAcl(Direction=rule.direction, Weight=rule.weight)


def _added(rule: PortRule) -> AddVMNetworkAdapterExtendedAcl:
    return AddVMNetworkAdapterExtendedAcl(
        Action=rule.action,
        Direction=rule.direction,
        Weight=rule.weight,
        LocalIPAddress=rule.local,
        RemoteIPAddress=rule.remote,
        LocalPort=rule.local_port,
        RemotePort=rule.remote_port,
        Protocol=rule.protocol,
        Stateful=rule.stateful,
    )
