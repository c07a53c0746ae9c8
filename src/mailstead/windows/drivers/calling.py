"""From what is asked and planned to cmdlets; pure. Each statement may be repeated."""

from collections.abc import Iterable, Iterator

from mailstead.ground.plans import Change, ChangePlan
from mailstead.remoting.calls import Batch, Cmdlet, Statement, batch
from mailstead.remoting.cmdlets.management import GetService, RestartComputer, SetService
from mailstead.remoting.cmdlets.network import (
    GetDnsClientServerAddress,
    GetNetFirewallAddressFilter,
    GetNetFirewallPortFilter,
    GetNetFirewallProfile,
    GetNetFirewallRule,
    NewNetFirewallRule,
    RemoveNetFirewallRule,
    SetDnsClientServerAddress,
    SetNetFirewallProfile,
    SetNetFirewallRule,
)
from mailstead.remoting.cmdlets.servermanager import (
    GetWindowsFeature,
    InstallWindowsFeature,
    UninstallWindowsFeature,
)
from mailstead.windows.model import (
    PREFIX,
    Feature,
    FirewallProfile,
    FirewallRule,
    GuestState,
    Item,
    NameServers,
    Restart,
    Service,
)


def questions(about: GuestState) -> Batch:
    """Return what asks for the parts that *about* names, and for our firewall rules."""
    ours = GetNetFirewallRule(Name=(f"{PREFIX}*",))
    asked: list[Statement] = [ours, ours | GetNetFirewallPortFilter(), ours | GetNetFirewallAddressFilter()]
    if about.features:
        asked.append(GetWindowsFeature(Name=tuple(sorted(about.features))))
    if about.services:
        asked.append(GetService(Name=tuple(map(_if_there, sorted(about.services)))))
    if about.name_servers:
        asked.append(GetDnsClientServerAddress(InterfaceAlias=tuple(about.name_servers)))
    if about.profiles:
        asked.append(GetNetFirewallProfile(Name=tuple(sorted(about.profiles))))
    return batch(*asked)


def _if_there(service: str) -> str:
    """A name with a wildcard that fits nothing is no error to Get-Service; a plain name is, and ends the batch."""
    return f"[{service[0]}]{service[1:]}"


def statements(plan: ChangePlan[Item]) -> list[Statement]:
    """Return what carries out a plan. Features of one kind go together: each installation takes its minutes."""
    features = [change.after for change in plan if isinstance(change.after, Feature)]
    coming = tuple(feature.name for feature in features if feature.installed)
    going = tuple(feature.name for feature in features if not feature.installed)
    work: list[Statement] = []
    if going:
        work.append(UninstallWindowsFeature(Name=going))
    if coming:
        work.append(InstallWindowsFeature(Name=coming, IncludeManagementTools=True))
    return [*work, *_each(plan)]


def _each(plan: Iterable[Change[Item]]) -> Iterator[Statement]:
    for change in plan:
        match change.after or change.before:
            case Service() as service:
                yield _service(service)
            case NameServers() as servers:
                yield SetDnsClientServerAddress(InterfaceAlias=(servers.adapter,), ServerAddresses=servers.addresses)
            case FirewallRule() as rule:
                yield _rule(change, rule)
            case FirewallProfile() as profile:
                yield _profile(profile)
            case Restart():
                yield RestartComputer(Force=True)


def _service(service: Service) -> Cmdlet:
    return SetService(Name=service.name, StartupType=service.start, Status="Running" if service.running else "Stopped")


def _rule(change: Change[Item], rule: FirewallRule) -> Cmdlet:
    if change.after is None:
        return RemoveNetFirewallRule(Name=(rule.name,))
    if change.before is None:
        return NewNetFirewallRule(
            Name=rule.name,
            DisplayName=f"mailstead {rule.name.removeprefix(PREFIX)}",
            Enabled="True",
            Direction=rule.direction,
            Action=rule.action,
            Protocol=rule.protocol,
            LocalPort=rule.ports,
            RemoteAddress=rule.addresses,
        )
    return SetNetFirewallRule(
        Name=(rule.name,),
        Enabled="True",
        Direction=rule.direction,
        Action=rule.action,
        Protocol=rule.protocol,
        LocalPort=rule.ports,
        RemoteAddress=rule.addresses,
    )


def _profile(profile: FirewallProfile) -> Cmdlet:
    return SetNetFirewallProfile(
        Name=(profile.name,),
        Enabled="True" if profile.enabled else "False",
        DefaultInboundAction=profile.inbound,
        DefaultOutboundAction=profile.outbound,
        LogBlocked="True" if profile.log_blocked else "False",
    )
