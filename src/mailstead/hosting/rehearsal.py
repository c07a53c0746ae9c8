"""`host check --deep`: what only a real host can confirm, tried with a throw-away machine that is removed again.

docs/hyperv.md lists the same points for a person. Each step is told as it is done; whatever happens, the machine and
its disk are taken away at the end, by their id and path.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PureWindowsPath
from uuid import UUID

from mailstead.ground.clock import Clock
from mailstead.ground.errors import Conflict, MailsteadError, NotFound, Rejected
from mailstead.monitoring.model import Finding, failed, passed
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Work, batch
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.port import Remote
from mailstead.sites.marks import PREFIX
from mailstead.sites.model import HyperV
from mailstead.storage.model import Allocation, Format, Role, Volume
from mailstead.storage.port import VolumeStore

TENANT = "mailstead-check"
NAME = f"{PREFIX}{TENANT}"
NOTES = "mailstead host check --deep: may be removed at any time"
MIB = 1 << 20
LIMIT = 500  # operations a second
NOBODY = UUID(int=0)
Tell = Callable[[Finding], None]


class RehearsalNameTaken(Conflict):
    """A machine of the rehearsal's name is there and is not the rehearsal's."""

    code = "rehearsal-name-taken"


class UnlikeWindows(Rejected):
    """The host does not do what it was told to."""

    code = "host-unlike-windows"


@dataclass
class Rehearsal:
    """One rehearsal on one host. `tell` hears of each step as it ends."""

    way: Remote
    volumes: VolumeStore
    settings: HyperV
    folder: PureWindowsPath
    vlan: int
    clock: Clock
    tell: Tell
    findings: list[Finding] = field(default_factory=list)

    @property
    def _disk(self) -> Volume:
        place = self.folder / TENANT / f"{Role.SYSTEM}.{Format.VHDX}"
        return Volume(TENANT, Role.SYSTEM, 64, Allocation.DYNAMIC, Format.VHDX, place)

    def run(self) -> tuple[Finding, ...]:
        """Try everything, clean up, and return what came of it. Raises RehearsalNameTaken before anything is made."""
        self._remove()
        try:
            for name, step in self._steps():
                with self._told(name):
                    step()
                if self.findings[-1].remedy:
                    break
        finally:
            with self._told("clean up"):
                self._remove()
        return tuple(self.findings)

    def _steps(self) -> Iterator[tuple[str, Callable[[], object]]]:
        yield "make a disk", lambda: self.volumes.ensure(self._disk)
        yield "make a machine", self._make
        yield "shape it", self._shape
        yield "VLAN, guards, access list", self._plug
        yield "read them back", self._read_back
        yield "metering, start", self._start
        yield "limits while it runs", self._limit
        yield "measure", lambda: self._do(self._vm | hyperv.MeasureVM()).one("VMMeteringReportForVirtualMachine")
        yield "checkpoint", self._checkpoint
        yield "a batch behind an error", self._batch

    @property
    def _vm(self) -> hyperv.GetVM:
        return hyperv.GetVM(Id=next(self._found()))

    def _found(self) -> Iterator[UUID]:
        for vm in self._do(hyperv.GetVMs()).all("VirtualMachine"):
            if vm.text_of("Name") == NAME:
                if vm.text_of("Notes") not in {NOTES, ""}:
                    remedy = "rename it: the rehearsal would not touch it"
                    raise RehearsalNameTaken(f"there is a machine {NAME} already", field="machine", remedy=remedy)
                yield vm.guid("Id")

    def _make(self) -> None:
        disk, place = str(self._disk.location), str(self.folder / TENANT)
        self._do(
            hyperv.NewVM(
                Name=NAME, MemoryStartupBytes=512 * MIB, VHDPath=disk, Path=place, SwitchName=self.settings.switch
            )
        )
        self._do(self._vm | hyperv.SetVM(Notes=NOTES, CheckpointType="Standard", AutomaticStopAction="TurnOff"))

    def _shape(self) -> None:
        self._do(
            batch(
                self._vm | hyperv.SetVMProcessor(Count=2, Maximum=50),
                self._vm | hyperv.SetVMMemory(DynamicMemoryEnabled=False, StartupBytes=512 * MIB),
                self._vm
                | hyperv.SetVMFirmware(EnableSecureBoot="On", SecureBootTemplate="MicrosoftUEFICertificateAuthority"),
            )
        )

    def _plug(self) -> None:
        adapter = self._vm | hyperv.GetVMNetworkAdapter()
        self._do(
            batch(
                adapter | hyperv.SetVMNetworkAdapterVlan(VlanId=self.vlan),
                adapter | hyperv.SetVMNetworkAdapter(DhcpGuard="On", RouterGuard="On", MacAddressSpoofing="Off"),
                adapter
                | hyperv.AddVMNetworkAdapterExtendedAcl(
                    Action="Allow", Direction="Inbound", Weight=20, LocalPort="25", Protocol="TCP", Stateful=True
                ),
                adapter | hyperv.AddVMNetworkAdapterExtendedAcl(Action="Deny", Direction="Inbound", Weight=1),
            )
        )

    def _read_back(self) -> None:
        adapter = self._vm | hyperv.GetVMNetworkAdapter()
        answer = self._do(
            batch(adapter | hyperv.GetVMNetworkAdapterVlan(), adapter | hyperv.GetVMNetworkAdapterExtendedAcl())
        )
        vlan = answer.one("VMNetworkAdapterVlanSetting").number("AccessVlanId")
        rules = len(answer.all("VMNetworkAdapterExtendedAclSetting"))
        if (vlan, rules) != (self.vlan, 2):
            told = f"VLAN {vlan} and {rules} rules, not VLAN {self.vlan} and 2 rules"
            raise UnlikeWindows(told, field="port")

    def _start(self) -> None:
        self._do(batch(self._vm | hyperv.EnableVMResourceMetering(), self._vm | hyperv.StartVM()))

    def _limit(self) -> None:
        drive = self._vm | hyperv.GetVMHardDiskDrive()
        adapter = self._vm | hyperv.GetVMNetworkAdapter()
        self._do(adapter | hyperv.SetVMNetworkAdapter(MaximumBandwidth=10_000_000))
        self._do(drive | hyperv.SetVMHardDiskDrive(MaximumIOPS=LIMIT))
        found = self._do(batch(drive)).one("HardDiskDrive").number("MaximumIOPS")
        if found != LIMIT:
            raise UnlikeWindows(f"the disk is limited to {found} operations a second, not {LIMIT}", field="disk_iops")

    def _checkpoint(self) -> None:
        self._do(self._vm | hyperv.CheckpointVM(SnapshotName=TENANT))
        self._do(self._vm | hyperv.RemoveVMSnapshot(Name=(TENANT,)))

    def _batch(self) -> None:
        """See whether the host goes on behind an error: we never rely on either, and want to know."""
        vm = self._vm
        try:
            self._do(batch(hyperv.GetVM(Id=NOBODY), vm | hyperv.SetVM(Notes=NOTES)))
        except NotFound:
            return
        raise UnlikeWindows(f"a machine with id {NOBODY} is no error here", field="batch")

    def _remove(self) -> None:
        for number in list(self._found()):
            vm = hyperv.GetVM(Id=number)
            if self._do(vm).one("VirtualMachine").text_of("State") != "Off":
                self._do(vm | hyperv.StopVM(TurnOff=True, Force=True))
            self._do(vm | hyperv.RemoveVM())
        self.volumes.remove(self._disk.key)

    def _do(self, work: Work) -> Answer:
        return self.way.run(work)

    @contextmanager
    def _told(self, step: str) -> Iterator[None]:
        began = self.clock.monotonic()
        try:
            yield
        except MailsteadError as error:
            found = failed(step, NAME, error.message, error.remedy or "look at the host, then run the check again")
        else:
            found = passed(step, NAME, f"{self.clock.monotonic() - began:.2f} s")
        self.findings.append(found)
        self.tell(found)
