"""The machines of one Hyper-V host: named `ms-<tenant>`, ours by the mark in their notes."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PureWindowsPath

from mailstead.ground.clock import Clock, SystemClock
from mailstead.hypervisors.headroom import refuse_beyond
from mailstead.hypervisors.limits import limited
from mailstead.hypervisors.model import (
    DiskFormat,
    DiskRole,
    Machine,
    MachineRefused,
    MachineStatistics,
    NeedsRestart,
    Power,
    Room,
)
from mailstead.remoting.calls import Statement, batch
from mailstead.remoting.cmdlets.hyperv import GetVHD, RemoveVM, ResizeVHD, SetVM, StartVM
from mailstead.remoting.errors import WrongState
from mailstead.remoting.port import Remote
from mailstead.sites.marks import Mark

from .changes import fits, limiting, making, marking, own_drives, resizing, shaping, unplugging
from .found import BLANK, as_it_runs
from .fresh import Fresh
from .looking import Looking, Sight
from .power import go_on, shut_down, switch_off
from .refusals import doing, no_machine, refuse_unlimitable
from .shape import SECTION, section_of
from .using import room_of, used_by


class HyperVHypervisor:
    """All hypervisor ports over one host, for the machines of *platform*.

    *folder* is where the folders of tenants lie on the host; *dynamic* lets the memory of new machines and of those
    that start shrink to half while they do not need it; *clock* waits for guests.
    """

    def __init__(
        self,
        remote: Remote,
        *,
        platform: str,
        folder: PureWindowsPath,
        dynamic: bool = False,
        clock: Clock | None = None,
    ) -> None:
        self._remote = remote
        self._platform = platform
        self._folder = folder
        self._dynamic = dynamic
        self._clock = clock or SystemClock()
        self._looking = Looking(remote, platform, folder)
        self._fresh = Fresh(self._clock)

    def machines(self) -> dict[str, Machine]:
        self._fresh.forget()
        with doing("list machines"):
            return self._looking.machines()

    def define(self, machine: Machine) -> None:
        refuse_unlimitable(machine)
        wanted = replace(machine, power=Power.OFF, pending=False)
        with doing(f"define the machine of {machine.name}"):
            sight = self._looking.at(machine.name, everywhere=True)
            self._fresh.keep(machine.name, self._shape(sight or self._made(wanted), wanted))

    def start(self, name: str) -> None:
        with doing(f"start the machine of {name}"):
            sight, defined = self._looking.needed(name, self._fresh.take(name))
            match sight.vm.power:
                case Power.PAUSED:
                    go_on(self._remote, sight.vm, sight.by_id, self._clock)
                case Power.OFF:
                    self._shape(sight, defined)
                    self._remote.run(sight.by_id | StartVM())

    def stop(self, name: str, *, graceful_s: float) -> None:
        self._fresh.take(name)
        with doing(f"stop the machine of {name}"):
            if sight := self._looking.at(name):
                self._off(sight, graceful_s)

    def remove(self, name: str) -> None:
        self._fresh.take(name)
        with doing(f"remove the machine of {name}"):
            if sight := self._looking.at(name):
                self._off(sight, 0)
                self._forget(sight)

    def resize(self, name: str, *, vcpus: int, memory_mib: int) -> None:
        self._fresh.take(name)
        with doing(f"resize the machine of {name}"):
            sight, defined = self._looking.needed(name)
            found = defined if sight.vm.power is Power.OFF else as_it_runs(sight.vm, sight.parts, defined)
            refuse_beyond(found, vcpus=vcpus, memory_mib=memory_mib)
            wanted = replace(defined, vcpus=vcpus, memory_mib=memory_mib)
            if sight.vm.power is Power.OFF:
                self._shape(sight, wanted)
            else:
                self._resize(sight, wanted)

    def limit(self, name: str, iops: Mapping[DiskRole, int]) -> None:
        self._fresh.take(name)
        with doing(f"limit the disks of {name}"):
            sight, defined = self._looking.needed(name)
            wanted = limited(defined, iops)
            refuse_unlimitable(wanted)
            work = limiting(sight.by_id, wanted, sight.parts.drives)
            mark = sight.mark.with_section(SECTION, section_of(wanted))
            self._do([*work, *([sight.by_id | SetVM(Notes=str(mark))] if mark != sight.mark else [])])

    def grow(self, name: str, role: DiskRole, *, size_mib: int) -> None:
        with doing(f"grow the {role} disk of {name}"):
            sight, defined = self._looking.needed(name)
            running = as_it_runs(sight.vm, sight.parts, defined)
            disk = next((d for d in running.disks if d.role is role and d.format is DiskFormat.VHDX), None)
            if disk is None or running.power is Power.OFF:
                raise MachineRefused(f"the machine of {name} does not run with a {role} disk", field="disk")
            path = (str(disk.source),)
            if self._remote.run(GetVHD(Path=path)).one("VirtualHardDisk").number("Size") < size_mib << 20:
                self._remote.run(ResizeVHD(Path=path, SizeBytes=size_mib << 20))

    def statistics(self) -> dict[str, MachineStatistics]:
        with doing("read statistics"):
            return used_by(self._looking)

    def room(self) -> Room:
        with doing("look at the host"):
            return room_of(self._remote, self._folder)

    def _defined(self, name: str) -> Machine:
        """Return how the machine is defined; a start right behind this does not look again."""
        sight, defined = self._looking.needed(name, self._fresh.take(name))
        self._fresh.keep(name, sight)
        return defined

    def _made(self, machine: Machine) -> Sight:
        """Make the machine and return it as it is: off, of no shape, without disks."""
        mark = Mark(self._platform, machine.name).with_section(SECTION, section_of(machine))
        answer = self._remote.run(making(machine, mark, self._folder))
        made = self._looking.chosen(answer, machine.name)
        if made is None:
            raise no_machine(machine.name)
        return Sight(*made, BLANK)

    def _shape(self, sight: Sight, wanted: Machine) -> Sight | None:
        """Write down what is wanted, let a machine that is off have it, and return it as it is then."""
        work: list[Statement] = []
        mark, off = sight.mark.with_section(SECTION, section_of(wanted)), sight.vm.power is Power.OFF
        if mark != sight.mark:
            work.append(sight.by_id | (marking(mark) if off else SetVM(Notes=str(mark))))
        dynamic = self._dynamic and not wanted.nested  # Hyper-V within a machine takes its memory as it is
        if off and not fits(sight.vm, sight.parts, wanted, dynamic=dynamic):
            work += shaping(sight.by_id, wanted, sight.parts.drives, dynamic=dynamic)
        if not work:
            return sight
        answer = self._remote.run(batch(*work, *self._looking.again(sight.by_id)))
        return self._looking.read(answer, wanted.name)

    def _resize(self, sight: Sight, wanted: Machine) -> None:
        """The mark comes last: until then it differs from what runs, a sign for whoever comes after a crash."""
        mark = sight.mark.with_section(SECTION, section_of(wanted))
        work = resizing(sight.by_id, sight.vm, vcpus=wanted.vcpus, memory_mib=wanted.memory_mib)
        try:
            self._do([*work, sight.by_id | SetVM(Notes=str(mark))])
        except WrongState as error:
            message = f"the machine of {wanted.name} cannot take this size while it runs: {error.message}"
            remedy = "let the machine be restarted"
            raise NeedsRestart(message, field="memory_mib", value=wanted.memory_mib, remedy=remedy) from error

    def _off(self, sight: Sight, graceful_s: float) -> None:
        on = sight.vm.power is Power.ON
        if not (on and shut_down(self._remote, sight.by_id, self._clock, graceful_s)):
            switch_off(self._remote, sight.vm, sight.by_id)

    def _forget(self, sight: Sight) -> None:
        """Give the disks free; the machine itself goes when no port of its tenant hangs on it."""
        mark = sight.mark.with_section(SECTION, None)
        if not mark.sections:
            self._do([sight.by_id | RemoveVM()])
            return
        work = unplugging(sight.by_id, own_drives(sight.parts.drives))
        self._do([*work, *([sight.by_id | SetVM(Notes=str(mark))] if mark != sight.mark else [])])

    def _do(self, work: list[Statement]) -> None:
        if work:
            self._remote.run(batch(*work))
