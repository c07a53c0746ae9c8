"""A claim on a Hyper-V host: the notes of a machine without disks that is never started.

No file can be written there, and a switch has notes of its administrator's. Two platforms may each make such a machine
at once; whose is the older one has the host, and the other takes its own away again. So the first claim is as good as
atomic: by the host's own clock.
"""

from dataclasses import dataclass
from uuid import UUID

from mailstead.ground.errors import NotFound
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.port import Remote
from mailstead.remoting.values import PsObject
from mailstead.sites.claims import Claim

NAME = "ms-mailstead-claim"
SMALLEST = 32 << 20  # bytes of memory that a machine must at least be given


@dataclass(frozen=True, slots=True)
class MachineClaim:
    """A `ClaimPlace` (sites/claims.py)."""

    way: Remote

    @property
    def where(self) -> str:
        return f"machine {NAME}"

    def read(self) -> Claim | None:
        first = self._first()
        return Claim.parse(first.text_of("Notes"), self.where) if first else None

    def claim(self, claim: Claim) -> Claim:
        if there := self.read():
            return there
        halfway = self._machines()  # somebody died between the two calls that make one
        ours = halfway[0].guid("Id") if halfway else self._make()
        self._write(ours, claim)
        first = self._first()
        if first and first.guid("Id") != ours:
            self._remove(ours)
        return self.read() or claim

    def replace(self, claim: Claim) -> None:
        for number in [vm.guid("Id") for vm in self._machines()] or [self._make()]:
            self._write(number, claim)

    def release(self) -> None:
        for vm in self._machines():
            self._remove(vm.guid("Id"))

    def _machines(self) -> list[PsObject]:
        """Return the machines that bear claims, the oldest first."""
        try:
            found = self.way.run(hyperv.GetVMs(Name=(NAME,))).all("VirtualMachine")
        except NotFound:
            return []
        return sorted(found, key=lambda vm: (vm.moment("CreationTime"), vm.guid("Id")))

    def _first(self) -> PsObject | None:
        return next((vm for vm in self._machines() if vm.text_of("Notes")), None)

    def _make(self) -> UUID:
        made = self.way.run(hyperv.NewVMWithoutDisk(Name=NAME, MemoryStartupBytes=SMALLEST))
        return made.one("VirtualMachine").guid("Id")

    def _write(self, number: UUID, claim: Claim) -> None:
        vm = hyperv.GetVM(Id=number)
        self.way.run(vm | hyperv.SetVM(Notes=str(claim), AutomaticStartAction="Nothing"))

    def _remove(self, number: UUID) -> None:
        try:
            self.way.run(hyperv.GetVM(Id=number) | hyperv.RemoveVM())
        except NotFound:
            return
