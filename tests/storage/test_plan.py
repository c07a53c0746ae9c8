from dataclasses import replace
from pathlib import Path

import pytest

from mailstead.ground.errors import UnsafePlan
from mailstead.ground.plans import Kind
from mailstead.storage.model import Allocation, Format, Volume, VolumeKey
from mailstead.storage.plan import compare_volumes, volumes_for
from mailstead.tenants.model import Allowance, MailDomain, Tenant

FOLDER = Path("/machines")


def _tenant(**allowance: object) -> Tenant:
    return Tenant(
        name="acme",
        domains=(MailDomain(name="acme.example"),),
        allowance=Allowance.parse(allowance),
    )


def _wanted(**allowance: object) -> dict[VolumeKey, Volume]:
    volumes = volumes_for(_tenant(**allowance), folder=FOLDER, image=Path("/images/one.qcow2"), system_mib=2048)
    return {volume.key: volume for volume in volumes}


def test_a_tenant_has_an_overlay_and_a_data_disk() -> None:
    system, data = _wanted(disk_gib=3).values()
    assert (system.base, system.size_mib) == (Path("/images/one.qcow2"), 2048)
    assert (data.location, data.size_mib, data.base) == (FOLDER / "acme/data.qcow2", 3072, None)


def test_a_tenant_with_a_device_has_its_data_there() -> None:
    _, data = _wanted(block_device="/dev/vg/acme").values()
    assert (data.format, data.location, data.allocation) == (
        Format.BLOCK,
        Path("/dev/vg/acme"),
        Allocation.FIXED,
    )


def test_nothing_differs_when_all_is_as_wanted() -> None:
    assert not compare_volumes(_wanted(), _wanted())


def test_a_newer_image_leaves_existing_system_disks_alone() -> None:
    found = {key: replace(v, base=v.base and Path("/images/older.qcow2")) for key, v in _wanted().items()}
    assert not compare_volumes(_wanted(), found)


def test_a_dynamic_disk_that_has_filled_up_is_no_drift() -> None:
    found = {key: replace(volume, allocation=Allocation.FIXED) for key, volume in _wanted().items()}
    assert not compare_volumes(_wanted(), found)


def test_growing_loses_nothing() -> None:
    (change,) = compare_volumes(_wanted(disk_gib=8), _wanted(disk_gib=4))
    assert (change.kind, change.subject, change.loses) == (Kind.UPDATE, "data disk of acme", "")


def test_shrinking_is_refused() -> None:
    plan = compare_volumes(_wanted(disk_gib=4), _wanted(disk_gib=8))
    with pytest.raises(UnsafePlan, match="the last 4096 MiB of the data disk of acme"):
        plan.refuse_if_unsafe()


def test_removing_names_the_mail_that_goes_and_the_system_disk_as_no_loss() -> None:
    found = {key: replace(volume, used_mib=1229) for key, volume in _wanted().items()}
    assert [change.loses for change in compare_volumes({}, found)] == ["the mail of acme (1.2 GiB used)", ""]
