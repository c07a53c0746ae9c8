"""Work on a simulated host, through the role that ships, over HTTPS: what is done, and in how many round trips."""

from datetime import timedelta
from uuid import uuid4

import pytest

from mailstead.remoting.calls import batch
from mailstead.remoting.cmdlets import hyperv, storage
from mailstead.remoting.errors import (
    ArgumentRefused,
    HostBusy,
    HostMemoryFull,
    HostVolumeFull,
    NoSuchObject,
    ObjectExists,
    UnexpectedAnswer,
    WrongState,
)
from mailstead.remoting.pool import Pool
from mailstead.remoting.port import Explained
from tests.standin.server import StandIn

from .conftest import DISK, FOLDER, GIB, made


def test_a_whole_machine_takes_four_round_trips(standin: StandIn, way: Pool) -> None:
    answer = made(way)
    disk, vm = answer.values
    assert answer.one("VirtualHardDisk").number("Size") == 64 * GIB
    assert [disk, vm] == [answer.one("VirtualHardDisk"), answer.one("VirtualMachine")]
    before = standin.actions.copy()
    machine = hyperv.GetVM(Id=answer.one("VirtualMachine").guid("Id"))
    adapter = machine | hyperv.GetVMNetworkAdapter()
    after = way.run(
        batch(
            machine | hyperv.SetVM(Notes="mailstead: acme", AutomaticStopAction="ShutDown"),
            machine | hyperv.SetVMProcessor(Count=4),
            machine | hyperv.SetVMMemory(DynamicMemoryEnabled=False, StartupBytes=16 * GIB),
            machine | hyperv.SetVMFirmware(SecureBootTemplate="MicrosoftUEFICertificateAuthority"),
            adapter | hyperv.SetVMNetworkAdapterVlan(VlanId=1001),
            adapter | hyperv.SetVMNetworkAdapter(DhcpGuard="On", RouterGuard="On", MacAddressSpoofing="Off"),
            machine | hyperv.EnableVMResourceMetering(),
            machine | hyperv.StartVM(),
            machine,
            adapter | hyperv.GetVMNetworkAdapterVlan(),
            machine | hyperv.MeasureVM(),
        )
    )
    assert answer.round_trips + after.round_trips == 4
    assert (standin.actions - before)["Command"] == 1
    vm = after.one("VirtualMachine")
    assert (vm.text_of("State"), vm.number("ProcessorCount"), vm.number("MemoryStartup")) == ("Running", 4, 16 * GIB)
    assert (vm.text_of("Notes"), vm.texts("NetworkAdapters")) == ("mailstead: acme", ("VMNetworkAdapter",))
    vlan = after.one("VMNetworkAdapterVlanSetting")
    assert (vlan.text_of("OperationMode"), vlan.number("AccessVlanId")) == ("Access", 1001)
    report = after.one("VMMeteringReportForVirtualMachine")
    assert timedelta() <= report.span("MeteringDuration") < timedelta(minutes=1)
    assert standin.users == {"svc"}


def test_many_machines_are_seen_in_few_round_trips(standin: StandIn, way: Pool) -> None:
    standin.world.populate(250)  # a quarter of what the budget speaks of: benchmarks/remoting.py sees a thousand
    way.run(hyperv.GetVMHost())
    answer = way.run(hyperv.GetVMs())
    assert len(answer.all("VirtualMachine")) == 250
    assert answer.round_trips <= 3


def test_text_needs_no_quoting(standin: StandIn, way: Pool, machine: hyperv.GetVM) -> None:
    evil = "a'; Remove-VM *; $(whoami) `n \"’ \x00 _x000A_ \U0001f600\r\n<&>"
    way.run(machine | hyperv.SetVM(Notes=evil))
    assert way.run(machine).one("VirtualMachine").text_of("Notes") == evil
    assert standin.world.machines[machine.Id].notes == evil


@pytest.mark.parametrize("notes", ["", "x" * 1_500_000])
def test_a_message_may_be_empty_or_long(way: Pool, machine: hyperv.GetVM, notes: str) -> None:
    way.run(machine | hyperv.SetVM(Notes=notes))
    assert way.run(machine).one("VirtualMachine").text_of("Notes") == notes


def test_what_is_not_there_is_told_and_not_made(standin: StandIn, way: Pool) -> None:
    nobody = hyperv.GetVM(Id=uuid4())
    for work in (nobody, nobody | hyperv.StartVM(), hyperv.GetVMs(Name=("nobody",)), hyperv.GetVHD(Path=(DISK,))):
        with pytest.raises(NoSuchObject) as error:
            way.run(work)
        assert error.value.record.target in {str(nobody.Id), "nobody", DISK}
        assert error.value.record.category in {"InvalidArgument", "ObjectNotFound"}
    assert not standin.world.machines


def test_the_first_error_ends_a_batch(standin: StandIn, way: Pool, machine: hyperv.GetVM) -> None:
    with pytest.raises(NoSuchObject):
        way.run(batch(hyperv.GetVM(Id=uuid4()), machine | hyperv.StartVM()))
    assert not standin.world.machines[machine.Id].running


def test_errors_of_hyper_v_have_names(way: Pool, machine: hyperv.GetVM) -> None:
    with pytest.raises(ObjectExists):
        way.run(hyperv.NewDynamicVHD(Path=(DISK,), SizeBytes=GIB))
    with pytest.raises(ArgumentRefused):
        way.run(machine | hyperv.SetVMMemory(StartupBytes=GIB + 1))
    way.run(machine | hyperv.StartVM())
    with pytest.raises(WrongState):
        way.run(machine | hyperv.SetVMProcessor(Count=8))
    with pytest.raises(WrongState):
        way.run(machine | hyperv.RemoveVM())
    assert way.run(machine | hyperv.StartVM()).warnings == ("The virtual machine is already in the specified state.",)


def test_a_full_volume_and_a_full_host_have_no_room(standin: StandIn, way: Pool, machine: hyperv.GetVM) -> None:
    standin.world.volumes[0].size = 100 * GIB
    with pytest.raises(HostVolumeFull):
        way.run(hyperv.NewFixedVHD(Path=(FOLDER + r"\data.vhdx",), SizeBytes=200 * GIB))
    assert standin.world.vhds.keys() == {DISK.lower()}
    assert way.run(storage.GetVolumeOf(FilePath=FOLDER)).one("MSFT_Volume").number("SizeRemaining") < 100 * GIB
    standin.world.memory = GIB
    with pytest.raises(HostMemoryFull):
        way.run(machine | hyperv.StartVM())


def test_a_disk_in_use_is_busy(way: Pool, machine: hyperv.GetVM) -> None:
    other = way.run(hyperv.NewVMWithoutDisk(Name="other", MemoryStartupBytes=GIB)).one("VirtualMachine")
    with pytest.raises(HostBusy):
        way.run(hyperv.GetVM(Id=other.guid("Id")) | hyperv.AddVMHardDiskDrive(Path=DISK))


def test_rules_at_a_port_come_and_go(way: Pool, machine: hyperv.GetVM) -> None:
    adapter = machine | hyperv.GetVMNetworkAdapter()
    mail = hyperv.AddVMNetworkAdapterExtendedAcl(
        Action="Allow", Direction="Inbound", Weight=20, LocalPort="25", Protocol="TCP", Stateful=True
    )
    deny = hyperv.AddVMNetworkAdapterExtendedAcl(Action="Deny", Direction="Inbound", Weight=1)
    way.run(batch(adapter | deny, adapter | mail))
    rules = way.run(adapter | hyperv.GetVMNetworkAdapterExtendedAcl()).all("VMNetworkAdapterExtendedAclSetting")
    assert [(rule.number("Weight"), rule.text_of("LocalPort")) for rule in rules] == [(1, "ANY"), (20, "25")]
    with pytest.raises(ObjectExists):
        way.run(adapter | mail)
    way.run(adapter | hyperv.RemoveVMNetworkAdapterExtendedAcl(Direction="Inbound", Weight=20))
    assert len(way.run(adapter | hyperv.GetVMNetworkAdapterExtendedAcl()).values) == 1


def test_checkpoints_keep_and_bring_back(way: Pool, machine: hyperv.GetVM) -> None:
    way.run(machine | hyperv.CheckpointVM(SnapshotName="mailstead-before"))
    way.run(machine | hyperv.SetVMMemory(StartupBytes=8 * GIB))
    way.run(machine | hyperv.RestoreVMSnapshot(Name="mailstead-before"))
    assert way.run(machine).one("VirtualMachine").number("MemoryStartup") == 4 * GIB
    way.run(machine | hyperv.RemoveVMSnapshot(Name=("mailstead-before",)))
    assert not way.run(machine | hyperv.GetVMSnapshot()).values


def test_an_object_says_what_it_lacks(way: Pool, machine: hyperv.GetVM) -> None:
    vm = way.run(machine).one("VirtualMachine")
    for reading in (lambda: vm.number("Name"), lambda: vm.text_of("Bogus"), lambda: vm.number("DynamicMemoryEnabled")):
        with pytest.raises(UnexpectedAnswer):
            reading()
    with pytest.raises(UnexpectedAnswer):
        way.run(batch(machine, machine)).one("VirtualMachine")


def test_explain_tells_what_is_sent(way: Pool, machine: hyperv.GetVM) -> None:
    told: list[str] = []
    Explained(way, told.append).run(batch(machine | hyperv.StartVM(), machine))
    assert told == [
        f"{way.name}> Get-VM -Id '{machine.Id}' | Start-VM",
        f"{way.name}> Get-VM -Id '{machine.Id}'",
    ]
