"""Placement on the hosts there are: asks them what they have, and remembers the choice."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from mailstead.hypervisors.model import Room
from mailstead.tenants.model import Status, Tenant
from mailstead.tenants.store import Entry
from mailstead.windows.errors import NoWindowsHost

from .placement import Seat, choose_host
from .world import World

NOTHING = Room(0, 0, 0)


def place(world: World, tenant: Tenant) -> str:
    """Return the tenant's host, choosing one with room if it has none. Raises HostsFull, UnknownHost."""
    rooms = _rooms(world, tenant)
    return world.tenants.place(tenant.name, lambda entries: choose_host(tenant, _seats(world, rooms, entries)))


def would_place(world: World, tenant: Tenant, entries: Iterable[Entry]) -> str:
    """Return where the tenant would go, remembering nothing."""
    return choose_host(tenant, _seats(world, _rooms(world, tenant), entries))


def refuse_without_room(world: World, tenant: Tenant, host: str, entries: Iterable[Entry]) -> None:
    """Raise HostsFull if the tenant as it is to be does not fit beside the others on its host.

    In maintenance a host takes no new tenants; those on it may change.
    """
    others = [entry for entry in entries if entry.tenant.name != tenant.name]
    rooms = {host: world.ports(host).machines.room()}
    choose_host(tenant.changed(host=host), [replace(seat, closed="") for seat in _seats(world, rooms, others)])


def _rooms(world: World, tenant: Tenant) -> dict[str, Room]:
    """Return what each host has that can carry the tenant; one in maintenance is not asked, it may be switched off."""
    closed = world.maintenance.all()
    able = _able(world, tenant)
    return {name: NOTHING if name in closed else world.ports(name).machines.room() for name in able}


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


def _seats(world: World, rooms: Mapping[str, Room], entries: Iterable[Entry]) -> list[Seat]:
    """Return every host with what is promised on it; a removed tenant's machine is gone, its promise too."""
    promised: dict[str, list[Entry]] = {name: [] for name in rooms}
    for entry in entries:
        if entry.host in promised and entry.tenant.status is not Status.REMOVED:
            promised[entry.host].append(entry)
    closed = world.maintenance.all()
    return [
        Seat(
            world.ports(name).host,
            room,
            tuple(entry.tenant.allowance for entry in promised[name]),
            str(closed.get(name, "")),
        )
        for name, room in rooms.items()
    ]
