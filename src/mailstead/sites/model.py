"""The platform file as a value: everything that belongs to no tenant."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import combinations
from pathlib import Path, PureWindowsPath
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from mailstead.ground.errors import InvalidInput
from mailstead.ground.names import Domain, TenantName
from mailstead.ground.rhythms import Zone
from mailstead.ground.values import Value

from .backups import BackupRules, BackupTarget, refuse_unknown_targets
from .sign_in import SignIn

_ON_WINDOWS = re.compile(r"[A-Za-z]:(\\[A-Za-z0-9_. -]*[A-Za-z0-9_-])+")


_UNC = r"^(\\\\[A-Za-z0-9.-]+\\[^\\/:*?\"<>|]+(\\[^\\/:*?\"<>|]+)*)?$"


class OverlappingPools(InvalidInput):
    """Two address pools share addresses."""

    code = "overlapping-pools"


def _windows_path(given: object) -> PureWindowsPath:
    """Return a whole path on a drive; raise InvalidInput for any other."""
    path = PureWindowsPath(str(given))
    if path.drive[1:] == ":" and path.root and _ON_WINDOWS.fullmatch(str(path)):
        return path
    message = f"{given} is no folder on a Windows host"
    raise InvalidInput(
        message, field="folder", value=given, remedy=r"give the whole path, such as C:\\ClusterStorage\\Volume1"
    )


WindowsPath = Annotated[PureWindowsPath, BeforeValidator(_windows_path)]


class HyperV(Value):
    """How a Hyper-V host is reached, and what on it is ours to use.

    `images` is the folder of the images on the host, and `share` the same folder as a UNC path (empty: the
    administrator places files there); `disks_share` is the folder of tenants' disks (empty: no backups). Machines
    stand with one card in `switch`, and with one in `management_switch`, over which we reach them; each has the address
    of `management_pool` that its tenant's VLAN counts to. With `copies` a new system disk is a full copy of its image,
    not a child of it. A password is in the vault.
    """

    address: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:-]{0,252}$")
    port: int = Field(default=5986, ge=1, le=65535)
    configuration: str = Field(default="Mailstead.Host", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$")
    sign_in: Literal["kerberos", "certificate", "ntlm", "basic"] = "kerberos"
    account: str = ""
    keytab: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    trust: Path | None = None  # certificates that may sign the host's; None: those of this system
    images: WindowsPath = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead-images")
    share: str = Field(default="", pattern=_UNC)
    disks_share: str = Field(default="", pattern=_UNC)
    share_port: int = Field(default=445, ge=1, le=65535)
    switch: str = Field(default="Tenants", pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$")
    management_switch: str = Field(default="Management", pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,62}$")
    management_vlan: int | None = Field(default=None, ge=1, le=4094)
    management_pool: IPv4Network | IPv6Network = IPv4Network("10.255.240.0/20")
    management_gateway: IPv4Address | IPv6Address | None = None
    memory: Literal["static", "dynamic"] = "static"
    copies: bool = False
    cluster: bool = False

    @model_validator(mode="after")
    def _pool_counts_every_vlan(self) -> Self:
        if self.management_pool.num_addresses < 1 << 12:
            raise InvalidInput(
                f"management_pool {self.management_pool} has fewer addresses than there are VLANs",
                field="management_pool",
                value=self.management_pool,
                remedy="give a network of at least 4096 addresses, such as a /20",
            )
        return self

    @model_validator(mode="after")
    def _sign_in_complete(self) -> Self:
        needed = {"certificate": ("certificate", "key"), "ntlm": ("account",), "basic": ("account",)}
        for field in needed.get(self.sign_in, ()):
            if not getattr(self, field):
                message = f"to sign in by {self.sign_in}, {field} is needed"
                raise InvalidInput(message, field=field, remedy=f"give {field}, or another sign_in")
        return self


class Host(Value):
    """A hypervisor. `folder` holds disks and saved state; `reserve_mib` is memory kept from tenants."""

    name: TenantName
    driver: Literal["libvirt", "hyperv", "memory"] = "libvirt"
    uri: str = "qemu:///system"
    hyperv: HyperV | None = None
    folder: Path | PureWindowsPath = Path("/var/lib/mailstead/machines")
    bridge: str = Field(default="mailstead0", pattern=r"^[a-z][a-z0-9-]{0,14}$")
    orders_at_once: int = Field(default=2, ge=1, le=64)
    reserve_mib: int = Field(default=1024, ge=0)
    memory_mib: int | None = Field(default=None, ge=512)  # None: as the host says
    vcpus_per_core: float = Field(default=4.0, ge=1.0)

    @field_validator("hyperv")
    @classmethod
    def _only_of_hyperv(cls, given: HyperV | None, info: ValidationInfo) -> HyperV | None:
        if (given is not None) != (info.data.get("driver") == "hyperv"):
            message = "a host has a table [sites.hosts.hyperv] if, and only if, its driver is hyperv"
            raise InvalidInput(
                message, field="hyperv", remedy='write driver = "hyperv" and give that table its address'
            )
        return given

    @field_validator("folder", mode="before")
    @classmethod
    def _in_the_hosts_words(cls, given: object, info: ValidationInfo) -> object:
        if info.data.get("driver") != "hyperv":
            return given
        default = given == cls.model_fields["folder"].default
        return _windows_path(r"C:\ClusterStorage\Volume1\mailstead" if default else given)

    @property
    def local_folder(self) -> Path:
        """The folder, on this very machine; to be asked of libvirt hosts only."""
        return Path(self.folder)

    @property
    def switch(self) -> str:
        """The switch that tenants' machines hang on."""
        return self.hyperv.switch if self.hyperv else self.bridge


class Site(Value):
    """A place with hosts, and the time of day that holds there."""

    name: TenantName
    time_zone: Zone = "UTC"
    hosts: tuple[Host, ...] = Field(min_length=1)


class Network(Value):
    """The pools that tenants' numbers come from. Every tenant gets one of each."""

    vlan_first: int = Field(default=100, ge=2, le=4094)
    vlan_last: int = Field(default=3999, ge=2, le=4094)
    ipv4_pool: IPv4Network = IPv4Network("10.64.0.0/14")
    ipv4_prefix: int = Field(default=28, ge=8, le=29)  # of a tenant's subnet
    ipv6_pool: IPv6Network = IPv6Network("fd64:6d73::/40")
    ipv6_prefix: int = Field(default=64, ge=48, le=64)
    public_ipv4: IPv4Network = IPv4Network("203.0.113.0/24")
    public_ipv6: IPv6Network = IPv6Network("2001:db8:6d73::/64")
    uplink: str | None = Field(default=None, pattern=r"^[A-Za-z0-9._-]{1,15}$")  # None: nothing leaves the host

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.vlan_first > self.vlan_last:
            raise InvalidInput(
                "the VLAN range is empty",
                field="vlan_first",
                value=self.vlan_first,
                remedy=f"give a number up to {self.vlan_last}",
            )
        pools = {name: getattr(self, name) for name in ("ipv4_pool", "ipv6_pool", "public_ipv4", "public_ipv6")}
        for (one, a), (other, b) in combinations(pools.items(), 2):
            if a.version == b.version and a.overlaps(b):
                raise OverlappingPools(
                    f"{one} {a} and {other} {b} overlap",
                    field=one,
                    value=a,
                    remedy="give each pool a range of its own",
                )
        return self


class NameServers(Value):
    """Where zones live (RFC 2136 with TSIG) and who resolves for the guests."""

    driver: Literal["knot", "rfc2136", "memory"] = "knot"
    address: IPv4Address | IPv6Address = IPv4Address("127.0.0.1")
    port: int = Field(default=5353, ge=1, le=65535)
    tsig_name: str = "mailstead"
    tsig_algorithm: Literal["hmac-sha256", "hmac-sha512"] = "hmac-sha256"
    names: tuple[Domain, ...] = ("ns1.mailstead.example",)
    hostmaster: Domain = "hostmaster.mailstead.example"
    zones: tuple[Domain, ...] = ()  # driver rfc2136: zones that the operator made and lets us fill
    resolver: IPv4Address = IPv4Address("198.51.100.53")  # service address of the validating resolver
    resolver_ipv6: IPv6Address = IPv6Address("fd64:6d72::53")


class Certificates(Value):
    """Who issues certificates: the built-in authority, or an ACME directory (RFC 8555, DNS-01)."""

    issuer: Literal["ca", "acme"] = "ca"
    acme_directory: str | None = Field(default=None, pattern=r"^https://")
    acme_contact: str | None = None
    caa: tuple[Domain, ...] = ()  # CAA names of the authority, such as letsencrypt.org

    @model_validator(mode="after")
    def _directory_given(self) -> Self:
        if self.issuer == "acme" and not self.acme_directory:
            raise InvalidInput("ACME needs a directory", field="acme_directory", remedy="give its https URL")
        return self


class Image(Value):
    """Which guest appliance new machines start from, and where built images are kept."""

    name: str = "appliance"
    cache: Path = Path("/var/lib/mailstead/images")


class Web(Value):
    """Console and REST API: what people type into their browsers, and where this machine answers.

    Passkeys belong to the name in `url`, and links that are sent begin with it: it is chosen once. Without
    `certificate` (a chain in PEM) and `key` the built-in authority issues one.
    """

    url: str = Field(
        default="https://localhost:8443", pattern=r"^https://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?$"
    )
    listen: IPv4Address | IPv6Address = IPv4Address("127.0.0.1")
    port: int = Field(default=8443, ge=1, le=65535)
    certificate: Path | None = None
    key: Path | None = None

    @property
    def name(self) -> str:
        """The host name in the URL."""
        return self.url.removeprefix("https://").partition(":")[0]

    @model_validator(mode="after")
    def _certificate_with_its_key(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            remedy = "give both, or neither"
            raise InvalidInput("a certificate and its key are given together", field="certificate", remedy=remedy)
        return self


class State(Value):
    """Where the platform remembers. Empty: files in the platform's folder (SQLite)."""

    database: str = ""  # SQLAlchemy URL, such as postgresql+psycopg://…
    orders: str = ""  # URL of the workflow engine's own database
    key_file: Path = Path("mailstead.key")  # key of the secrets; relative to the platform's folder


class Platform(Value):
    """The whole platform file."""

    name: TenantName = "mailstead"
    state: State = State()
    sites: tuple[Site, ...] = Field(min_length=1)
    network: Network = Network()
    dns: NameServers = NameServers()
    certificates: Certificates = Certificates()
    image: Image = Image()
    web: Web = Web()
    sign_in: tuple[SignIn, ...] = ()  # OpenID Connect, beside passwords and passkeys
    backup_target: tuple[BackupTarget, ...] = ()
    backup: BackupRules = BackupRules()
    grace_days: int = Field(default=30, ge=0, le=3650)  # disks of a removed tenant
    orders_days: int = Field(default=400, ge=1, le=36500)  # orders that have ended

    @property
    def hosts(self) -> tuple[Host, ...]:
        return tuple(host for site in self.sites for host in site.hosts)

    def zone(self, host: str | None) -> str:
        """Return the time zone of the site that a host belongs to; that of the first one for a host not known."""
        return next(
            (site.time_zone for site in self.sites if host in {each.name for each in site.hosts}),
            self.sites[0].time_zone,
        )

    @model_validator(mode="after")
    def _targets_known(self) -> Self:
        refuse_unknown_targets(self.backup_target, self.backup)
        return self

    @model_validator(mode="after")
    def _hosts_differ(self) -> Self:
        names = [host.name for host in self.hosts]
        for name in names:
            if names.count(name) > 1:
                raise InvalidInput(f"two hosts are named {name}", field="hosts", value=name, remedy="rename one")
        return self

    @model_validator(mode="after")
    def _sign_ins_differ(self) -> Self:
        names = [one.name for one in self.sign_in]
        for name in names:
            if names.count(name) > 1:
                raise InvalidInput(f"two sign-ins are named {name}", field="sign_in", value=name, remedy="rename one")
        return self
