"""The machines of one host, as libvirt domains named `ms-<tenant>`."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import libvirt

from mailstead.ground.clock import Clock, Deadline, SystemClock
from mailstead.hypervisors.headroom import refuse_beyond
from mailstead.hypervisors.limits import limited
from mailstead.hypervisors.model import (
    DiskRole,
    ForeignMachine,
    Machine,
    MachineRefused,
    MachineStatistics,
    NoSuchMachine,
    Power,
    Room,
)

from .connection import LibvirtConnection
from .domain_xml import (
    PREFIX,
    VERSION,
    Accelerator,
    Domain,
    build_domain,
    console_log,
    disk_device,
    domain_name,
    read_domain,
)
from .host import host_room, used_by
from .limiting import limit_disks
from .nesting import nesting_feature
from .pausing import go_on
from .resizing import resize_domain

_FORGET = (
    libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
    | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    | libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA
    | libvirt.VIR_DOMAIN_UNDEFINE_NVRAM
)
_INACTIVE = libvirt.VIR_DOMAIN_XML_INACTIVE
ASK_AGAIN_S = 15.0


class LibvirtHypervisor:
    """All hypervisor ports over one libvirt daemon, for the machines of *platform*.

    *folder* is the host's folder of machines (for its free room); *clock* waits for guests to shut down.
    """

    def __init__(
        self,
        connection: LibvirtConnection,
        *,
        platform: str,
        folder: Path,
        accelerator: Accelerator,
        clock: Clock | None = None,
    ) -> None:
        self._connection = connection
        self._platform = platform
        self._folder = folder
        self._accelerator = accelerator
        self._clock = clock or SystemClock()

    def machines(self) -> dict[str, Machine]:
        with self._connection.doing("list machines") as host:
            found = [self._found(domain) for domain in host.listAllDomains() if _may_be_ours(domain)]
            return {machine.name: machine for machine in found if machine}

    def define(self, machine: Machine) -> None:
        with self._connection.doing(f"define the machine of {machine.name}") as host:
            domain = self._domain(host, machine.name)
            if domain is None or not self._is(_read(domain, _INACTIVE), machine):
                nesting = nesting_feature(host, self._accelerator) if machine.nested else ""
                host.defineXML(build_domain(machine, self._platform, self._accelerator, nesting=nesting))

    def start(self, name: str) -> None:
        with self._connection.doing(f"start the machine of {name}") as host:
            domain = self._needed(host, name)
            match _power(domain):
                case Power.PAUSED:
                    go_on(domain, self._clock)
                case Power.OFF:
                    _boot(domain)

    def stop(self, name: str, *, graceful_s: float) -> None:
        with self._connection.doing(f"stop the machine of {name}") as host:
            domain = self._domain(host, name)
            if domain and domain.isActive() and not self._shut_down(domain, graceful_s):
                _switch_off(domain)

    def remove(self, name: str) -> None:
        with self._connection.doing(f"remove the machine of {name}") as host:
            domain = self._domain(host, name)
            if domain:
                ours = _read(domain, _INACTIVE)
                _switch_off(domain)
                domain.undefineFlags(_FORGET)
                _remove_logs(ours)

    def resize(self, name: str, *, vcpus: int, memory_mib: int) -> None:
        with self._connection.doing(f"resize the machine of {name}") as host:
            domain = self._needed(host, name)
            found = _read(domain, 0 if domain.isActive() else _INACTIVE)
            refuse_beyond(found.machine, vcpus=vcpus, memory_mib=memory_mib)
            resize_domain(domain, vcpus=vcpus, memory_mib=memory_mib, clock=self._clock)

    def limit(self, name: str, iops: Mapping[DiskRole, int]) -> None:
        with self._connection.doing(f"limit the disks of {name}") as host:
            domain = self._needed(host, name)
            limited(_read(domain, _INACTIVE).machine, iops)
            limit_disks(domain, iops)

    def grow(self, name: str, role: DiskRole, *, size_mib: int) -> None:
        with self._connection.doing(f"grow the {role} disk of {name}") as host:
            domain = self._needed(host, name)
            if not domain.isActive() or role not in {d.role for d in _read(domain, 0).machine.disks}:
                raise MachineRefused(f"the machine of {name} does not run with a {role} disk", field="disk")
            if domain.blockInfo(disk_device(role))[0] < size_mib << 20:
                domain.blockResize(disk_device(role), size_mib << 20, libvirt.VIR_DOMAIN_BLOCK_RESIZE_BYTES)

    def statistics(self) -> dict[str, MachineStatistics]:
        with self._connection.doing("read statistics") as host:
            return used_by(host, self._platform)

    def room(self) -> Room:
        with self._connection.doing("look at the host") as host:
            return host_room(host, self._folder)

    def _found(self, domain: libvirt.virDomain) -> Machine | None:
        """Return the machine as it is now, or None if it is not ours, or was removed meanwhile."""
        with suppress(NoSuchMachine, ForeignMachine):
            defined = self._ours(domain)
            power = _power(domain)
            if power is Power.OFF:
                return defined.machine
            # What the guest has given back so far is no difference: memory counts as it was asked for.
            running = replace(_read(domain, 0).machine, memory_mib=defined.machine.memory_mib)
            return replace(running, power=power, pending=running != defined.machine)
        return None

    def _domain(self, host: libvirt.virConnect, name: str) -> libvirt.virDomain | None:
        """Return the domain of *name*, or None. Raises ForeignMachine if the name is somebody else's."""
        try:
            domain = host.lookupByName(domain_name(name))
        except libvirt.libvirtError as error:
            if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN:
                return None
            raise
        self._ours(domain)
        return domain

    def _needed(self, host: libvirt.virConnect, name: str) -> libvirt.virDomain:
        domain = self._domain(host, name)
        if domain is None:
            raise NoSuchMachine(
                f"no machine of {name} is here", field="machine", value=name, remedy="apply the tenant first"
            )
        return domain

    def _ours(self, domain: libvirt.virDomain) -> Domain:
        found = _understood(domain, _INACTIVE)
        if found is None or found.platform != self._platform:
            raise ForeignMachine(
                f"the machine {domain.name()} is not one of platform {self._platform}",
                field="machine",
                value=domain.name(),
                remedy="rename that machine (`virsh domrename`), or give the tenant another name",
            )
        return found

    def _is(self, found: Domain, machine: Machine) -> bool:
        wanted = replace(machine, power=Power.OFF, pending=False)
        return found == Domain(wanted, self._platform, self._accelerator, VERSION)

    def _shut_down(self, domain: libvirt.virDomain, graceful_s: float) -> bool:
        if graceful_s <= 0:
            return False
        deadline = Deadline(self._clock, graceful_s, interval_s=0.2)
        ask_at = graceful_s
        while domain.isActive():
            if deadline.remaining_s <= ask_at:  # again and again: a guest that is just starting hears nothing yet
                _ask_to_shut_down(domain)
                ask_at -= ASK_AGAIN_S
            if not deadline.wait():
                return False
        return True


def _may_be_ours(domain: libvirt.virDomain) -> bool:
    return bool(domain.name().startswith(PREFIX))


def _read(domain: libvirt.virDomain, flags: int) -> Domain:
    found = _understood(domain, flags)
    if found is None:
        raise ForeignMachine(f"{domain.name()} lost its mark meanwhile", field="machine", value=domain.name())
    return found


def _understood(domain: libvirt.virDomain, flags: int) -> Domain | None:
    try:
        return read_domain(domain.XMLDesc(flags))
    except ValueError as error:
        message = f"{domain.name()} was changed by hand beyond what can be read: {error}"
        remedy = f"put it back with `virsh edit {domain.name()}`"
        raise MachineRefused(message, field="machine", value=domain.name(), remedy=remedy) from error


def _power(domain: libvirt.virDomain) -> Power:
    state, _reason = domain.state()
    if state == libvirt.VIR_DOMAIN_PAUSED:
        return Power.PAUSED
    return Power.ON if domain.isActive() else Power.OFF


def _boot(domain: libvirt.virDomain) -> None:
    try:
        domain.create()
    except libvirt.libvirtError:
        if not domain.isActive():  # somebody else was faster: that is what was wanted
            raise


def _ask_to_shut_down(domain: libvirt.virDomain) -> None:
    """Ask through the guest agent, and by the power button where no agent answers."""
    for way in (libvirt.VIR_DOMAIN_SHUTDOWN_GUEST_AGENT, libvirt.VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN):
        with suppress(libvirt.libvirtError):
            domain.shutdownFlags(way)
            return


def _switch_off(domain: libvirt.virDomain) -> None:
    try:
        if domain.isActive():
            domain.destroy()
    except libvirt.libvirtError:
        if domain.isActive():
            raise


def _remove_logs(ours: Domain) -> None:
    log = console_log(ours.machine)
    for path in log.parent.glob(f"{log.name}*"):  # virtlogd keeps older parts as .0, .1, …
        path.unlink(missing_ok=True)
    with suppress(OSError):
        log.parent.rmdir()
