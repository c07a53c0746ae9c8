"""Everything a journey can reach, by its port; `wiring.py` fills it, nothing here knows a driver."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from mailstead.backup.port import ChangedBlocks, DiskPlaces, PreparedDisks
from mailstead.certificates.port import Issuer
from mailstead.certificates.store import CertificateStore
from mailstead.dns.port import Resolver
from mailstead.dns.store import RecordLedger
from mailstead.dns.workflow import Server
from mailstead.exchange.port import RecoveryDatabases
from mailstead.ground.clock import Clock
from mailstead.guests.port import GuestChannel
from mailstead.hypervisors.model import Boot
from mailstead.hypervisors.port import (
    Checkpoints,
    Cluster,
    Conditions,
    DiskLoans,
    Exports,
    HostEvents,
    HostRoom,
    Hypervisor,
    LiveGrow,
    LiveLimits,
    LiveResize,
    Media,
    Migration,
    Statistics,
)
from mailstead.mailservers.port import MailServer, MailTrial
from mailstead.networks.port import Switch
from mailstead.networks.store import NumberStore
from mailstead.security.store import Vault
from mailstead.sites.model import Host, Platform
from mailstead.sites.store import MaintenanceStore
from mailstead.storage.model import Format
from mailstead.storage.port import VolumeStore
from mailstead.tenants.store import TenantStore
from mailstead.windows.port import GuestRoles

from .chance import Chance, RealChance
from .placement import HostGone
from .sights import SightBook
from .store import DkimBook


class MachineHost(Hypervisor, LiveResize, LiveLimits, LiveGrow, Statistics, HostRoom, Protocol):
    """A hypervisor that can do all that a tenant's life needs."""


@dataclass(frozen=True, slots=True)
class GuestImage:
    """What new machines start from: the file below system disks, in which format disks are made, how it is booted."""

    system: PurePath
    format: Format
    system_mib: int
    boot: Boot


@dataclass(frozen=True, slots=True)
class HostPorts:
    """One host's ports; None for what its driver has not.

    `image` gives the image that a system disk stands on, or (None) the one for new machines; it is asked late, for
    building one takes minutes.
    """

    host: Host
    machines: MachineHost
    volumes: VolumeStore
    switch: Switch
    guests: GuestChannel
    mail: MailServer
    image: Callable[[PurePath | None], GuestImage]
    conditions: Conditions | None = None
    checkpoints: Checkpoints | None = None
    exports: Exports | None = None
    cluster: Cluster | None = None
    migration: Migration | None = None
    events: HostEvents | None = None
    windows: GuestRoles | None = None
    media: Media | None = None
    changes: ChangedBlocks | None = None
    places: DiskPlaces | None = None
    trial: MailTrial | None = None
    prepared: PreparedDisks | None = None
    loans: DiskLoans | None = None
    exchange: RecoveryDatabases | None = None


class Kept(Protocol):
    """What is kept of tenants outside their machines, such as backups."""

    def refuse_held(self, tenant: str) -> None:
        """Raise Conflict while a legal hold lies on anything of a tenant's."""

    def destroy(self, tenant: str, run: str) -> None:
        """Destroy all that is kept of a tenant; *run* names who does so. May be repeated. Raises Conflict."""


@dataclass(frozen=True, slots=True)
class World:
    """All ports and stores of a platform."""

    platform: Platform
    clock: Clock
    tenants: TenantStore
    numbers: NumberStore
    records: RecordLedger
    certificates: CertificateStore
    vault: Vault
    dkim: DkimBook
    sights: SightBook
    maintenance: MaintenanceStore
    names: Server
    resolver: Resolver
    issuer: Issuer
    issuers: tuple[str, ...]  # CAA names of whoever may issue
    hosts: Mapping[str, HostPorts]
    new_id: Callable[[], str]
    chance: Chance = RealChance()
    kept: Sequence[Kept] = ()

    def ports(self, host: str) -> HostPorts:
        """Return a host's ports; raise HostGone."""
        if host not in self.hosts:
            remedy = "put the host back into mailstead.toml; it may leave when no tenant lives on it"
            raise HostGone(f"the platform has no host {host} any more", field="host", value=host, remedy=remedy)
        return self.hosts[host]
