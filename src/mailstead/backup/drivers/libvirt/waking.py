"""A machine that is off lies there paused while its disks are read: so they are read the same way in any case."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import libvirt

_MARK = ".woken-for-backup"


@contextmanager
def awake(domain: libvirt.virDomain, home: Path) -> Iterator[None]:
    """Start a machine without letting it run, and switch it off again unless somebody let it run meanwhile.

    A mark in *home* says so to the run after one that died. Raises libvirtError.
    """
    mark = home / _MARK
    if not domain.isActive():
        home.mkdir(parents=True, exist_ok=True)
        mark.touch()
        domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    try:
        yield
    finally:
        if mark.exists():
            with suppress(libvirt.libvirtError):
                _switch_off(domain)
            mark.unlink()


def was_off(home: Path) -> bool:
    """Say whether the machine is awake for a backup only."""
    return (home / _MARK).exists()


def _switch_off(domain: libvirt.virDomain) -> None:
    state, reason = domain.state()
    if state == libvirt.VIR_DOMAIN_PAUSED and reason != libvirt.VIR_DOMAIN_PAUSED_IOERROR:
        domain.destroy()
