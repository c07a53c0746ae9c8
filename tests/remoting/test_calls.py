"""Calls are values of declared cmdlets; what no cmdlet takes cannot be made."""

from typing import Annotated, Any, Literal
from uuid import UUID

import pytest

from mailstead.remoting.calls import LONG_S, READ_S, Batch, Cmdlet, as_batch, batch
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.dotnet import Int32, Net, Parameter, SecureString, Text
from mailstead.remoting.errors import BadCall
from mailstead.security.model import Secret

NUMBER = UUID("12345678-1234-1234-1234-123456789abc")
VM = hyperv.GetVM(Id=NUMBER)


def test_a_call_reads_as_an_administrator_would_type_it() -> None:
    work = batch(
        VM | hyperv.SetVM(Notes='it\'s "ours"; Remove-VM *', AutomaticCheckpointsEnabled=False),
        VM | hyperv.GetVMNetworkAdapter() | hyperv.SetVMNetworkAdapterVlan(VlanId=1001),
        VM | hyperv.StopVM(TurnOff=True, Force=False),
        hyperv.GetVHD(Path=("a.vhdx", "b.vhdx")),
    )
    assert str(work).splitlines() == [
        f"Get-VM -Id '{NUMBER}' | Set-VM -Notes 'it''s \"ours\"; Remove-VM *' -AutomaticCheckpointsEnabled $false",
        f"Get-VM -Id '{NUMBER}' | Get-VMNetworkAdapter | Set-VMNetworkAdapterVlan -Access -VlanId 1001",
        f"Get-VM -Id '{NUMBER}' | Stop-VM -TurnOff",
        "Get-VHD -Path 'a.vhdx','b.vhdx'",
    ]


WRONG: list[tuple[type[Cmdlet], dict[str, Any]]] = [
    (hyperv.GetVM, {"Id": "not a guid"}),
    (hyperv.SetVMMemory, {"StartupBytes": 2**63}),
    (hyperv.SetVMMemory, {"StartupBytes": True}),
    (hyperv.SetVMMemory, {"StartupBytes": "4GB"}),
    (hyperv.SetVMMemory, {"DynamicMemoryEnabled": 1}),
    (hyperv.SetVM, {"AutomaticStopAction": "Explode"}),
    (hyperv.NewDynamicVHD, {"Path": (), "SizeBytes": 1}),
    (hyperv.NewDynamicVHD, {"Path": "a string", "SizeBytes": 1}),
    (hyperv.NewDynamicVHD, {"Path": ("x",), "SizeBytes": -1}),
    (hyperv.NewDynamicVHD, {"Path": ("x",), "SizeBytes": None}),
]


@pytest.mark.parametrize(("cmdlet", "arguments"), WRONG)
def test_a_value_of_another_type_is_refused_and_named(cmdlet: type[Cmdlet], arguments: dict[str, Any]) -> None:
    with pytest.raises(BadCall) as refused:
        cmdlet(**arguments)
    assert refused.value.field.startswith(f"{cmdlet.name} -")
    assert refused.value.remedy


def test_an_unknown_parameter_and_a_missing_one_cannot_be_written() -> None:
    with pytest.raises(TypeError):
        hyperv.GetVM(Id=NUMBER, Bogus=1)  # type: ignore[call-arg]  # that is the point
    with pytest.raises(TypeError):
        hyperv.NewDynamicVHD(Path=("x",))  # type: ignore[call-arg]  # that is the point


def test_a_pipeline_fits_together() -> None:
    for wrong in (
        lambda: as_batch(hyperv.StartVM()),
        lambda: VM | VM,
        lambda: VM | hyperv.SetVMNetworkAdapterVlan(VlanId=3),
        lambda: VM | hyperv.StartVM() | hyperv.StopVM(),
    ):
        with pytest.raises(BadCall):
            wrong()


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(BadCall):
        Batch(())


@pytest.mark.parametrize("name", ["Get-VM; Remove-VM", "Get-VM\n", "get vm", "Get-VM|x", "& calc", "Invoke", "$x-Y"])
def test_script_text_is_no_name_of_a_cmdlet(name: str) -> None:
    with pytest.raises(TypeError):

        class Evil(Cmdlet, name=name):
            pass


def test_a_parameter_without_a_net_type_is_no_declaration() -> None:
    with pytest.raises(TypeError):

        class Loose(Cmdlet, name="Get-Loose"):
            Size: int


def test_work_takes_as_long_as_its_slowest_cmdlets_may() -> None:
    assert as_batch(VM).deadline_s == READ_S
    export = VM | hyperv.ExportVM(Path="x")
    assert batch(VM, export, export).deadline_s == READ_S + 2 * LONG_S


def test_choices_are_read_from_the_declaration() -> None:
    class Chosen(Cmdlet, name="Get-Chosen"):
        One: Annotated[Literal["a", "b"], Net("AB")]
        Some: Annotated[tuple[Literal["a", "b"], ...], Net("AB[]")] | None = None
        Number: Int32 | None = None

    one, some, number = Chosen.parameters
    assert one == Parameter("One", Net("AB"), mandatory=True, choices=("a", "b"))
    assert some.fits(("a", "b"))
    assert not some.fits(("a", "c"))
    assert number.fits(-(2**31))
    assert not number.fits(2**31)


def test_a_secret_shows_in_no_text_of_a_call() -> None:
    class Signs(Cmdlet, name="Set-Password"):
        Name: Text
        Password: SecureString

    call = Signs(Name="x", Password=Secret.of("canary"))
    assert "canary" not in f"{call} {call!r} {batch(call)!r}"
    assert str(call) == "Set-Password -Name 'x' -Password ***"
    with pytest.raises(BadCall) as refused:
        Signs(Name="x", Password="canary")  # type: ignore[arg-type]  # that is the point
    assert "canary" not in f"{refused.value} {refused.value.as_dict()}"
