"""A machine of libvirt that never runs an instruction: its disks are written through QEMU's monitor."""

import os
import signal
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import libvirt
import libvirt_qemu

from mailstead.backup.drivers.folder_places import FolderPlaces
from mailstead.backup.drivers.libvirt.holding import LibvirtChangedBlocks
from mailstead.backup.drivers.libvirt.points import known_points
from mailstead.ground.clock import Deadline, SystemClock
from mailstead.hypervisors.drivers.libvirt.connection import LibvirtConnection
from mailstead.hypervisors.model import Machine, Power, machine_uuid
from tests.hypervisors.example import example_machine

from .images import converted, image, io_on, run

PLATFORM = "sources"
DEVICES = {"system": "vda", "data": "vdb"}
SIZES = {"system": 4 << 20, "data": 8 << 20}
_NUMBER = {"system": 0, "data": 1, "more": 2}


def domain_of(machine: str) -> str:
    return f"sources-{machine}"


class LibvirtStage:
    """The machine `acme`, with a system disk that stands on an image, and a data disk."""

    def __init__(self, connection: LibvirtConnection, folder: Path) -> None:
        self.connection, self.folder, self.home = connection, folder, folder / "acme"
        self.home.mkdir()
        for place in (folder, self.home):
            place.chmod(0o711)
        image(folder / "image.qcow2", SIZES["system"])
        io_on(folder / "image.qcow2", "write -P 77 0 1M")
        image(self.disk("system"), base=folder / "image.qcow2")
        image(self.disk("data"), SIZES["data"])
        self.changes = self.with_floor(1 << 20)
        self.places = FolderPlaces(folder, self.machines)
        self.domain = connection.current().defineXML(self.definition("system", "data"))
        self.start()

    def machines(self) -> dict[str, Machine]:
        """Return the machine as far as places ask: whether it runs."""
        found = example_machine(self.folder, self.folder, self.folder)
        return {"acme": replace(found, power=Power.ON if self.domain.isActive() else Power.OFF)}

    def definition(self, *disks: str) -> str:
        """Return a domain with these disks."""
        listed = "".join(self._listed(name) for name in disks)
        named = f"<name>{domain_of('acme')}</name><uuid>{machine_uuid(PLATFORM, 'acme')}</uuid>"
        system = "<memory unit='MiB'>16</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>"
        devices = f"<controller type='usb' model='none'/>{listed}<memballoon model='none'/>"
        return f"<domain type='qemu'>{named}{system}<devices>{devices}</devices></domain>"

    def disk(self, name: str) -> Path:
        return self.home / f"{name}.qcow2"

    def write(self, disk: str, offset: int, content: bytes) -> None:
        with tempfile.NamedTemporaryFile(dir=self.folder) as pattern:
            pattern.write(content)
            pattern.flush()
            Path(pattern.name).chmod(0o644)
            self._io(disk, f"write -q -s {pattern.name} {offset} {len(content)}")

    def content(self, disk: str) -> bytes:
        """Return what `qemu-img convert` makes of it."""
        if self.domain.isActive():
            self._io(disk, "flush")
        return converted(self.disk(disk), self.folder / "raw")

    def start(self) -> None:
        if not self.domain.isActive():
            self.domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)

    def stop(self) -> None:
        if self.domain.isActive():
            self.domain.destroy()

    def with_floor(self, floor: int) -> LibvirtChangedBlocks:
        """Return the driver, with so many bytes that are to stay free."""
        doing, clock = self.connection.doing, SystemClock()
        return LibvirtChangedBlocks(doing, domain_of, platform=PLATFORM, folder=self.folder, clock=clock, floor=floor)

    def kill(self) -> None:
        """Let the machine's QEMU die at once."""
        place = Path(f"/run/libvirt/qemu/{domain_of('acme')}.pid")
        os.kill(int(place.read_text()), signal.SIGKILL)
        deadline = Deadline(SystemClock(), 20, interval_s=0.05)
        while self.domain.isActive() and deadline.wait():
            pass

    def grow(self, disk: str, size: int, *, running: bool) -> None:
        if running:
            self.domain.blockResize(DEVICES[disk], size, libvirt.VIR_DOMAIN_BLOCK_RESIZE_BYTES)
            return
        self.stop()
        run("qemu-img", "resize", "-q", "-f", "qcow2", str(self.disk(disk)), str(size))
        self.start()

    def forget_points(self) -> None:
        """Let libvirt forget its checkpoints, as with a machine that comes from another host."""
        for checkpoint in self.domain.listAllCheckpoints(0):
            checkpoint.delete(libvirt.VIR_DOMAIN_CHECKPOINT_DELETE_METADATA_ONLY)

    def begin_foreign_backup(self) -> None:
        """Let another program back the data disk up."""
        server = f"<server transport='unix' socket='{self.folder}/other.sock'/>"
        disk = f"<disk name='vdb' type='file'><scratch file='{self.home}/other.scratch'/></disk>"
        self.folder.chmod(0o777)
        order = f"<domainbackup mode='pull'>{server}<disks><disk name='vda' backup='no'/>{disk}</disks></domainbackup>"
        self.domain.backupBegin(order, None, 0)

    def lose_points(self, disk: str) -> None:
        self.stop()
        raw = self.folder / "raw"
        raw.write_bytes(self.content(disk))
        run("qemu-img", "convert", "-O", "qcow2", str(raw), str(self.disk(disk)))
        self.start()

    def points(self) -> frozenset[str]:
        return known_points(self.domain)

    def close(self) -> None:
        with suppress(libvirt.libvirtError):
            self.domain.destroy()
        self.domain.undefineFlags(libvirt.VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA)

    def _io(self, disk: str, command: str) -> None:
        if not self.domain.isActive():
            io_on(self.disk(disk), command)
            return
        backend = f"/machine/peripheral/virtio-disk{_NUMBER[disk]}/virtio-backend"
        how = libvirt_qemu.VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP
        said = libvirt_qemu.qemuMonitorCommand(self.domain, f'qemu-io -d {backend} "{command}"', how)
        assert not said.strip(), said

    def _listed(self, name: str) -> str:
        driver = "<driver name='qemu' type='qcow2' cache='none' io='threads' discard='unmap'/>"
        target = f"<target dev='vd{'abc'[_NUMBER[name]]}' bus='virtio'/><serial>mailstead-{name}</serial>"
        return f"<disk type='file' device='disk'>{driver}<source file='{self.disk(name)}'/>{target}</disk>"
