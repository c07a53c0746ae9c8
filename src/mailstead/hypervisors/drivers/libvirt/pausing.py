"""A machine that QEMU paused because a disk of it found no room on the host; see docs/decisions/0118."""

import libvirt

from mailstead.ground.clock import Clock, Deadline
from mailstead.hypervisors.model import HostFull, MachineRefused

_PAUSED_AGAIN_WITHIN_S = 3.0  # what could not be written is written again at once
_PAUSED_BY_DISK = [libvirt.VIR_DOMAIN_PAUSED, libvirt.VIR_DOMAIN_PAUSED_IOERROR]


def go_on(domain: libvirt.virDomain, clock: Clock) -> None:
    """Resume a paused domain. Raises HostFull or MachineRefused if its disks pause it again."""
    by_disk = domain.state() == _PAUSED_BY_DISK
    domain.resume()
    deadline = Deadline(clock, _PAUSED_AGAIN_WITHIN_S, interval_s=0.1)
    while by_disk and deadline.wait():
        if domain.state() == _PAUSED_BY_DISK:
            raise _standing_still(domain)


def _standing_still(domain: libvirt.virDomain) -> HostFull | MachineRefused:
    # Only for a domain that stands still: QEMU keeps these marks when it goes on.
    errors: dict[str, int] = domain.diskErrors()
    name, disks = domain.name(), " and ".join(sorted(errors))
    if libvirt.VIR_DOMAIN_DISK_ERROR_NO_SPACE in errors.values():
        remedy = "free room in the host's folder of machines, then: mailstead apply"
        message = f"{name} stands still: no room on the host for its {disks}"
        return HostFull(message, field="folder", value=name, remedy=remedy)
    remedy = "see the host's kernel log for its disks, then: mailstead apply"
    return MachineRefused(f"{name} stands still: its {disks} cannot be written", field="disk", remedy=remedy)
