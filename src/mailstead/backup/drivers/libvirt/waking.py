"""A machine that is off lies there paused while its disks are read: so they are read the same way in any case."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import libvirt

_MARK = ".woken-for-backup"
_CLEAN = "clean"
_SHUT_DOWN = [libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_SHUTDOWN]


@contextmanager
def awake(domain: libvirt.virDomain, home: Path) -> Iterator[bool]:
    """Start a machine without letting it run, and switch it off again unless somebody let it run meanwhile.

    Yields whether its file systems are at rest, for the guest itself ended. A mark in *home* tells all that to the run
    after one that died. Raises libvirtError.
    """
    mark = home / _MARK
    if not domain.isActive():
        _wake(domain, mark)
    try:
        yield _paused(domain) and mark.exists() and mark.read_text() == _CLEAN
    finally:
        if mark.exists():
            with suppress(libvirt.libvirtError):
                _switch_off(domain)
            mark.unlink()


def _wake(domain: libvirt.virDomain, mark: Path) -> None:
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(_CLEAN if domain.state() == _SHUT_DOWN else "")
    try:
        domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    except libvirt.libvirtError:
        mark.unlink()
        raise


def _switch_off(domain: libvirt.virDomain) -> None:
    if _paused(domain):
        domain.destroy()


def _paused(domain: libvirt.virDomain) -> bool:
    """Say whether it lies there paused, other than for want of disk room."""
    state, reason = domain.state()
    return bool(state == libvirt.VIR_DOMAIN_PAUSED and reason != libvirt.VIR_DOMAIN_PAUSED_IOERROR)
