"""Hyper-V hosts in the platform file."""

from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from mailstead.ground.errors import InvalidInput
from mailstead.sites.model import Host

HV01: dict[str, Any] = {"name": "hv01", "driver": "hyperv", "hyperv": {"address": "hv01.example"}}


def test_a_name_and_an_address_are_enough() -> None:
    host = Host.parse(HV01)
    assert host.folder == PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead")
    assert host.hyperv is not None
    assert (host.hyperv.port, host.hyperv.sign_in, host.switch) == (5986, "kerberos", "Tenants")


def test_folders_are_windows_folders() -> None:
    host = Host.parse({**HV01, "folder": "D:/machines"})
    assert host.folder == PureWindowsPath(r"D:\machines")
    assert Host.parse({"name": "kvm1", "folder": "/srv/machines"}).folder == Path("/srv/machines")


def test_a_host_reads_back_as_it_was_changed() -> None:
    host = Host.parse(HV01)
    assert host.changed(reserve_mib=2048).folder == host.folder


@pytest.mark.parametrize(
    "folder", ["/srv/machines", "machines", r"C:machines", r"C:\mail;stead", "C:\\a\nb", r"C:\..\x$"]
)
def test_a_folder_that_is_not_on_a_windows_host_is_refused(folder: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Host.parse({**HV01, "folder": folder})
    assert "folder" in str(caught.value.field)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"hyperv": None}, "hyperv"),
        ({"driver": "libvirt"}, "hyperv"),
        ({"hyperv": {"address": "hv01 -evil"}}, "address"),
        ({"hyperv": {"address": "hv01", "sign_in": "basic"}}, "account"),
        ({"hyperv": {"address": "hv01", "sign_in": "certificate", "certificate": "c.pem"}}, "key"),
        ({"hyperv": {"address": "hv01", "management_pool": "192.0.2.0/24"}}, "management_pool"),
        ({"hyperv": {"address": "hv01", "share": "C:\\images"}}, "share"),
        ({"hyperv": {"address": "hv01", "password": "secret"}}, "password"),
    ],
)
def test_what_is_missing_or_does_not_fit_is_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Host.parse({**HV01, **given})
    assert field in f"{caught.value.field} {caught.value.message}"
