"""A host as pages show it. Pure."""

from dataclasses import dataclass

from mailstead.access.hosts import HostView

FULL = 0.97


@dataclass(frozen=True, slots=True)
class Shown:
    """A host as a page shows it. What a silent one has is not known: None."""

    name: str
    driver: str
    state: str
    why: str
    machines: int | None
    cores: int | None
    memory_mib: int | None
    disk_free_mib: int | None
    promised_mib: int


def shown(host: HostView) -> Shown:
    """Return a host as a page shows it."""
    state, why = _state(host)
    room = host.room
    return Shown(
        host.name,
        host.driver,
        state,
        why,
        host.machines if room else None,
        room.cores if room else None,
        room.memory_mib if room else None,
        room.disk_free_mib if room else None,
        host.promised_mib,
    )


def _state(host: HostView) -> tuple[str, str]:
    if host.maintenance:
        return "maintenance", str(host.maintenance)
    if host.room is None:
        return "silent", host.trouble
    full = host.promised_mib > host.room.memory_mib * FULL
    return ("full", "nearly all of its memory is promised") if full else ("on", "")
