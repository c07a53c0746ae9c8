"""Processor, memory, firmware and integration services of a machine, and what it has used."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from psrpcore.types import ErrorCategory

from mailstead.remoting.cmdlets import hyperv as declared
from tests.standin.engine import Run, simulates
from tests.standin.objects import Live, Wide
from tests.standin.records import PSError

from .machines import MIB, out_of_range, wrong_state
from .world import HV, Machine

TEMPLATES = ("MicrosoftWindows", "MicrosoftUEFICertificateAuthority", "OpenSourceShieldedVM")


@dataclass(eq=False)
class Part(Live):
    """A part of a machine with its own properties."""

    machine: Machine

    def shown(self) -> dict[str, object]:
        return {"VMName": self.machine.name, "VMId": self.machine.id} | self.own()

    def own(self) -> dict[str, object]:
        return {}


class Processor(Part):
    TYPES = (HV + "VMProcessor", HV + "VMDevice", "System.Object")

    def own(self) -> dict[str, object]:
        of = self.machine
        counts: dict[str, object] = {"Count": Wide(of.count), "Maximum": Wide(of.limit), "Reserve": Wide(of.reserve)}
        return counts | {"RelativeWeight": of.weight, "ExposeVirtualizationExtensions": of.nested}


class Memory(Part):
    TYPES = (HV + "VMMemory", HV + "VMDevice", "System.Object")

    def own(self) -> dict[str, object]:
        of = self.machine
        sizes = {"Startup": Wide(of.startup), "Minimum": Wide(of.least), "Maximum": Wide(of.most)}
        return sizes | {"DynamicMemoryEnabled": of.dynamic, "Buffer": of.buffer}


class Firmware(Part):
    TYPES = (HV + "VMFirmware", HV + "VMComponentObject", "System.Object")

    def own(self) -> dict[str, object]:
        return {"SecureBoot": self.machine.secure_boot, "SecureBootTemplate": self.machine.template}


@dataclass(eq=False)
class Service(Part):
    TYPES = (HV + "VMIntegrationComponent", HV + "VMComponentObject", "System.Object")
    name: str

    def own(self) -> dict[str, object]:
        enabled = self.machine.services[self.name]
        status = "OK" if enabled and self.machine.running else ""
        return {"Name": self.name, "Enabled": enabled, "PrimaryStatusDescription": status}


class Report(Part):
    TYPES = (HV + "VMMeteringReportForVirtualMachine", HV + "VMMeteringReport", "System.Object")

    def own(self) -> dict[str, object]:
        since = self.machine.metering_since or datetime.now(UTC)
        return {
            "MeteringDuration": datetime.now(UTC) - since,
            "AverageProcessorUsage": 120,
            "AverageMemoryUsage": self.machine.startup // MIB if self.machine.running else 0,
            "TotalDiskAllocation": 61440,
            "AggregatedDiskDataRead": 12,
            "AggregatedDiskDataWritten": 34,
            "NetworkMeteredTrafficReport": [],
        }


@simulates(declared.SetVMProcessor)
def set_processor(run: Run, call: declared.SetVMProcessor, machine: Machine) -> None:
    structural = call.Count not in {None, machine.count} or call.ExposeVirtualizationExtensions is not None
    if structural and machine.running:
        run.error(wrong_state(machine, "Failed to modify device 'Processor'."))
        return
    if call.Count is not None and not 1 <= call.Count <= run.world.processors:
        run.error(out_of_range(f"The number of virtual processors {call.Count} is out of range."))
        return
    machine.count = call.Count or machine.count
    machine.limit = machine.limit if call.Maximum is None else call.Maximum
    machine.reserve = machine.reserve if call.Reserve is None else call.Reserve
    machine.weight = call.RelativeWeight or machine.weight
    if call.ExposeVirtualizationExtensions is not None:
        machine.nested = call.ExposeVirtualizationExtensions


@simulates(declared.GetVMProcessor)
def get_processor(_: Run, __: declared.GetVMProcessor, machine: Machine) -> Iterator[Processor]:
    yield Processor(machine)


@simulates(declared.SetVMMemory)
def set_memory(run: Run, call: declared.SetVMMemory, machine: Machine) -> None:
    dynamic = machine.dynamic if call.DynamicMemoryEnabled is None else call.DynamicMemoryEnabled
    if machine.running and (dynamic != machine.dynamic or (machine.dynamic and call.StartupBytes is not None)):
        run.error(wrong_state(machine, "Failed to modify device 'Memory'."))
        return
    if machine.running and machine.dynamic and _narrows(call, machine):
        run.error(wrong_state(machine, "The bounds of dynamic memory can only be widened."))
        return
    startup = call.StartupBytes or machine.startup
    if machine.running and machine.nested and startup != machine.startup:
        run.error(wrong_state(machine, "Memory is adjusted only while the virtual machine is off."))
        return
    if startup % (2 * MIB) or startup < 32 * MIB:
        run.error(out_of_range("Memory must be aligned with 2 MB, and at least 32 MB."))
        return
    if machine.running and startup - machine.startup > run.world.free_memory():
        raise PSError("Not enough memory in the system. (0x8007000E)", ErrorCategory.FromStdErr, "OutOfMemory")
    machine.startup, machine.dynamic = startup, dynamic
    machine.least, machine.most = call.MinimumBytes or machine.least, call.MaximumBytes or machine.most
    machine.buffer = machine.buffer if call.Buffer is None else call.Buffer


def _narrows(call: declared.SetVMMemory, machine: Machine) -> bool:
    less = call.MaximumBytes is not None and call.MaximumBytes < machine.most
    return less or (call.MinimumBytes is not None and call.MinimumBytes > machine.least)


@simulates(declared.GetVMMemory)
def get_memory(_: Run, __: declared.GetVMMemory, machine: Machine) -> Iterator[Memory]:
    yield Memory(machine)


@simulates(declared.SetVMFirmware)
def set_firmware(run: Run, call: declared.SetVMFirmware, machine: Machine) -> None:
    if machine.generation != 2:
        run.error(out_of_range("Only machines of generation 2 have firmware settings."))
    elif machine.running:
        run.error(wrong_state(machine, "Failed to modify firmware settings."))
    elif call.SecureBootTemplate not in {None, *TEMPLATES}:
        run.error(out_of_range(f"There is no secure boot template {call.SecureBootTemplate}."))
    else:
        machine.secure_boot = call.EnableSecureBoot or machine.secure_boot
        machine.template = call.SecureBootTemplate or machine.template


@simulates(declared.GetVMFirmware)
def get_firmware(run: Run, _: declared.GetVMFirmware, machine: Machine) -> Iterator[Firmware]:
    if machine.generation == 2:
        yield Firmware(machine)
    else:
        run.error(out_of_range("Only machines of generation 2 have firmware settings."))


@simulates(declared.GetVMIntegrationService)
def get_services(_: Run, __: declared.GetVMIntegrationService, machine: Machine) -> Iterator[Service]:
    return (Service(machine, name) for name in machine.services)


@simulates(declared.EnableVMIntegrationService)
def enable_services(run: Run, call: declared.EnableVMIntegrationService, machine: Machine) -> None:
    for name in call.Name:
        if name not in machine.services:
            run.error(PSError(f"There is no service {name}.", ErrorCategory.InvalidArgument, "InvalidParameter", name))
            continue
        machine.services[name] = True


@simulates(declared.EnableVMResourceMetering)
def enable_metering(_: Run, __: declared.EnableVMResourceMetering, machine: Machine) -> None:
    machine.metering_since = machine.metering_since or datetime.now(UTC)


@simulates(declared.MeasureVM)
def measure(run: Run, _: declared.MeasureVM, machine: Machine) -> Iterator[Report]:
    if machine.metering_since is None:
        run.error(PSError("Resource metering is not enabled.", ErrorCategory.InvalidOperation, "InvalidState"))
        return
    yield Report(machine)
