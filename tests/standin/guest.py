"""A Windows guest, simulated: roles and features, services, name servers, firewall, restart."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch, fnmatchcase
from ipaddress import ip_network

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import management, network, servermanager
from tests.standin.engine import Run, simulates
from tests.standin.objects import Live
from tests.standin.records import PSError
from tests.standin.storage import CIM

MANAGER = "Microsoft.Windows.ServerManager.Commands."
NETWORK = f"{CIM}#ROOT/StandardCimv2/"
COMMAND = "Microsoft.PowerShell.Commands.ServiceCommandException"
SERVICES = {"DNS": "DNS", "Web-Server": "W3SVC"}


@dataclass(eq=False)
class Feature(Live):
    TYPES = (MANAGER + "Feature", "System.Object")
    name: str
    installed: bool = False
    waits: bool = False  # what it is now, it is only when the guest has restarted
    needs_restart: bool = False

    def change(self, *, installed: bool) -> None:
        self.installed, self.waits = installed, self.needs_restart

    def shown(self) -> dict[str, object]:
        settled = "Installed" if self.installed else "Available"
        pending = "InstallPending" if self.installed else "UninstallPending"
        return {
            "Name": self.name,
            "DisplayName": self.name.replace("-", " "),
            "InstallState": pending if self.waits else settled,
            "Installed": self.installed and not self.waits,
        }


@dataclass(eq=False)
class Result(Live):
    TYPES = (MANAGER + "FeatureOperationResult", "System.Object")
    changed: list[Feature]

    def shown(self) -> dict[str, object]:
        code = "Success" if self.changed else "NoChangeNeeded"
        restart = "Yes" if any(feature.waits for feature in self.changed) else "No"
        return {"Success": True, "RestartNeeded": restart, "ExitCode": code, "FeatureResult": self.changed}


@dataclass(eq=False)
class Service(Live):
    TYPES = ("System.ServiceProcess.ServiceController", "System.ComponentModel.Component", "System.Object")
    name: str
    start: str = "Manual"
    status: str = "Stopped"
    refuses: bool = False

    def shown(self) -> dict[str, object]:
        return {"Name": self.name, "ServiceName": self.name, "StartType": self.start, "Status": self.status}


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


@dataclass
class Guest:
    """The state of a guest; a feature may bring a service with it."""

    features: dict[str, Feature] = field(
        default_factory=lambda: {n: Feature(n) for n in ("DNS", "AD-Domain-Services", "Web-Server", "RSAT-DNS-Server")}
    )
    nics: list[Nic] = field(default_factory=lambda: [Nic("Ethernet", "00-15-5D-00-00-01")])
    profiles: dict[str, Profile] = field(
        default_factory=lambda: {name: Profile(name) for name in ("Domain", "Private", "Public")}
    )
    rules: dict[str, FirewallRule] = field(default_factory=dict)
    services: dict[str, Service] = field(
        default_factory=lambda: {
            "W32Time": Service("W32Time"),
            "Spooler": Service("Spooler", "Automatic", "Running"),
            "RemoteRegistry": Service("RemoteRegistry", "Automatic"),
        }
    )
    restarts: int = 0

    def restart(self) -> None:
        """Finish what waits for it; services that start by themselves run again."""
        self.restarts += 1
        for feature in self.features.values():
            feature.waits = False
            self.serve(feature)
        for service in self.services.values():
            service.status = "Running" if service.start == "Automatic" else "Stopped"

    def serve(self, feature: Feature) -> None:
        """Bring or take the service that a feature has."""
        name = SERVICES.get(feature.name)
        if name is None or feature.waits:
            return
        if feature.installed:
            self.services.setdefault(name, Service(name, "Automatic", "Running"))
        else:
            self.services.pop(name, None)


def _missing(what: str, name: str) -> PSError:
    return PSError(f"No {what} found with name '{name}'.", ErrorCategory.ObjectNotFound, "ObjectNotFound", name)


def _features(run: Run, names: tuple[str, ...]) -> list[Feature]:
    for name in names:
        if name not in run.world.features:
            text = f"The target of the specified cmdlet cannot be found: the feature name '{name}' is not valid."
            raise PSError(text, ErrorCategory.InvalidArgument, "NameDoesNotExist", name)
    return [run.world.features[name] for name in names]


@simulates(servermanager.GetWindowsFeature)
def get_features(run: Run, call: servermanager.GetWindowsFeature) -> Iterator[Feature]:
    features: Iterator[Feature] = iter(run.world.features.values())
    return (feature for feature in features if call.Name is None or feature.name in call.Name)


@simulates(servermanager.InstallWindowsFeature)
def install(run: Run, call: servermanager.InstallWindowsFeature) -> Iterator[Result]:
    changed = [feature for feature in _features(run, call.Name) if not feature.installed]
    for feature in changed:
        feature.change(installed=True)
        run.world.serve(feature)
    yield Result(changed)


@simulates(servermanager.UninstallWindowsFeature)
def uninstall(run: Run, call: servermanager.UninstallWindowsFeature) -> Iterator[Result]:
    changed = [feature for feature in _features(run, call.Name) if feature.installed]
    for feature in changed:
        feature.change(installed=False)
        run.world.serve(feature)
    yield Result(changed)


@simulates(network.GetNetAdapter)
def get_nics(run: Run, call: network.GetNetAdapter) -> Iterator[Nic]:
    return (nic for nic in run.world.nics if call.Name is None or nic.name in call.Name)


@simulates(network.GetDnsClientServerAddress)
def get_name_servers(run: Run, call: network.GetDnsClientServerAddress) -> Iterator[NameServers]:
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


@simulates(management.GetService)
def get_services(run: Run, call: management.GetService) -> Iterator[Service]:
    for name in call.Name:
        fit = [service for each, service in sorted(run.world.services.items()) if fnmatch(each, name)]
        if not fit and not set("*?[") & set(name):
            run.error(_no_service(name))
        yield from fit


@simulates(management.SetService)
def set_service(run: Run, call: management.SetService) -> None:
    service = _service(run, call.Name)
    service.start = call.StartupType or service.start
    if call.Status == "Running" and (service.start == "Disabled" or service.refuses):
        text = f"Service '{service.name}' cannot be started due to the following error: Cannot start service."
        raise PSError(text, ErrorCategory.OpenError, "StartServiceFailed", service.name, COMMAND)
    service.status = call.Status or service.status


@simulates(management.RestartService)
def restart_service(run: Run, call: management.RestartService) -> None:
    for name in call.Name:
        _service(run, name).status = "Running"


@simulates(management.RestartComputer)
def restart_computer(run: Run, call: management.RestartComputer) -> None:
    run.world.restart()


def _service(run: Run, name: str) -> Service:
    found: Service | None = next((s for s in run.world.services.values() if s.name.lower() == name.lower()), None)
    if found is None:
        raise _no_service(name)
    return found


def _no_service(name: str) -> PSError:
    text = f"Cannot find any service with service name '{name}'."
    return PSError(text, ErrorCategory.ObjectNotFound, "NoServiceFoundForGivenName", name, COMMAND)
