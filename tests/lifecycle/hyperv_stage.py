"""A stage whose one host is a simulated Hyper-V host: real drivers and a real client; guests and mail in memory."""

import shutil
from copy import deepcopy
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path, PureWindowsPath
from threading import RLock
from typing import Any

from mailstead.ground.clock import VirtualClock
from mailstead.guests.drivers.memory import GuestState, MemoryGuests
from mailstead.guests.errors import GuestSilent
from mailstead.hypervisors.drivers.hyperv.machines import HyperVHypervisor
from mailstead.hypervisors.model import FirmwareBoot
from mailstead.lifecycle.world import GuestImage, HostPorts
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.networks.drivers.hyperv import HyperVSwitch
from mailstead.orders.drivers.memory import Crashed
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Work, as_batch
from mailstead.sites.model import Platform
from mailstead.storage.drivers.hyperv import HyperVVolumes
from mailstead.storage.model import Format, Role, VolumeKey
from mailstead.wiring.memory import Outside, memory_platform
from tests.standin.faults import Kind
from tests.standin.hyperv.kinds import VhdType
from tests.standin.hyperv.world import Vhd
from tests.standin.rig import Rig

from .scenes import Scene
from .stage import Stage

HOST = "hv01"
ROOT = r"C:\ClusterStorage\Volume1"
FOLDER = PureWindowsPath(ROOT) / "mailstead"
IMAGE = GuestImage(PureWindowsPath(ROOT) / "mailstead-images" / "appliance.vhdx", Format.VHDX, 4096, FirmwareBoot())


class Ending(Enum):
    """How a call ends that does not end well; what was to be done is done."""

    KILLED_AFTER = "we are killed, its answer lost"
    LOST = "its answer is lost"


@dataclass
class Way:
    """A `Remote` of which one call, by its number from 0, ends as it is told; `calls` are the names of its cmdlets."""

    rig: Rig
    calls: list[tuple[str, ...]] = field(default_factory=list)
    ending: tuple[int, Ending] | None = None

    @property
    def name(self) -> str:
        return self.rig.name

    def run(self, work: Work, *, deadline_s: float | None = None) -> Answer:
        ending = self.ending[1] if self.ending and self.ending[0] == len(self.calls) else None
        self.calls.append(tuple(cmdlet.name for cmdlet in as_batch(work).cmdlets))
        if ending is Ending.LOST:
            self.rig.faults.add(Kind.LOST_ANSWER, "Receive")
        answer = self.rig.run(work, deadline_s=deadline_s)
        if ending is Ending.KILLED_AFTER:
            raise Crashed
        return answer

    def __deepcopy__(self, _: dict[int, Any]) -> "Way":
        return self  # there is one host, whatever is copied of the world around it

    def guest(self, tenant: str) -> GuestState:
        """Return what the guest of a tenant's machine does: it answers while the machine runs."""
        for machine in self.rig.world.named(f"ms-{tenant}"):
            return GuestState.ANSWERING if machine.running else GuestState.SILENT
        return GuestState.MISSING

    def reach(self, tenant: str) -> None:
        if self.guest(tenant) is not GuestState.ANSWERING:
            raise GuestSilent(f"{tenant} does not answer", field="machine", value=tenant, remedy="see whether it runs")


class _Volumes(HyperVVolumes):
    """Disks that take what a mail server in memory keeps on them along when they go."""

    def __init__(self, way: Way, mail: MemoryMailServers) -> None:
        super().__init__(way, FOLDER)
        self._mail = mail

    def remove(self, key: VolumeKey) -> None:
        super().remove(key)
        if key.role is Role.DATA:
            self._mail.forget(key.tenant)


def hyperv_platform() -> Platform:
    host = {"name": HOST, "driver": "hyperv", "folder": str(FOLDER), "hyperv": {"address": "hv01.example"}}
    return Platform.parse({"sites": [{"name": "home", "hosts": [host]}], "dns": {"driver": "memory"}})


def hyperv_outside(platform: Platform, way: Way) -> Outside:
    """Return a world outside with the host as an administrator prepares it, and nothing on it."""
    way.rig.fresh()
    world, image = way.rig.world, str(IMAGE.system)
    world.folders = {str(FOLDER).lower()}
    world.vhds[image.lower()] = Vhd(image, IMAGE.system_mib << 20, VhdType.Dynamic)
    clock = VirtualClock()
    mail = MemoryMailServers(clock, way.reach)
    ports = HostPorts(
        platform.hosts[0],
        HyperVHypervisor(way, platform=platform.name, folder=FOLDER, clock=clock),
        _Volumes(way, mail),
        HyperVSwitch(
            way,
            platform=platform.name,
            folder=FOLDER,
            inner=(platform.network.ipv4_pool, platform.network.ipv6_pool),
        ),
        MemoryGuests(state_of=way.guest),
        mail,
        the_image,
    )
    return Outside({HOST: ports}, clock=clock)


def the_image(_base: object) -> GuestImage:
    """Return the one image there is."""
    return IMAGE


@dataclass
class Kept:
    """A scene at rest: its world outside, and the state of the simulated host."""

    outside: Outside
    host: dict[str, Any]


@dataclass
class HyperVScenes:
    """Scenes on the host, each played once; a test gets a copy, and the host in the state it then had."""

    home: Path
    way: Way
    _kept: dict[str, Kept] = field(default_factory=dict)

    def open(self, scene: Scene | None, folder: Path) -> Stage:
        platform = hyperv_platform()
        if scene is None:
            folder.mkdir()
            return _stage(folder, platform, hyperv_outside(platform, self.way))
        kept = self._kept.get(scene.name) or self._played(scene)
        shutil.copytree(self.home / scene.name, folder)
        self._put_back(kept.host)
        return _stage(folder, platform, _copied(kept.outside))

    def _played(self, scene: Scene) -> Kept:
        folder = self.home / scene.name
        stage = self.open(scene.after, folder)
        scene.play(stage)
        stage.close()
        kept = self._kept[scene.name] = Kept(stage.outside, deepcopy(vars(self.way.rig.world)))
        return kept

    def _put_back(self, host: dict[str, Any]) -> None:
        self.way.rig.faults.clear()
        self.way.calls.clear()
        self.way.ending = None
        vars(self.way.rig.world).update(deepcopy(host))


def _stage(folder: Path, platform: Platform, outside: Outside) -> Stage:
    running, engine = memory_platform(folder, platform, outside)
    return Stage(folder, platform, outside, running, engine)


def _copied(outside: Outside) -> Outside:
    return deepcopy(outside, {id(outside.journal.ledger._lock): RLock()})
