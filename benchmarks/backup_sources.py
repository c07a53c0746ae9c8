"""A disk read out of QEMU, over NBD and by its dirty bitmaps, beside its peers. See benchmarks/README.md.

python -m benchmarks.backup_sources [SCRATCH FOLDER]

The images and peers of `backup_store`; here the disk is a qcow2 of a machine of libvirt that runs no instruction, and
the day of mail is written on it through QEMU's monitor. Measured as well: how long libvirt takes to hold the disk (so
long a guest would stand still), a restore, and memory for a sparse disk of 1 TiB. Needs root, libvirt and Debian's
virtnbdbackup; the scratch folder must let libvirt's QEMU pass.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

import libvirt
import libvirt_qemu

from mailstead.backup.drivers.folder import FolderTarget
from mailstead.backup.drivers.folder_places import FolderPlaces
from mailstead.backup.drivers.libvirt import beginning, holding
from mailstead.backup.model import CHUNK, Consistency, Kind, Moment, Outcome, Quiet, Source
from mailstead.backup.store.backups import Backups
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.ground.clock import SystemClock
from mailstead.hypervisors.drivers.libvirt import daemons
from mailstead.hypervisors.drivers.libvirt.connection import LibvirtConnection
from mailstead.hypervisors.model import machine_uuid
from mailstead.security.sealing import fresh_key

from .backup_store import ROUNDS, Image, borg, make_images, restic

TIB = 1 << 40
READ_OVER_DIRTY, MEMORY_MIB, FROZEN_S = 1.05, 300, 0.2
PLATFORM = "benchmark"
CRASH = Quiet(Consistency.CRASH)
T = TypeVar("T")


@dataclass(slots=True)
class Machine:
    """A machine of libvirt with one disk."""

    name: str
    domain: libvirt.virDomain
    changes: holding.LibvirtChangedBlocks
    points: dict[str, str] = field(default_factory=dict)

    def let_a_day_pass(self, images: tuple[Path, Path], pattern: Path) -> int:
        """Write what the day changed; return how many bytes that is."""
        before, after = map(Image, images)
        dirty = list(after.differing(before))
        for part in dirty:
            pattern.write_bytes(after.read(part.offset, CHUNK))
            pattern.chmod(0o644)
            self._write(pattern, part.offset)
        return len(dirty) * CHUNK

    def _write(self, pattern: Path, offset: int) -> None:
        backend = "/machine/peripheral/virtio-disk0/virtio-backend"
        command = f'qemu-io -d {backend} "write -q -s {pattern} {offset} {CHUNK}"'
        libvirt_qemu.qemuMonitorCommand(self.domain, command, libvirt_qemu.VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP)

    def backup(self, store: TenantStore, base: int | None = None) -> Outcome:
        kind = Kind.INCREMENTAL if base else Kind.FULL
        with self.changes.moment(self.name, self.points, CRASH) as taken:
            outcome = store.backup(Moment(datetime.now(UTC), "benchmark", kind, base), taken.sources)
        self.points = {source.name: source.point for source in taken.sources}
        return outcome


@contextmanager
def machine(name: str, image: Path, folder: Path) -> Iterator[Machine]:
    """Make a machine whose only disk is the qcow2 *image*, and start it without letting it run."""
    connection = LibvirtConnection("qemu:///system")
    disk = (
        "<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none' io='threads'/>"
        f"<source file='{image}'/><target dev='vda' bus='virtio'/><serial>mailstead-data</serial></disk>"
    )
    named = f"<name>benchmark-{name}</name><uuid>{machine_uuid(PLATFORM, name)}</uuid><memory unit='MiB'>16</memory>"
    system = "<os><type arch='x86_64' machine='pc'>hvm</type></os>"
    domain = connection.current().defineXML(f"<domain type='qemu'>{named}{system}<devices>{disk}</devices></domain>")
    domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)
    changes = holding.LibvirtChangedBlocks(
        connection.doing, lambda tenant: f"benchmark-{tenant}", platform=PLATFORM, folder=folder, clock=SystemClock()
    )
    try:
        yield Machine(name, domain, changes)
    finally:
        domain.destroy()
        domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA)
        connection.close()


def ours(scratch: Path, images: tuple[Path, Path], began: list[float]) -> tuple[list[float], float]:
    """Back up, let a day pass, back up, restore; return seconds of each, and bytes read over bytes dirty."""
    (scratch / "data").mkdir(mode=0o711)
    disk = scratch / "data" / "data.qcow2"
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", images[0], disk], check=True)
    store = _store(scratch, "ours")
    with machine("data", disk, scratch) as held:
        full, _ = _timed(lambda: held.backup(store))
        dirty = held.let_a_day_pass(images, scratch / "pattern")
        day, outcome = _timed(lambda: held.backup(store, 1))
    restored, _ = _timed(lambda: _restore(store, scratch))
    subprocess.run(["qemu-img", "compare", "-q", scratch / "back" / "data.qcow2", images[1]], check=True)
    print("libvirt held the disk within " + ", ".join(f"{seconds:.3f} s" for seconds in began))
    return [full, day, restored], outcome.read / dirty


def virtnbdbackup(scratch: Path, images: tuple[Path, Path]) -> list[float]:
    """Let virtnbdbackup read the same disk in a machine of its own (compressed by lz4, not encrypted)."""
    (scratch / "peer").mkdir(mode=0o711)
    disk, places = scratch / "peer" / "data.qcow2", ["-o", str(scratch / "virtnbd"), "-S", str(scratch / "peer")]
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", images[0], disk], check=True)
    argv = ["virtnbdbackup", "-d", "benchmark-peer", "-z", "-n", *places]
    with machine("peer", disk, scratch) as held:
        full, _ = _timed(lambda: subprocess.run([*argv, "-l", "full"], check=True, capture_output=True))
        held.let_a_day_pass(images, scratch / "pattern")
        day, _ = _timed(lambda: subprocess.run([*argv, "-l", "inc"], check=True, capture_output=True))
    return [full, day]


def _restore(store: TenantStore, scratch: Path) -> None:
    places = FolderPlaces(scratch, dict)
    with store.reading(2, "restore") as reading:
        disk = reading.disk("data")
        places.prepare("back", Source("data", disk, disk.extents()), run="r1")
    places.put_in("back", run="r1")
    places.clear("back", run="r1")


def sparse_memory(scratch: Path) -> int:
    """Return the peak of memory, in MiB, of a process that backs up a sparse qcow2 of 1 TiB."""
    (scratch / "desert").mkdir(mode=0o711)
    disk = scratch / "desert" / "data.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", disk, str(TIB)], check=True)
    writes = [part for at in range(0, TIB, 1 << 30) for part in ("-c", f"write -q -P 7 {at} 4k")]
    subprocess.run(["qemu-io", "-f", "qcow2", *writes, disk], check=True)
    with machine("desert", disk, scratch) as held:
        seconds, _ = _timed(lambda: held.backup(_store(scratch, "desert-store")))
    print(f"a sparse disk of 1 TiB with data in each GiB: {seconds:.1f} s")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(scratch: Path) -> int:
    """Measure, print, and return 0 when the budgets hold."""
    scratch.chmod(0o711)
    daemons.ensure_running()
    images = make_images(scratch)
    with _beginnings() as began:
        memory = sparse_memory(scratch)
        (full, day, restored), ratio = ours(scratch, images, began)
    print(f"ours    full {full:6.2f} s, day {day:6.2f} s, restore {restored:6.2f} s")
    virtnbd = virtnbdbackup(scratch, images)
    print(f"virtnbdbackup full {virtnbd[0]:6.2f} s, day {virtnbd[1]:6.2f} s")
    peers = {tool.__name__: tool(scratch, images) for tool in (borg, restic)}
    for name, costs in peers.items():
        print(f"{name:7} " + ", ".join(f"{of} {cost.seconds:6.2f} s" for of, cost in zip(ROUNDS, costs, strict=True)))
    print(f"bytes read over bytes dirty: {ratio:.3f} (budget {READ_OVER_DIRTY})")
    print(f"full backup: {full / peers['borg'][0].seconds:.2f} of borg's time (budget 1)")
    print(f"memory of the whole process: {memory} MiB at the peak (budget {MEMORY_MIB})")
    print(f"the longest holding: {max(began):.3f} s (budget {FROZEN_S})")
    within = ratio <= READ_OVER_DIRTY and full <= peers["borg"][0].seconds and memory < MEMORY_MIB
    return 0 if within and max(began) <= FROZEN_S else 1


@contextmanager
def _beginnings() -> Iterator[list[float]]:
    """Let the driver note how long each of its transactions takes."""
    taken: list[float] = []

    def timed(domain: libvirt.virDomain, order: beginning.Order, bases: Mapping[str, str]) -> dict[str, str]:
        seconds, held = _timed(lambda: beginning.begun(domain, order, bases))
        taken.append(seconds)
        return held

    with patch(f"{holding.__name__}.begun", timed):
        yield taken


def _store(scratch: Path, name: str) -> TenantStore:
    (scratch / name).mkdir()
    return Backups.make(FolderTarget(scratch / name), fresh_key(), scratch / f"{name}-index").tenant("acme")


def _timed(act: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    done = act()
    return time.perf_counter() - began, done


if __name__ == "__main__":
    beside = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(prefix="mailstead-bench-", dir=beside) as place:
        raise SystemExit(main(Path(place)))
