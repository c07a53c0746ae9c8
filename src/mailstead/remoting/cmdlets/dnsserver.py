"""Module DnsServer: zones of tenants, and their records. Source: Microsoft's reference."""

from typing import Annotated, Literal

from mailstead.remoting.calls import Cmdlet
from mailstead.remoting.dotnet import Net, Switch, Text, Texts

UInt16 = Annotated[int, Net("UInt16", int, 0, 2**16 - 1)]
Address = Annotated[str, Net("IPAddress")]
Kind = Annotated[Literal["A", "AAAA", "CName", "Mx", "Ns", "Ptr", "Soa", "Srv", "Tlsa", "Txt"], Net("String")]
Replication = Annotated[Literal["Forest", "Domain"], Net("String")]
Updates = Annotated[Literal["None", "Secure"], Net("String")]


class _Dns(Cmdlet, module="DnsServer"):
    """Takes nothing from the pipe."""


class GetDnsServerZone(_Dns, name="Get-DnsServerZone", gives="DnsServerZone"):
    """Zones: all, or by name."""

    Name: Texts | None = None


class AddDnsServerPrimaryZone(_Dns, name="Add-DnsServerPrimaryZone", asks=True):
    """A new zone that the directory keeps."""

    Name: Text
    ReplicationScope: Replication = "Domain"
    DynamicUpdate: Updates = "None"


class RemoveDnsServerZone(_Dns, name="Remove-DnsServerZone", asks=True):
    """Remove a zone with its records."""

    Name: Text
    Force: Switch = True


class GetDnsServerResourceRecord(_Dns, name="Get-DnsServerResourceRecord", gives="DnsServerResourceRecord"):
    """Records of a zone."""

    ZoneName: Text
    Name: Text | None = None
    RRType: Kind | None = None


class AddDnsServerA(_Dns, name="Add-DnsServerResourceRecord", asks=True):
    """An IPv4 address."""

    ZoneName: Text
    Name: Text
    A: Switch = True
    IPv4Address: Address


class AddDnsServerAaaa(_Dns, name="Add-DnsServerResourceRecord", asks=True):
    """An IPv6 address."""

    ZoneName: Text
    Name: Text
    AAAA: Switch = True
    IPv6Address: Address


class AddDnsServerMx(_Dns, name="Add-DnsServerResourceRecord", asks=True):
    """A mail exchanger (RFC 5321)."""

    ZoneName: Text
    Name: Text
    MX: Switch = True
    MailExchange: Text
    Preference: UInt16


class AddDnsServerTxt(_Dns, name="Add-DnsServerResourceRecord", asks=True):
    """A text, such as SPF."""

    ZoneName: Text
    Name: Text
    Txt: Switch = True
    DescriptiveText: Text


class AddDnsServerCname(_Dns, name="Add-DnsServerResourceRecord", asks=True):
    """Another name of a host."""

    ZoneName: Text
    Name: Text
    CName: Switch = True
    HostNameAlias: Text


class RemoveDnsServerResourceRecord(_Dns, name="Remove-DnsServerResourceRecord", asks=True):
    """Remove the records of a name and kind, or (with `RecordData`) one of them."""

    ZoneName: Text
    Name: Text
    RRType: Kind
    RecordData: Texts | None = None
    Force: Switch = True
