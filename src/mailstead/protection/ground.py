"""What steps and verbs of protection stand on: the world, the stores, what is remembered, and the desk."""

from contextlib import suppress
from dataclasses import dataclass

from mailstead.backup.errors import NoStore
from mailstead.backup.port import ChangedBlocks, DiskPlaces
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.ground.errors import NotFound
from mailstead.lifecycle.care_steps import had
from mailstead.lifecycle.steps import Steps
from mailstead.lifecycle.world import HostPorts, World
from mailstead.orders.port import Desk

from .errors import NotProtected
from .model import Rules
from .places import Places
from .plan import rules_for
from .store import ProtectionBook
from .telling import Telling


@dataclass(frozen=True, slots=True)
class Ground:
    """*desk* hears of progress: the bare engine, for that is nothing anybody asked for."""

    life: Steps
    book: ProtectionBook
    places: Places
    desk: Desk

    @property
    def world(self) -> World:
        return self.life.world

    def rules(self, name: str) -> Rules:
        """Return what holds for a tenant. Raises NotFound."""
        entry = self.world.tenants.get(name)
        return rules_for(self.world.platform, entry.tenant, entry.host)

    def target(self, name: str) -> str:
        """Return on which target a tenant's backups lie, also of one that is removed or no longer backed up.

        Raises NotFound, NotProtected where the platform has no target at all.
        """
        entry, common = self.world.tenants.get(name), self.world.platform.backup
        found = entry.tenant.backup.target or common.target or next(iter(self.places.names), None)
        if found is None:
            remedy = "add a [[backup_target]] to mailstead.toml"
            raise NotProtected(
                f"nothing of {name} is kept: there is no target", field="tenant", value=name, remedy=remedy
            )
        return found

    def store(self, name: str) -> TenantStore:
        """Enter a tenant's backups. Raises what `Places.store` does."""
        return self.places.store(self.target(name)).tenant(name)

    def copies(self, name: str) -> list[TenantStore]:
        """Enter a tenant's backups and their copies, the first of which is what is written to."""
        found = []
        for target in self.places.copies(self.target(name)):
            with suppress(NoStore):  # nothing was copied there yet
                found.append(self.places.store(target).tenant(name))
        return found

    def ports(self, name: str) -> HostPorts:
        """Return the host of a tenant's machine. Raises NotFound."""
        host = self.life.host_of(name)
        if host is None:
            raise NotFound(f"{name} has no host yet", field="tenant", value=name, remedy=f"mailstead apply {name}")
        return self.world.ports(host)

    def changes(self, name: str) -> ChangedBlocks:
        """Return what knows the disks of a tenant's machine. Raises NotOfDriver."""
        ports = self.ports(name)
        return had(ports.changes, ports, "backups of machines")

    def disks(self, name: str) -> DiskPlaces:
        """Return what brings disks back to a tenant's machine. Raises NotOfDriver."""
        return _places_of(self.ports(name))

    def disks_on(self, host: str) -> DiskPlaces:
        """Return what brings disks back to a host. Raises HostGone, NotOfDriver."""
        return _places_of(self.world.ports(host))

    def telling(self, order: str) -> Telling:
        return Telling(self.desk, self.world.clock, order)


def _places_of(ports: HostPorts) -> DiskPlaces:
    return had(ports.places, ports, "restore of disks")
