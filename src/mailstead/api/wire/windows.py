"""Windows machines on the wire: what is wanted inside (the same to be sent and to be shown), and what is found."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from mailstead.ground.values import Value
from mailstead.tenants.windows import FeatureName, ProfileName, Removable, ServiceName, Windows
from mailstead.windows.model import GuestState

from .parts import Shown, Truth, Whole

Port = Annotated[str, Field(pattern=r"^[0-9]{1,5}(-[0-9]{1,5})?$", examples=["443"])]
Network = Annotated[str, Field(max_length=49, examples=["192.0.2.0/24"])]
AddressText = Annotated[str, Field(max_length=45, examples=["192.0.2.53"])]


class ServiceWire(Value):
    """How a service starts, and whether it runs now."""

    name: ServiceName
    start: Literal["automatic", "manual", "disabled"] = "automatic"
    running: Truth = True


class ProfileWire(Value):
    """What the Windows firewall does in one kind of network with what no rule is for."""

    name: ProfileName
    enabled: Truth = True
    inbound: Literal["allow", "block"] = "block"
    outbound: Literal["allow", "block"] = "allow"
    log_blocked: Truth = False


class GuestRuleWire(Value):
    """A rule of the Windows firewall. Without sources it is for everyone."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,49}$")
    direction: Literal["inbound", "outbound"] = "inbound"
    action: Literal["allow", "block"] = "allow"
    protocol: Literal["tcp", "udp"] = "tcp"
    ports: list[Port] = Field(min_length=1, max_length=100)
    sources: list[Network] = Field(default=[], max_length=100)


class WindowsWire(Value):
    """What is wanted of a Windows machine. A feature in neither list is left as it is, a service not named, too."""

    image: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,100}\.vhdx$", examples=["server-2025.vhdx"])
    system_gib: Annotated[Whole, Field(ge=32, le=64 * 1024)] = 64
    computer_name: str | None = Field(default=None, max_length=15, description="Null: from the tenant's name.")
    time_zone: str = Field(default="UTC", pattern=r"^[A-Za-z0-9][A-Za-z0-9 .()+-]{0,62}$")
    locale: str = Field(default="en-US", pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?-[A-Z]{2}$")
    restart: Literal["never", "when-needed"] = "never"
    features: list[FeatureName] = Field(default=[], max_length=100)
    without: list[Removable] = Field(default=[], max_length=100)
    services: list[ServiceWire] = Field(default=[], max_length=100)
    adapter: str = Field(default="Ethernet", pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._()-]{0,60}$")
    name_servers: list[AddressText] = Field(default=[], max_length=10)
    profiles: list[ProfileWire] = Field(default=[], max_length=3)
    rules: list[GuestRuleWire] = Field(default=[], max_length=100)

    def wanted(self) -> Windows:
        return Windows.parse(self.model_dump())

    @classmethod
    def of(cls, windows: Windows) -> Self:
        return cls.parse(windows.model_dump(mode="json"))


class _Found(Shown):
    """One part of what is inside, in the words of Windows."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class FeatureOut(_Found):
    """A role, role service or feature."""

    name: str
    installed: bool


class ServiceOut(_Found):
    """A Windows service."""

    name: str
    start: str
    running: bool


class NameServersOut(_Found):
    """The name servers that one adapter asks."""

    adapter: str
    addresses: list[str]


class ProfileOut(_Found):
    """What the firewall does in one kind of network."""

    name: str
    enabled: bool
    inbound: str
    outbound: str
    log_blocked: bool


class GuestRuleOut(_Found):
    """A firewall rule of ours."""

    name: str
    direction: str
    action: str
    protocol: str
    ports: list[str]
    addresses: list[str]
    enabled: bool


class GuestOut(Shown):
    """What there is inside of what is wanted, and all firewall rules of ours."""

    features: list[FeatureOut]
    services: list[ServiceOut]
    name_servers: list[NameServersOut]
    profiles: list[ProfileOut]
    rules: list[GuestRuleOut]
    restart_waits: bool

    @classmethod
    def of(cls, found: GuestState) -> Self:
        return cls(
            features=[FeatureOut.model_validate(one) for one in found.features.values()],
            services=[ServiceOut.model_validate(one) for one in found.services.values()],
            name_servers=[NameServersOut.model_validate(one) for one in found.name_servers.values()],
            profiles=[ProfileOut.model_validate(one) for one in found.profiles.values()],
            rules=[GuestRuleOut.model_validate(one) for one in found.rules.values()],
            restart_waits=found.restart.waits,
        )


class Features(Shown):
    """All that a Windows offers."""

    items: list[FeatureOut]
