"""Placement on the hosts there are: asks them what they have, and remembers the choice."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from mailstead.hypervisors.model import Room
from mailstead.tenants.model import Status, Tenant
from mailstead.tenants.store import Entry

from .placement import Seat, choose_host
from .world import World

NOTHING = Room(0, 0, 0)


def place(world: World, tenant: Tenant) -> str:
    """Return the tenant's host, choosing one with room if it has none. Raises HostsFull, UnknownHost."""
    rooms = _rooms(world)
    return world.tenants.place(tenant.name, lambda entries: choose_host(tenant, _seats(world, rooms, entries)))


def would_place(world: World, tenant: Tenant, entries: Iterable[Entry]) -> str:
    """Return where the tenant would go, remembering nothing."""
    return choose_host(tenant, _seats(world, _rooms(world), entries))


def refuse_without_room(world: World, tenant: Tenant, host: str, entries: Iterable[Entry]) -> None:
    """Raise HostsFull if the tenant as it is to be does not fit beside the others on its host.

    In maintenance a host takes no new tenants; those on it may change.
    """
    others = [entry for entry in entries if entry.tenant.name != tenant.name]
    rooms = {host: world.ports(host).machines.room()}
    choose_host(tenant.changed(host=host), [replace(seat, closed="") for seat in _seats(world, rooms, others)])


def _rooms(world: World) -> dict[str, Room]:
    """Return what each host has; one in maintenance is not asked, for it may be switched off."""
    closed = world.maintenance.all()
    return {name: NOTHING if name in closed else ports.machines.room() for name, ports in world.hosts.items()}


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
