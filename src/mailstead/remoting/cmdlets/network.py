"""Modules NetAdapter, DnsClient and NetSecurity: how a Windows guest stands in its network."""

from typing import Annotated, Literal

from mailstead.remoting.calls import Cmdlet, Piped
from mailstead.remoting.dotnet import Net, Text, Texts

GpoBoolean = Annotated[Literal["False", "True", "NotConfigured"], Net("GpoBoolean")]
RuleAction = Annotated[Literal["NotConfigured", "Allow", "Block"], Net("Action")]
RuleEnabled = Annotated[Literal["True", "False"], Net("Enabled")]
RuleDirection = Annotated[Literal["Inbound", "Outbound"], Net("Direction")]
OF_RULE = Piped("AssociatedNetFirewallRule", "MSFT_NetFirewallRule")


class GetNetAdapter(Cmdlet, name="Get-NetAdapter", module="NetAdapter", gives="MSFT_NetAdapter"):
    """Network adapters of the guest."""

    Name: Texts | None = None


class GetDnsClientServerAddress(
    Cmdlet, name="Get-DnsClientServerAddress", module="DnsClient", gives="MSFT_DNSClientServerAddress"
):
    """The name servers that an adapter asks."""

    InterfaceAlias: Texts | None = None


class SetDnsClientServerAddress(Cmdlet, name="Set-DnsClientServerAddress", module="DnsClient", asks=True):
    """Set the name servers that an adapter asks."""

    InterfaceAlias: Texts
    ServerAddresses: Texts


class GetNetFirewallProfile(
    Cmdlet, name="Get-NetFirewallProfile", module="NetSecurity", gives="MSFT_NetFirewallProfile"
):
    """Firewall profiles: Domain, Public, Private."""

    Name: Texts


class SetNetFirewallProfile(Cmdlet, name="Set-NetFirewallProfile", module="NetSecurity", asks=True):
    """What a profile does with what no rule is for."""

    Name: Texts
    Enabled: GpoBoolean | None = None
    DefaultInboundAction: RuleAction | None = None
    DefaultOutboundAction: RuleAction | None = None
    LogBlocked: GpoBoolean | None = None


class GetNetFirewallRule(Cmdlet, name="Get-NetFirewallRule", module="NetSecurity", gives="MSFT_NetFirewallRule"):
    """Rules, by name; what they say of ports and addresses, their filters tell."""

    Name: Texts


class GetNetFirewallPortFilter(
    Cmdlet,
    name="Get-NetFirewallPortFilter",
    module="NetSecurity",
    takes=OF_RULE,
    gives="MSFT_NetProtocolPortFilter",
):
    """Protocol and ports of a rule; its InstanceID is the rule's name."""


class GetNetFirewallAddressFilter(
    Cmdlet,
    name="Get-NetFirewallAddressFilter",
    module="NetSecurity",
    takes=OF_RULE,
    gives="MSFT_NetAddressFilter",
):
    """Addresses of a rule; its InstanceID is the rule's name."""


class NewNetFirewallRule(
    Cmdlet, name="New-NetFirewallRule", module="NetSecurity", gives="MSFT_NetFirewallRule", asks=True
):
    """A new rule under a name of our own."""

    Name: Text
    DisplayName: Text
    Direction: RuleDirection
    Action: RuleAction
    Enabled: RuleEnabled | None = None
    Protocol: Text | None = None
    LocalPort: Texts | None = None
    RemoteAddress: Texts | None = None


class RemoveNetFirewallRule(Cmdlet, name="Remove-NetFirewallRule", module="NetSecurity", asks=True):
    """Take rules away, by name."""

    Name: Texts


class SetNetFirewallRule(Cmdlet, name="Set-NetFirewallRule", module="NetSecurity", asks=True):
    """Change rules, by name."""

    Name: Texts
    Enabled: RuleEnabled | None = None
    Direction: RuleDirection | None = None
    Action: RuleAction | None = None
    Protocol: Text | None = None
    LocalPort: Texts | None = None
    RemoteAddress: Texts | None = None
