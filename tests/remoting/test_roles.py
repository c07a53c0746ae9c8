"""The role files that ship show what is declared, nothing is missing and nothing more; and they hold."""

import pytest

from mailstead.remoting.calls import DECLARED, Cmdlet
from mailstead.remoting.cmdlets import hyperv, network
from mailstead.remoting.cmdlets.core import BY_ITSELF
from mailstead.remoting.errors import ArgumentRefused, NotInRole
from mailstead.remoting.pool import Pool
from tests.standin.engine import SIMULATED
from tests.standin.role import Role
from tests.standin.server import StandIn
from tests.standin.shipped import GUEST, HOST, shipped_roles

from .conftest import DISK, FOLDER, GIB

ROLES = shipped_roles()
SHAPES = [
    shape
    for name, shapes in DECLARED.items()
    for shape in shapes
    if shape.__module__.startswith("mailstead.") and name not in BY_ITSELF
]
# A cmdlet that is to be seen without any parameter shows one that leads nowhere: an empty list may mean all of them.
STOPPERS = {
    ("Get-VMHost", "ComputerName"),
    ("Get-VMHostSupportedVersion", "ComputerName"),
    ("Get-Cluster", "Name"),
    ("Update-HostStorageCache", "ThrottleLimit"),
}


def test_the_roles_show_exactly_what_is_declared() -> None:
    declared = {(s.name, name) for s in SHAPES for name in _names(s)}
    shown = {(name, each) for role in ROLES.values() for name, rules in role.cmdlets.items() for each in rules}
    assert shown - STOPPERS == declared
    assert {(n, m) for role in ROLES.values() for n, m in role.modules.items()} == {(s.name, s.module) for s in SHAPES}


def _names(shape: type[Cmdlet]) -> set[str]:
    piped = {shape.takes.parameter} if shape.takes else set()
    return piped | {parameter.name for parameter in shape.parameters}


def test_no_cmdlet_is_shown_to_both() -> None:
    assert not ROLES[HOST].cmdlets.keys() & ROLES[GUEST].cmdlets.keys()


@pytest.mark.parametrize("role", ROLES.values(), ids=ROLES.keys())
def test_nothing_is_shown_that_runs_code_or_touches_files(role: Role) -> None:
    forbidden = ("Invoke", "New-Object", "Start-Process", "Start-Job", "Copy", "Out-File", "Set-Content", "Register")
    assert not [name for name in role.cmdlets if name.startswith(forbidden)]


def test_every_declared_call_is_simulated() -> None:
    assert not [shape.__name__ for shape in SHAPES if shape not in SIMULATED]


OUTSIDE = r"C:\Windows\System32\evil.vhdx"


@pytest.mark.parametrize(
    "call",
    [
        hyperv.NewDynamicVHD(Path=(OUTSIDE,), SizeBytes=GIB),
        hyperv.NewDynamicVHD(Path=(FOLDER + r"\..\..\other\x.vhdx",), SizeBytes=GIB),
        hyperv.NewDifferencingVHD(Path=(DISK,), ParentPath=OUTSIDE),
        hyperv.NewVMWithoutDisk(Name="acme'; Remove-VM *", MemoryStartupBytes=GIB),
        hyperv.NewVMWithoutDisk(Name="a\nb", MemoryStartupBytes=GIB),
        hyperv.NewVMWithoutDisk(Name="acme", MemoryStartupBytes=GIB, Generation=1),
        hyperv.NewVMWithoutDisk(Name="acme", MemoryStartupBytes=GIB, SwitchName="Internet"),
    ],
    ids=str,
)
def test_a_value_outside_the_pattern_is_refused_and_changes_nothing(standin: StandIn, way: Pool, call: Cmdlet) -> None:
    with pytest.raises(ArgumentRefused):
        way.run(call)
    assert not standin.world.machines
    assert not standin.world.vhds


@pytest.mark.parametrize("vlan", [0, 1, 4095, 5000, -5])
def test_a_vlan_outside_the_range_is_refused(way: Pool, machine: hyperv.GetVM, vlan: int) -> None:
    with pytest.raises(ArgumentRefused):
        way.run(machine | hyperv.GetVMNetworkAdapter() | hyperv.SetVMNetworkAdapterVlan(VlanId=vlan))


def test_spoofing_cannot_be_switched_on(way: Pool, machine: hyperv.GetVM) -> None:
    with pytest.raises(ArgumentRefused):
        way.run(machine | hyperv.GetVMNetworkAdapter() | hyperv.SetVMNetworkAdapter(MacAddressSpoofing="On"))


def test_a_cmdlet_outside_the_role_is_not_there(way: Pool) -> None:
    with pytest.raises(NotInRole) as refused:
        way.run(network.GetNetAdapter())
    assert refused.value.record.short_id == "CommandNotFoundException"
    assert "host prepare" in refused.value.remedy


def test_only_declared_cmdlets_run_whatever_the_role_shows(way: Pool) -> None:
    class Undeclared(Cmdlet, name="Get-VMReplication", module="Hyper-V"):
        pass

    with pytest.raises(NotInRole):
        way.run(Undeclared())
