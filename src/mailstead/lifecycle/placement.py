"""On which host a new machine goes. Pure: what hosts have and what is promised on them, in; a name, out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mailstead.ground.errors import Conflict, InvalidInput, NoRoom
from mailstead.hypervisors.model import Room
from mailstead.sites.model import Host
from mailstead.tenants.model import Allowance, Tenant


class HostsFull(NoRoom):
    """No host can take this machine too."""

    code = "hosts-full"


class UnknownHost(InvalidInput):
    """The platform has no such host."""

    code = "unknown-host"


class HostInMaintenance(NoRoom):
    """Every host that may take the tenant is being worked on."""

    code = "host-in-maintenance"


class HostGone(Conflict):
    """A tenant lives on a host that the platform file does not name any more."""

    code = "host-gone"


@dataclass(frozen=True, slots=True)
class Seat:
    """A host, what it has, what is promised to the tenants on it, and (`closed`) why it takes no more of them."""

    host: Host
    room: Room
    promised: tuple[Allowance, ...]
    closed: str = ""

    @property
    def memory_mib(self) -> int:
        """Memory for tenants in all."""
        return (self.host.memory_mib or self.room.memory_mib) - self.host.reserve_mib

    @property
    def memory_left_mib(self) -> int:
        return self.memory_mib - sum(allowance.memory_mib for allowance in self.promised)

    @property
    def vcpus_left(self) -> float:
        return self.room.cores * self.host.vcpus_per_core - sum(allowance.vcpus for allowance in self.promised)

    def lacks(self, wanted: Allowance) -> str:
        """Say in words what is missing for *wanted*; empty when it fits."""
        if self.closed:
            return self.closed
        fixed_mib = wanted.disk_gib * 1024 if wanted.disk == "fixed" and not wanted.block_device else 0
        if self.memory_left_mib < wanted.memory_mib:
            return f"{self.host.name} has {self.memory_left_mib} MiB of memory left"
        if self.vcpus_left < wanted.vcpus:
            return f"{self.host.name} has {self.vcpus_left:g} processors left"
        if self.room.disk_free_mib < fixed_mib:
            return f"{self.host.name} has {self.room.disk_free_mib} MiB of disk left"
        return ""


def choose_host(tenant: Tenant, seats: Iterable[Seat]) -> str:
    """Return the host with the most memory left that can take the tenant.

    Raises HostsFull with what each host lacks, HostInMaintenance, or UnknownHost for a pin to a host that is not there.
    """
    by_name: Mapping[str, Seat] = {seat.host.name: seat for seat in seats}
    if tenant.host is not None and tenant.host not in by_name:
        remedy = f"pin it to one of {', '.join(sorted(by_name))}, or leave the choice to mailstead"
        message = f"there is no host {tenant.host}"
        raise UnknownHost(message, field="host", value=tenant.host, remedy=remedy)
    allowed = [by_name[tenant.host]] if tenant.host else list(by_name.values())
    lacking = {seat.host.name: seat.lacks(tenant.allowance) for seat in allowed}
    fitting = [seat for seat in allowed if not lacking[seat.host.name]]
    if allowed and all(seat.closed for seat in allowed):
        remedy = "wait for its end: mailstead host resume, or pin the tenant to another host"
        message = f"no host takes {tenant.name}: {'; '.join(lacking.values())}"
        raise HostInMaintenance(message, field="host", value=", ".join(lacking), remedy=remedy)
    if not fitting:
        raise HostsFull(
            f"no host has room for {tenant.name}: {'; '.join(lacking.values()) or 'there is no other'}",
            field="allowance",
            value=f"{tenant.allowance.memory_mib} MiB, {tenant.allowance.vcpus} processors",
            remedy="ask for less, purge removed tenants, or add a host to mailstead.toml",
        )
    return max(fitting, key=lambda seat: (seat.memory_left_mib, seat.host.name)).host.name
