"""A Windows guest, simulated: roles and features, name servers, firewall."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import network, servermanager
from tests.standin.engine import Run, simulates
from tests.standin.objects import Live
from tests.standin.records import PSError
from tests.standin.storage import CIM

MANAGER = "Microsoft.Windows.ServerManager.Commands."
NETWORK = f"{CIM}#ROOT/StandardCimv2/"


@dataclass(eq=False)
class Feature(Live):
    TYPES = (MANAGER + "Feature", "System.Object")
    name: str
    installed: bool = False

    def shown(self) -> dict[str, object]:
        return {
            "Name": self.name,
            "InstallState": "Installed" if self.installed else "Available",
            "Installed": self.installed,
        }


@dataclass(eq=False)
class Result(Live):
    TYPES = (MANAGER + "FeatureOperationResult", "System.Object")
    changed: list[Feature]

    def shown(self) -> dict[str, object]:
        code = "Success" if self.changed else "NoChangeNeeded"
        return {"Success": True, "RestartNeeded": "No", "ExitCode": code, "FeatureResult": self.changed}


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

    def shown(self) -> dict[str, object]:
        shown = {"Name": self.name, "DisplayName": self.display_name, "Enabled": self.enabled}
        return {**shown, "Direction": self.direction, "Action": self.action}


@dataclass
class Guest:
    """The state of a guest."""

    features: dict[str, Feature] = field(
        default_factory=lambda: {n: Feature(n) for n in ("DNS", "AD-Domain-Services", "Web-Server", "RSAT-DNS-Server")}
    )
    nics: list[Nic] = field(default_factory=lambda: [Nic("Ethernet", "00-15-5D-00-00-01")])
    profiles: dict[str, Profile] = field(
        default_factory=lambda: {name: Profile(name) for name in ("Domain", "Private", "Public")}
    )
    rules: dict[str, FirewallRule] = field(default_factory=dict)


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
        feature.installed = True
    yield Result(changed)


@simulates(servermanager.UninstallWindowsFeature)
def uninstall(run: Run, call: servermanager.UninstallWindowsFeature) -> Iterator[Result]:
    changed = [feature for feature in _features(run, call.Name) if feature.installed]
    for feature in changed:
        feature.installed = False
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
        if name not in run.world.rules:
            run.error(_missing("MSFT_NetFirewallRule objects", name))
            continue
        yield run.world.rules[name]


@simulates(network.NewNetFirewallRule)
def new_rule(run: Run, call: network.NewNetFirewallRule) -> Iterator[FirewallRule]:
    if call.Name in run.world.rules:
        text = "Cannot create a file when that file already exists."
        raise PSError(text, ErrorCategory.ResourceExists, "Windows System Error 183", call.Name)
    enabled = call.Enabled or "True"
    rule = FirewallRule(call.Name, call.DisplayName, call.Direction, call.Action, enabled)
    run.world.rules[call.Name] = rule
    yield rule


@simulates(network.SetNetFirewallRule)
def set_rules(run: Run, call: network.SetNetFirewallRule) -> None:
    for name in call.Name:
        if name not in run.world.rules:
            raise _missing("MSFT_NetFirewallRule objects", name)
        rule = run.world.rules[name]
        rule.enabled, rule.action = call.Enabled or rule.enabled, call.Action or rule.action


@simulates(network.RemoveNetFirewallRule)
def remove_rules(run: Run, call: network.RemoveNetFirewallRule) -> None:
    for name in call.Name:
        if run.world.rules.pop(name, None) is None:
            run.error(_missing("MSFT_NetFirewallRule objects", name))
