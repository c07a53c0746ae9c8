"""Role files of a site: strict, whole, held by the stand-in; what is the site's passes, and nothing beside it."""

from pathlib import Path

import pytest

from mailstead.ground.errors import InvalidInput
from mailstead.hosting.roles import EXCHANGE, GUEST, HOST, RoleValues, principal, role_files, role_values
from mailstead.hosting.steps import steps
from mailstead.remoting.calls import Cmdlet
from mailstead.remoting.cmdlets import hyperv, storage
from mailstead.remoting.errors import ArgumentRefused
from mailstead.sites.model import Host, HyperV, Network
from tests.standin.psd1 import parse
from tests.standin.shipped import DIRECTORY, shipped_roles

from .conftest import FOLDER, IMAGES, SITE, Place, roles_of

GIB = 1 << 30
DISK = rf"{FOLDER}\acme\data.vhdx"


def test_all_roles_are_written_and_nothing_of_the_example_is_left() -> None:
    files = role_files(RoleValues(FOLDER, IMAGES, ("A", "B"), ((5, 9),), r"CORP\svc", "OU=t,DC=corp,DC=net"))
    assert {Path(name).stem for name in files if name.endswith(".pssc")} == {HOST, GUEST, DIRECTORY, EXCHANGE}
    for name, text in files.items():
        code = "\n".join(line.partition(" # ")[0] for line in text.splitlines() if not line.lstrip().startswith("#"))
        for example in ("ClusterStorage", "EXAMPLE", "'Tenants'", "DC=example", "409[0-4]"):
            assert example not in code, f"{name}: {example}"


def test_with_the_values_that_ship_nothing_changes(tmp_path: Path) -> None:
    shipped = shipped_roles()
    ours = roles_of(SITE, tmp_path)
    assert ours.keys() == shipped.keys()
    for name, role in ours.items():
        assert {cmdlet: set(rules) for cmdlet, rules in role.cmdlets.items()} == {
            cmdlet: set(rules) for cmdlet, rules in shipped[name].cmdlets.items()
        }


def test_quotes_in_a_name_stay_inside_it() -> None:
    assert r"'CORP\svc-o''mail' = @{" in role_files(SITE)["Mailstead.Host.pssc"]
    parse(role_files(SITE)["Mailstead.Host.pssc"])


def test_what_is_the_sites_passes(place: Place) -> None:
    place.way.run(hyperv.NewDynamicVHD(Path=(DISK,), SizeBytes=GIB))
    place.way.run(
        hyperv.NewVM(
            Name="ms-acme",
            MemoryStartupBytes=GIB,
            VHDPath=DISK,
            Path=rf"{FOLDER}\acme",
            SwitchName="Mail $1",
        )
    )
    (number,) = place.world.machines
    adapter = hyperv.GetVM(Id=number) | hyperv.GetVMNetworkAdapter()
    for vlan in (7, 1200, 1299):
        place.way.run(adapter | hyperv.SetVMNetworkAdapterVlan(VlanId=vlan))
    for vlan in (2, 8, 1199, 1300):
        with pytest.raises(ArgumentRefused):
            place.way.run(adapter | hyperv.SetVMNetworkAdapterVlan(VlanId=vlan))
    assert place.way.run(storage.GetVolumeOf(FilePath=FOLDER)).one("MSFT_Volume")


@pytest.mark.parametrize(
    "call",
    [
        hyperv.NewDynamicVHD(Path=(r"C:\ClusterStorage\Volume1\mailstead\acme\data.vhdx",), SizeBytes=GIB),
        hyperv.NewDynamicVHD(Path=(r"D:\Mailx1\tenants\acme\data.vhdx",), SizeBytes=GIB),
        hyperv.NewDynamicVHD(Path=(rf"{FOLDER}\..\acme\data.vhdx",), SizeBytes=GIB),
        hyperv.NewVMWithoutDisk(Name="ms-acme", MemoryStartupBytes=GIB, SwitchName="Tenants"),
        hyperv.NewVMWithoutDisk(Name="ms-acme", MemoryStartupBytes=GIB, SwitchName="Mail 1"),
    ],
    ids=str,
)
def test_what_is_not_the_sites_is_refused(place: Place, call: Cmdlet) -> None:
    with pytest.raises(ArgumentRefused):
        place.way.run(call)
    assert not place.world.machines


@pytest.mark.parametrize(
    ("account", "address", "named"),
    [
        ("svc@CORP.EXAMPLE", "hv01.corp.example", r"CORP\svc"),
        (r"CORP\svc", "hv01", r"CORP\svc"),
        ("svc", "hv01.corp.example", r"HV01\svc"),
    ],
)
def test_an_account_is_named_as_windows_names_it(account: str, address: str, named: str) -> None:
    assert principal(HyperV(address=address, account=account)) == named


def test_nobody_is_no_account() -> None:
    with pytest.raises(InvalidInput) as refused:
        role_values("D:\\x", HyperV(address="hv01"), Network())
    assert "--account" in refused.value.remedy


@pytest.mark.parametrize("sign_in", ["kerberos", "certificate", "ntlm", "basic"])
def test_the_steps_name_the_sites_values_and_no_secret(sign_in: str) -> None:
    way = HyperV.parse(
        {"address": "hv01.corp.example", "sign_in": sign_in, "account": "svc", "certificate": "c", "key": "k"}
    )
    host = Host(name="hv01", driver="hyperv", hyperv=way)
    text = steps(host, way, SITE, Network())
    for value in (FOLDER, IMAGES, "hv01.corp.example", "1200 to 1299, 7", SITE.account, "mailstead host check hv01"):
        assert value in text
    assert "{" not in text
