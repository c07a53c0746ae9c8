"""The network of a Windows guest, simulated: adapters, name servers, firewall profiles and rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import ip_network

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import network
from tests.standin.engine import Run, simulates
from tests.standin.objects import Live
from tests.standin.records import PSError
from tests.standin.storage import CIM

NETWORK = f"{CIM}#ROOT/StandardCimv2/"


@dataclass(eq=False)
class Nic(Live):
    TYPES = (NETWORK + "MSFT_NetAdapter", "MSFT_NetAdapter", CIM, "System.Object")
    name: str
    mac: str
    servers: tuple[str, ...] = ()

    def shown(self) -> dict[str, object]:
        return {"Name": self.name, "InterfaceAlias": self.name, "MacAddress": self.mac, "Status": "Up"}


@dataclass(eq=False)
class NameServers(Live):
    TYPES = (NETWORK + "MSFT_DNSClientServerAddress", "MSFT_DNSClientServerAddress", CIM, "System.Object")
    nic: Nic

    def shown(self) -> dict[str, object]:
        return {"InterfaceAlias": self.nic.name, "ServerAddresses": list(self.nic.servers)}


@dataclass(eq=False)
class Profile(Live):
    TYPES = (NETWORK + "MSFT_NetFirewallProfile", "MSFT_NetFirewallProfile", CIM, "System.Object")
    name: str
    enabled: str = "True"
    inbound: str = "NotConfigured"
    outbound: str = "NotConfigured"
    logs_blocked: str = "False"

    def shown(self) -> dict[str, object]:
        actions: dict[str, object] = {"DefaultInboundAction": self.inbound, "DefaultOutboundAction": self.outbound}
        return actions | {"Name": self.name, "Enabled": self.enabled, "LogBlocked": self.logs_blocked}


@dataclass(eq=False)
class FirewallRule(Live):
    TYPES = (NETWORK + "MSFT_NetFirewallRule", "MSFT_NetFirewallRule", CIM, "System.Object")
    name: str
    display_name: str
    direction: str
    action: str
    enabled: str = "True"
    protocol: str = "Any"
    ports: tuple[str, ...] = ("Any",)
    addresses: tuple[str, ...] = ("Any",)

    def shown(self) -> dict[str, object]:
        shown = {"Name": self.name, "DisplayName": self.display_name, "Enabled": self.enabled}
        return {**shown, "Direction": self.direction, "Action": self.action}


@dataclass(eq=False)
class PortFilter(Live):
    TYPES = (NETWORK + "MSFT_NetProtocolPortFilter", "MSFT_NetProtocolPortFilter", CIM, "System.Object")
    rule: FirewallRule

    def shown(self) -> dict[str, object]:
        shown = {"InstanceID": self.rule.name, "Protocol": self.rule.protocol, "RemotePort": "Any"}
        return {**shown, "LocalPort": _one_or_many(self.rule.ports)}


@dataclass(eq=False)
class AddressFilter(Live):
    TYPES = (NETWORK + "MSFT_NetAddressFilter", "MSFT_NetAddressFilter", CIM, "System.Object")
    rule: FirewallRule

    def shown(self) -> dict[str, object]:
        told = tuple(map(_masked, self.rule.addresses))
        return {"InstanceID": self.rule.name, "LocalAddress": "Any", "RemoteAddress": _one_or_many(told)}


def _one_or_many(values: tuple[str, ...]) -> object:
    return values[0] if len(values) == 1 else list(values)


def _masked(address: str) -> str:
    """Windows tells IPv4 networks by their masks."""
    return ip_network(address).with_netmask if "/" in address and ":" not in address else address


def _missing(what: str, name: str) -> PSError:
    return PSError(f"No {what} found with name '{name}'.", ErrorCategory.ObjectNotFound, "ObjectNotFound", name)


@simulates(network.GetNetAdapter)
def get_nics(run: Run, call: network.GetNetAdapter) -> Iterator[Nic]:
    return (nic for nic in run.world.nics if call.Name is None or nic.name in call.Name)


@simulates(network.GetDnsClientServerAddress)
def get_name_servers(run: Run, call: network.GetDnsClientServerAddress) -> Iterator[NameServers]:
    for alias in call.InterfaceAlias or ():
        if all(nic.name != alias for nic in run.world.nics):
            run.error(_missing("MSFT_DNSClientServerAddress objects", alias))
    nics = (nic for nic in run.world.nics if call.InterfaceAlias is None or nic.name in call.InterfaceAlias)
    return map(NameServers, nics)


@simulates(network.SetDnsClientServerAddress)
def set_name_servers(run: Run, call: network.SetDnsClientServerAddress) -> None:
    for alias in call.InterfaceAlias:
        nic = next((nic for nic in run.world.nics if nic.name == alias), None)
        if nic is None:
            raise _missing("interface", alias)
        nic.servers = call.ServerAddresses


@simulates(network.GetNetFirewallProfile)
def get_profiles(run: Run, call: network.GetNetFirewallProfile) -> Iterator[Profile]:
    return (run.world.profiles[name] for name in call.Name)


@simulates(network.SetNetFirewallProfile)
def set_profiles(run: Run, call: network.SetNetFirewallProfile) -> None:
    for name in call.Name:
        if name not in run.world.profiles:
            raise _missing("profile", name)
        profile = run.world.profiles[name]
        profile.enabled = call.Enabled or profile.enabled
        profile.inbound = call.DefaultInboundAction or profile.inbound
        profile.outbound = call.DefaultOutboundAction or profile.outbound
        profile.logs_blocked = call.LogBlocked or profile.logs_blocked


@simulates(network.GetNetFirewallRule)
def get_rules(run: Run, call: network.GetNetFirewallRule) -> Iterator[FirewallRule]:
    for name in call.Name:
        if "*" not in name and name not in run.world.rules:
            run.error(_missing("MSFT_NetFirewallRule objects", name))
        yield from [rule for each, rule in sorted(run.world.rules.items()) if fnmatchcase(each, name)]


@simulates(network.GetNetFirewallPortFilter)
def get_ports(run: Run, call: network.GetNetFirewallPortFilter, rule: FirewallRule) -> Iterator[PortFilter]:
    yield PortFilter(rule)


@simulates(network.GetNetFirewallAddressFilter)
def get_addresses(run: Run, call: network.GetNetFirewallAddressFilter, rule: FirewallRule) -> Iterator[AddressFilter]:
    yield AddressFilter(rule)


@simulates(network.NewNetFirewallRule)
def new_rule(run: Run, call: network.NewNetFirewallRule) -> Iterator[FirewallRule]:
    if call.Name in run.world.rules:
        text = "Cannot create a file when that file already exists."
        raise PSError(text, ErrorCategory.ResourceExists, "Windows System Error 183", call.Name)
    enabled = call.Enabled or "True"
    rule = FirewallRule(call.Name, call.DisplayName, call.Direction, call.Action, enabled)
    _bound_to(rule, call)
    run.world.rules[call.Name] = rule
    yield rule


@simulates(network.SetNetFirewallRule)
def set_rules(run: Run, call: network.SetNetFirewallRule) -> None:
    for name in call.Name:
        if name not in run.world.rules:
            raise _missing("MSFT_NetFirewallRule objects", name)
        rule = run.world.rules[name]
        rule.enabled, rule.action = call.Enabled or rule.enabled, call.Action or rule.action
        rule.direction = call.Direction or rule.direction
        _bound_to(rule, call)


def _bound_to(rule: FirewallRule, call: network.NewNetFirewallRule | network.SetNetFirewallRule) -> None:
    rule.protocol = call.Protocol or rule.protocol
    rule.ports = call.LocalPort or rule.ports
    rule.addresses = call.RemoteAddress or rule.addresses
    if rule.ports != ("Any",) and rule.protocol not in {"TCP", "UDP"}:
        text = "The port is not valid for the protocol."
        raise PSError(text, ErrorCategory.InvalidArgument, "Windows System Error 87", rule.name)


@simulates(network.RemoveNetFirewallRule)
def remove_rules(run: Run, call: network.RemoveNetFirewallRule) -> None:
    for name in call.Name:
        if run.world.rules.pop(name, None) is None:
            run.error(_missing("MSFT_NetFirewallRule objects", name))
