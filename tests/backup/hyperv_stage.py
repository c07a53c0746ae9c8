"""A simulated Hyper-V host whose disks are real VHDX files behind a real Samba server, with the machine `acme`."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath

from mailstead.backup.drivers.hyperv.holding import HyperVChangedBlocks
from mailstead.backup.drivers.hyperv.ledger import Ledger
from mailstead.backup.drivers.hyperv.places import HyperVPlaces
from mailstead.backup.drivers.hyperv.rooms import Shares
from mailstead.backup.model import Kind, Moment, Taken
from mailstead.ground.clock import SystemClock
from mailstead.hypervisors.drivers.hyperv.operated import Operated
from mailstead.hypervisors.drivers.hyperv.refusals import doing
from mailstead.remoting.port import Remote
from mailstead.sites.marks import Mark
from mailstead.storage.drivers.smb_files import Share
from tests.standin.hyperv.kinds import VhdType, VMState
from tests.standin.hyperv.tracking import guest_writes, hold_disks, local
from tests.standin.hyperv.world import Drive, Machine, Vhd
from tests.standin.rig import Rig, rigged
from tests.storage.samba import serving

from .images import run

VOLUME = PureWindowsPath(r"C:\ClusterStorage\Volume1")
FOLDER, IMAGES = VOLUME / "mailstead", VOLUME / "mailstead-images"
SIZE = 4 << 20


class Impatient(SystemClock):
    """Time as it is, but nobody waits."""

    def sleep(self, seconds: float) -> None:
        del seconds


@dataclass(frozen=True)
class Ground:
    """What all stages of a module share: the host, its files, the way there."""

    rig: Rig
    files: Path
    share: Share

    def shares(self) -> Shares:
        at = {FOLDER: "mailstead", IMAGES: "mailstead-images"}
        return {path: replace(self.share, folder=rf"{self.share.folder}\{name}") for path, name in at.items()}


@contextmanager
def ground(folder: Path) -> Iterator[Ground]:
    (folder / "samba").mkdir()
    with serving(folder / "samba") as share, rigged(folder) as rig:
        yield Ground(rig, folder / "samba" / "images", share)


class HyperVStage:
    """A host that was just set up: `acme` runs, with two disks."""

    def __init__(self, ground: Ground, *, size: int = SIZE) -> None:
        self.ground, self.host = ground, ground.rig.world
        for left in ground.files.iterdir():
            shutil.rmtree(left)
        (ground.files / "mailstead" / "acme").mkdir(parents=True)
        (ground.files / "mailstead-images").mkdir()
        ground.rig.fresh()
        self.host.files = ground.files
        self.machine = Machine("ms-acme", 1 << 30, notes=str(Mark("home", "acme")), state=VMState.Running)
        self.host.machines[self.machine.id] = self.machine
        for number, name in enumerate(("system", "data")):
            self.add(number, name, size)
        self.connect(ground.rig)

    def connect(self, remote: Remote) -> None:
        """Come to the host by this way."""
        operated, ground = Operated(remote, "home"), self.ground
        self.places = HyperVPlaces(
            operated, doing, folder=FOLDER, shares=ground.shares, scratch=ground.files.parent / "scratch"
        )
        self.changes = HyperVChangedBlocks(operated, doing, folder=FOLDER, shares=ground.shares, clock=Impatient())

    def add(self, number: int, name: str, size: int) -> None:
        path = str(FOLDER / "acme" / f"{name}.vhdx")
        vhd = self.host.vhds[path.lower()] = Vhd(path, size, VhdType.Dynamic)
        run("qemu-img", "create", "-q", "-f", "vhdx", "-o", "block_size=1M", str(local(self.host, path)), str(size))
        self.machine.drives.append(Drive(self.machine, number, vhd.path))

    def drive(self, disk: str) -> Drive:
        return next(drive for drive in self.machine.drives if PureWindowsPath(drive.path).stem == disk)

    def file(self, disk: str) -> Path:
        return local(self.host, self.drive(disk).path)

    def write(self, disk: str, offset: int, content: bytes) -> None:
        guest_writes(self.host, self.drive(disk), offset, content)

    def content(self, disk: str) -> bytes:
        raw = self.ground.files.parent / "content.raw"
        run("qemu-img", "convert", "-f", "vhdx", "-O", "raw", str(self.file(disk)), str(raw))
        return raw.read_bytes()

    def stop(self) -> None:
        self.machine.state = VMState.Off

    def start(self) -> None:
        self.machine.state = VMState.Running

    def lose_points(self, disk: str) -> None:
        file = self.file(disk)
        copy = file.with_suffix(".copy")
        shutil.copyfile(file, copy)
        copy.rename(file)

    @property
    def ledger(self) -> Ledger:
        kept = self.ground.files / "mailstead" / "acme" / "backup-points.json"
        return Ledger.parse(kept.read_text() if kept.exists() else "")

    def points(self) -> frozenset[str]:
        return frozenset(self.ledger.points)

    def hold(self) -> None:
        """Let a snapshot be taken by somebody."""
        hold_disks(self.host, self.machine, level=2)

    def keep_ledger(self, ledger: Ledger) -> None:
        (self.ground.files / "mailstead" / "acme" / "backup-points.json").write_text(str(ledger))

    def moment(self, taken: Taken) -> Moment:
        return Moment(taken.at, "run-x", Kind.FULL, None, taken.consistency)
