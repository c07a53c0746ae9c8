"""What a machine on Hyper-V needs to be called: a management card, and the seed disk at the third place."""

import re
from dataclasses import dataclass
from pathlib import PureWindowsPath
from uuid import UUID

from mailstead.guests.errors import GuestRefused, NoSuchGuest
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Statement, batch
from mailstead.remoting.cmdlets.files import GetChildNames, RemoveItem
from mailstead.remoting.cmdlets.hyperv import (
    AddVMHardDiskDrive,
    AddVMNetworkAdapter,
    ConvertVHD,
    GetVHD,
    GetVM,
    GetVMDriveAt,
    GetVMNetworkAdapter,
    GetVMs,
    RemoveVMHardDiskDrive,
    SetVMNetworkAdapter,
    SetVMNetworkAdapterVlan,
)
from mailstead.remoting.errors import NoSuchObject
from mailstead.remoting.port import Remote
from mailstead.remoting.values import PsObject
from mailstead.sites.management import ManagementPlace
from mailstead.sites.marks import PREFIX, Mark

CARD = "Management"
THIRD = 2  # on SCSI controller 0, after the system and the data disk
_COPY = re.compile(r"seed-[0-9a-f]{12}\.vhdx")
_OFF = ("Off", "OffCritical")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A tenant's machine, its management card and what stands at the third place."""

    id: UUID
    off: bool
    mac: str | None
    seed: PureWindowsPath | None

    @property
    def vm(self) -> GetVM:
        return GetVM(Id=self.id)


class HyperVDoor:
    """Doors of the machines of *platform*. *folder* holds the folders of tenants, *images* what was brought here;
    *switch* and *vlan* lead to the management network. Raises what `Remote.run` raises."""

    def __init__(
        self,
        remote: Remote,
        *,
        platform: str,
        folder: PureWindowsPath,
        images: PureWindowsPath,
        switch: str,
        vlan: int | None = None,
    ) -> None:
        self._remote, self._platform = remote, platform
        self._folder, self._images = folder, images
        self._switch, self._vlan = switch, vlan

    def fit(self, machine: str, place: ManagementPlace, brought: str | None) -> None:
        """Give a machine that is off its card and its seed, the file *brought* in the images' folder; may be repeated.

        None is brought to a machine that wakes otherwise. Raises NoSuchGuest, and GuestRefused where a running machine
        has not all of it.
        """
        seen, own = self._seen(machine), self._own(machine, brought) if brought else None
        work = self._card(seen, place) + (self._seed(seen, own) if own else [])
        if work and not seen.off:
            remedy = "stop the machine, then: mailstead apply"
            raise GuestRefused(f"{machine} runs without its door", field="machine", value=machine, remedy=remedy)
        if brought and own and seen.seed != own:
            self._copy(brought, own)
        if work:
            self._remote.run(batch(*work))

    def has_copy(self, machine: str, name: str) -> bool:
        """Say whether the seed *name* need not be brought any more."""
        return self._there(self._own(machine, name))

    def forget(self, machine: str) -> None:
        """Delete all copies of seeds of a machine that is gone; none is no error."""
        folder = self._folder / machine
        try:
            names = self._remote.run(GetChildNames(Path=(str(folder),))).values
        except NoSuchObject:
            return
        if seeds := tuple(str(folder / str(name)) for name in names if _COPY.fullmatch(str(name))):
            self._remote.run(RemoveItem(LiteralPath=seeds))

    def _card(self, seen: _Seen, place: ManagementPlace) -> list[Statement]:
        mac = place.mac.replace(":", "").upper()
        at = seen.vm | GetVMNetworkAdapter(Name=CARD)
        if seen.mac == mac:
            return []
        if seen.mac is not None:
            return [at | SetVMNetworkAdapter(StaticMacAddress=mac)]
        work: list[Statement] = [
            seen.vm | AddVMNetworkAdapter(Name=CARD, SwitchName=self._switch, StaticMacAddress=mac),
            at | SetVMNetworkAdapter(MacAddressSpoofing="Off", DhcpGuard="On", RouterGuard="On"),
        ]
        return work + ([at | SetVMNetworkAdapterVlan(VlanId=self._vlan)] if self._vlan else [])

    def _seed(self, seen: _Seen, own: PureWindowsPath) -> list[Statement]:
        if seen.seed == own:
            return []
        old = [seen.vm | GetVMDriveAt(ControllerLocation=THIRD) | RemoveVMHardDiskDrive()] if seen.seed else []
        return [*old, seen.vm | AddVMHardDiskDrive(ControllerLocation=THIRD, Path=str(own))]

    def _copy(self, brought: str, own: PureWindowsPath) -> None:
        """Copy the seed to the tenant's folder, where the role lets disks be attached from."""
        if not self._there(own):
            self._remote.run(ConvertVHD(Path=str(self._images / brought), DestinationPath=str(own), VHDType="Dynamic"))

    def _there(self, path: PureWindowsPath) -> bool:
        try:
            self._remote.run(GetVHD(Path=(str(path),)))
        except NoSuchObject:
            return False
        return True

    def _own(self, machine: str, brought: str) -> PureWindowsPath:
        return self._folder / machine / f"seed-{brought.removeprefix(f'seed-{machine}-')}"

    def _seen(self, machine: str) -> _Seen:
        near = GetVMs(Name=(PREFIX + machine,))
        look = batch(near, near | GetVMNetworkAdapter(Name=CARD), near | GetVMDriveAt(ControllerLocation=THIRD))
        try:
            return self._ours(machine, self._remote.run(look))
        except NoSuchObject as error:
            raise _no_guest(machine) from error

    def _ours(self, machine: str, answer: Answer) -> _Seen:
        for vm in answer.all("VirtualMachine"):
            mark = Mark.parse(vm.text_of("Notes"))
            if mark and (mark.platform, mark.tenant) == (self._platform, machine):
                own = vm.guid("Id")
                mac = _of(answer.all("VMNetworkAdapter"), own, "MacAddress")
                seed = _of(answer.all("HardDiskDrive"), own, "Path")
                path = PureWindowsPath(seed) if seed else None
                return _Seen(own, vm.text_of("State") in _OFF, mac, path)
        raise _no_guest(machine)


def _of(parts: tuple[PsObject, ...], machine: UUID, name: str) -> str | None:
    return next((part.text_of(name) for part in parts if part.guid("VMId") == machine), None)


def _no_guest(machine: str) -> NoSuchGuest:
    return NoSuchGuest(f"there is no machine {machine}", field="machine", value=machine)
