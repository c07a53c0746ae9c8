"""Disks of libvirt's machines held at one moment: a backup in pull mode, with a checkpoint for the next one.

Source: https://libvirt.org/formatbackup.html; decisions 0205 and 0206.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import libvirt

from mailstead.backup.errors import BackupUnderWay, NotQuiet, SourceLost
from mailstead.backup.model import Consistency, Quiet, Source, Taken
from mailstead.ground.clock import Clock, Deadline
from mailstead.hypervisors.model import NoSuchMachine, machine_uuid

from . import points, scratch
from .backup_xml import HeldDisk, disks_in, socket_of
from .beginning import Order, begun
from .freezing import Stillness, agent_of, frozen, watchdog_argv
from .nbd_blocks import exported
from .waking import awake, was_off

Doing: TypeAlias = Callable[[str], AbstractContextManager[libvirt.virConnect]]
SCRATCH_FLOOR = 2 << 30  # bytes that stay free where machines lie
SOCKETS = Path("/var/lib/libvirt/qemu")  # has a folder a domain, which AppArmor lets its QEMU write to
_SOCKET = "mailstead-backup.sock"
_END_S = 60


@dataclass(frozen=True, slots=True)
class _Job:
    """A backup that has begun: since when it knows changes of which disks, and how still the guest was."""

    order: Order
    bases: Mapping[str, str]
    consistency: Consistency
    remarks: tuple[str, ...]


class LibvirtChangedBlocks:
    """The machines of *platform* on one libvirt daemon of this very host, their files below *folder*.

    *doing* gives the daemon's connection and explains its errors; *domain_of* makes a domain's name from a machine's.
    """

    def __init__(
        self,
        doing: Doing,
        domain_of: Callable[[str], str],
        *,
        platform: str,
        folder: Path,
        clock: Clock,
        floor: int = SCRATCH_FLOOR,
    ) -> None:
        self._doing, self._domain_of, self._platform = doing, domain_of, platform
        self._folder, self._clock, self._floor = folder, clock, floor

    @contextmanager
    def moment(self, machine: str, bases: Mapping[str, str], quiet: Quiet) -> Iterator[Taken]:
        home, watch = self._folder / machine, scratch.Watch(self._folder, self._floor)
        scratch.refuse_full(self._folder, self._floor)
        with self._doing(f"back up the machine of {machine}") as host, ExitStack() as stack:
            domain = self._domain(host, machine)
            at_rest = was_off(home) or _was_shut_down(domain)
            stack.enter_context(awake(domain, home))
            self._clear_way(domain, machine)
            taken_at = self._clock.now()
            job = stack.enter_context(self._job(domain, home, bases, quiet, at_rest=at_rest))
            stack.enter_context(watch.over(lambda: _abort(domain)))
            sources = tuple(_source(stack, job, disk) for disk in job.order.disks)
            try:
                yield Taken(taken_at, job.consistency, sources, job.remarks)
            except SourceLost as error:
                raise watch.full or error from error

    def keep(self, machine: str, points_: Collection[str]) -> None:
        with suppress(NoSuchMachine), self._doing(f"forget checkpoints of the machine of {machine}") as host:
            points.drop_all_but(self._domain(host, machine), points_)

    def _domain(self, host: libvirt.virConnect, machine: str) -> libvirt.virDomain:
        domain = host.lookupByName(self._domain_of(machine))
        if domain.UUIDString() != str(machine_uuid(self._platform, machine)):
            raise NoSuchMachine(f"no machine of {machine} is here", field="machine", value=machine)
        return domain

    def _clear_way(self, domain: libvirt.virDomain, machine: str) -> None:
        """End the backup of a run of ours that died. Raises BackupUnderWay."""
        found = _under_way(domain)
        if found and socket_of(found).name != _SOCKET:
            remedy = f"wait, or end it: virsh domjobabort {domain.name()}"
            text = f"another program backs up {machine}"
            raise BackupUnderWay(text, field="machine", value=machine, remedy=remedy)
        if found:
            self._end(domain)

    @contextmanager
    def _job(
        self, domain: libvirt.virDomain, home: Path, bases: Mapping[str, str], quiet: Quiet, *, at_rest: bool
    ) -> Iterator[_Job]:
        disks = disks_in(domain.XMLDesc(0))
        files = scratch.scratch_files(home, {disk.name: domain.blockInfo(disk.device)[0] for disk in disks})
        socket = next(SOCKETS.glob(f"domain-{domain.ID()}-*")) / _SOCKET
        order = Order(disks, points.new_point(self._clock.now()), socket, files)
        try:
            tracked = {disk.name: bases[disk.name] for disk in disks if _is_tracked(domain, disk, bases)}
            with _still(domain, quiet, at_rest=at_rest) as still:
                held = begun(domain, order, tracked)
            if not still.reached.serves(quiet.least):
                raise NotQuiet(f"{domain.name()} is to be {quiet.least} consistent: {still.why_not}", field="machine")
            remarks = (*_loudness(still, quiet), *_lost(disks, bases, held))
            yield _Job(order, held, still.reached, remarks)
        except BaseException:
            self._end(domain)
            points.drop(domain, order.point)
            raise
        finally:
            self._end(domain)
            scratch.remove(files.values())

    def _end(self, domain: libvirt.virDomain) -> None:
        _abort(domain)
        deadline = Deadline(self._clock, _END_S, interval_s=0.05)
        while _under_way(domain) and deadline.wait():
            pass


@contextmanager
def _still(domain: libvirt.virDomain, quiet: Quiet, *, at_rest: bool) -> Iterator[Stillness]:
    if at_rest:
        yield Stillness(Consistency.FILESYSTEM)
    elif quiet.wanted is Consistency.CRASH:
        yield Stillness()
    else:
        with frozen(agent_of(domain), watchdog_argv(domain, quiet.deadline_s), quiet.deadline_s) as still:
            yield still


def _source(stack: ExitStack, job: _Job, disk: HeldDisk) -> Source:
    tracked = disk.name in job.bases
    blocks = stack.enter_context(exported(job.order.socket, disk.name, disk.bitmap if tracked else ""))
    ranges = blocks.dirty(disk.bitmap) if tracked else blocks.allocated()
    return Source(disk.name, blocks, ranges, job.order.point if disk.tracks else "", whole=not tracked)


def _is_tracked(domain: libvirt.virDomain, disk: HeldDisk, bases: Mapping[str, str]) -> bool:
    return bool(bases.get(disk.name)) and points.is_tracked(domain, disk, bases[disk.name])


def _lost(disks: Sequence[HeldDisk], bases: Mapping[str, str], tracked: Mapping[str, str]) -> Iterator[str]:
    for disk in disks:
        if bases.get(disk.name) and disk.name not in tracked:
            yield f"disk {disk.name}: what changed since {bases[disk.name]} is not known, all of it was read"
        elif not disk.tracks:
            yield f"disk {disk.name}: a {disk.form} disk keeps no track of changes, all of it was read"


def _loudness(still: Stillness, quiet: Quiet) -> Iterator[str]:
    if not still.reached.serves(quiet.wanted):
        yield f"the backup is {still.reached} consistent, not {quiet.wanted}: {still.why_not}"


def _was_shut_down(domain: libvirt.virDomain) -> bool:
    """Say whether the guest itself ended, and so left its file systems clean."""
    return bool(domain.state() == [libvirt.VIR_DOMAIN_SHUTOFF, libvirt.VIR_DOMAIN_SHUTOFF_SHUTDOWN])


def _under_way(domain: libvirt.virDomain) -> str:
    """Return the XML of the backup that is under way, if any."""
    try:
        return str(domain.backupGetXMLDesc(0))
    except libvirt.libvirtError:
        return ""


def _abort(domain: libvirt.virDomain) -> None:
    with suppress(libvirt.libvirtError):
        domain.abortJob()
