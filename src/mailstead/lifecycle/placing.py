"""Placement on the hosts there are: asks them what they have, and remembers the choice."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from mailstead.hypervisors.model import Room
from mailstead.tenants.model import Allowance, Status, Tenant
from mailstead.tenants.store import Entry
from mailstead.windows.errors import NoWindowsHost

from .placement import Seat, choose_host
from .world import World

NOTHING = Room(0, 0, 0)


def place(world: World, tenant: Tenant) -> str:
    """Return the tenant's host, choosing one with room if it has none.

    Raises HostsFull, HostInMaintenance, UnknownHost, NoWindowsHost.
    """
    empty = _empty(world, _able(world, tenant))
    return world.tenants.place(tenant.name, lambda entries: choose_host(tenant, _taken(empty, entries)))


def would_place(world: World, tenant: Tenant, entries: Iterable[Entry]) -> str:
    """Return where the tenant would go, remembering nothing."""
    return choose_host(tenant, _taken(_empty(world, _able(world, tenant)), entries))


def refuse_without_room(world: World, tenant: Tenant, host: str, entries: Iterable[Entry]) -> None:
    """Raise HostsFull if the tenant as it is to be does not fit beside the others on its host.

    In maintenance a host takes no new tenants; those on it may change.
    """
    others = [entry for entry in entries if entry.tenant.name != tenant.name]
    here = Seat(world.ports(host).host, world.ports(host).machines.room(), ())
    choose_host(tenant.changed(host=host), _taken([here], others))


def refuse_unless_taken(world: World, tenant: Tenant, host: str) -> None:
    """Raise HostsFull or HostInMaintenance unless the host takes a tenant that moves there."""
    others = [entry for entry in world.tenants.all().values() if entry.tenant.name != tenant.name]
    choose_host(tenant.changed(host=host), _taken(_empty(world, [host]), others))


def seats_beside(world: World, host: str) -> list[Seat]:
    """Return all hosts but one, with what is promised on them."""
    others = [name for name in world.hosts if name != host]
    return _taken(_empty(world, others), world.tenants.all().values())


def _empty(world: World, names: Iterable[str]) -> list[Seat]:
    """Return these hosts as if nothing was promised; one in maintenance is not asked, for it may be switched off."""
    closed = world.maintenance.all()
    rooms = {name: NOTHING if name in closed else world.ports(name).machines.room() for name in names}
    return [Seat(world.ports(name).host, room, (), str(closed.get(name, ""))) for name, room in rooms.items()]


def _able(world: World, tenant: Tenant) -> Collection[str]:
    """Return the hosts for this kind of machine; raise NoWindowsHost where none is one for a Windows machine."""
    if tenant.windows is None:
        return world.hosts
    able = [name for name, ports in world.hosts.items() if ports.windows is not None]
    if not able or (tenant.host in world.hosts and tenant.host not in able):
        remedy = (
            f"pin it to one of {', '.join(able)}" if able else "add a host whose driver is hyperv: mailstead host add"
        )
        message = (
            f"{tenant.name} is a Windows machine, and {tenant.host or 'no host'} can carry {'none' if able else 'one'}"
        )
        raise NoWindowsHost(message, field="windows", value=tenant.windows.image, remedy=remedy)
    return able


def _taken(empty: Iterable[Seat], entries: Iterable[Entry]) -> list[Seat]:
    """Return the hosts with what is promised on them; a removed tenant's machine is gone, its promise too."""
    promised: dict[str, list[Allowance]] = defaultdict(list)
    for entry in entries:
        if entry.host and entry.tenant.status is not Status.REMOVED:
            promised[entry.host].append(entry.tenant.allowance)
    return [replace(seat, promised=tuple(promised[seat.host.name])) for seat in empty]
