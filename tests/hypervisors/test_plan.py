from dataclasses import replace
from pathlib import Path

import pytest

from mailstead.ground.plans import Kind
from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.hypervisors.model import DirectBoot, Disk, DiskRole, Machine, Nic, Power
from mailstead.hypervisors.plan import Verb, compare_machines, machine_for, restart_reasons, verbs_for
from mailstead.hypervisors.workflow import apply_change
from mailstead.tenants.model import Allowance, MailDomain, Status, Tenant

NIC = Nic("52:54:00:00:00:01", "mailstead0", "ms100", 100)
BOOT = DirectBoot(Path("/images/vmlinuz"), Path("/images/initrd.img"), "root=/dev/vda")
DISKS = (Disk(DiskRole.SYSTEM, Path("/machines/acme/system.qcow2")),)


def _machine(
    *, vcpus: int = 1, memory_mib: int = 768, status: Status = Status.ACTIVE, disk_iops: int = 0, nested: bool = False
) -> Machine:
    tenant = Tenant(
        name="acme",
        domains=(MailDomain(name="acme.example"),),
        allowance=Allowance(vcpus=vcpus, memory_mib=memory_mib, disk_iops=disk_iops, nested=nested),
        status=status,
    )
    return machine_for(tenant, platform="mailstead", nic=NIC, boot=BOOT, disks=DISKS)


def _verbs(wanted: Machine | None, found: Machine | None) -> tuple[Verb, ...]:
    (change,) = compare_machines({"acme": wanted} if wanted else {}, {"acme": found} if found else {})
    return verbs_for(change)


def test_a_machine_has_headroom_to_grow_while_it_runs() -> None:
    assert (_machine().vcpus_max, _machine().memory_max_mib) == (4, 1536)
    assert _machine(vcpus=6).vcpus_max == 12


def test_the_same_tenant_has_the_same_uuid_in_every_life() -> None:
    assert _machine().uuid == _machine(vcpus=2).uuid


@pytest.mark.parametrize(
    ("status", "power"),
    [(Status.ACTIVE, Power.ON), (Status.SUSPENDED, Power.ON), (Status.REMOVED, Power.OFF)],
)
def test_only_a_removed_tenants_machine_is_off(status: Status, power: Power) -> None:
    assert _machine(status=status).power is power


def test_nothing_differs_when_all_is_as_wanted() -> None:
    assert not compare_machines({"acme": _machine()}, {"acme": _machine()})


def test_a_new_machine_is_defined_and_started() -> None:
    assert _verbs(_machine(), None) == (Verb.DEFINE, Verb.START)


def test_a_machine_nobody_wants_is_removed_and_loses_nothing() -> None:
    (change,) = compare_machines({}, {"acme": _machine()})
    assert (change.kind, change.subject, change.loses) == (Kind.REMOVE, "machine acme", "")
    assert verbs_for(change) == (Verb.REMOVE,)


def test_a_machine_that_somebody_switched_off_is_started() -> None:
    assert _verbs(_machine(), replace(_machine(), power=Power.OFF)) == (Verb.START,)


def test_a_paused_machine_is_started() -> None:
    assert _verbs(_machine(), replace(_machine(), power=Power.PAUSED)) == (Verb.START,)


def test_a_removed_tenants_machine_is_stopped() -> None:
    assert _verbs(_machine(status=Status.REMOVED), _machine()) == (Verb.STOP,)


def test_growing_within_the_headroom_needs_no_restart() -> None:
    assert _verbs(_machine(vcpus=3, memory_mib=1024), _machine()) == (Verb.RESIZE,)


def test_growing_beyond_the_headroom_needs_a_restart_and_says_why() -> None:
    assert _verbs(_machine(vcpus=5), _machine()) == (Verb.STOP, Verb.DEFINE, Verb.START)
    assert restart_reasons(_machine(), _machine(vcpus=5)) == ("vcpus_max",)


def test_disks_are_limited_without_a_restart_and_beside_a_resize() -> None:
    assert _verbs(_machine(disk_iops=500), _machine()) == (Verb.LIMIT,)
    assert _verbs(_machine(), _machine(disk_iops=500)) == (Verb.LIMIT,)
    assert _verbs(_machine(vcpus=2, disk_iops=500), _machine()) == (Verb.RESIZE, Verb.LIMIT)


def test_another_disk_with_another_limit_needs_a_restart() -> None:
    found = replace(_machine(), disks=(replace(DISKS[0], source=Path("/machines/acme/other.qcow2")),))
    assert _verbs(_machine(disk_iops=500), found) == (Verb.STOP, Verb.DEFINE, Verb.START)


def test_nesting_needs_a_restart_and_says_so() -> None:
    assert _verbs(_machine(nested=True), _machine()) == (Verb.STOP, Verb.DEFINE, Verb.START)
    assert restart_reasons(_machine(), _machine(nested=True)) == ("nested",)


def test_another_vlan_needs_a_restart() -> None:
    found = replace(_machine(), nic=replace(NIC, vlan=101))
    assert _verbs(_machine(), found) == (Verb.STOP, Verb.DEFINE, Verb.START)


def test_a_shape_that_waits_for_the_next_start_is_drift_and_is_taken_back() -> None:
    assert _verbs(_machine(), replace(_machine(), pending=True)) == (Verb.RESIZE, Verb.DEFINE)


@pytest.mark.parametrize(
    "found",
    [None, _machine(), replace(_machine(), power=Power.OFF), _machine(vcpus=8), _machine(disk_iops=900)],
    ids=["none", "same", "off", "larger", "limited"],
)
@pytest.mark.parametrize(
    "wanted",
    [_machine(vcpus=2), _machine(vcpus=9), _machine(status=Status.REMOVED), _machine(vcpus=2, disk_iops=500)],
    ids=["grown", "beyond", "removed", "limited"],
)
def test_applying_a_plan_leaves_nothing_to_plan(wanted: Machine, found: Machine | None) -> None:
    host = MemoryHypervisor()
    if found:
        host.define(found)
    if found and found.power is Power.ON:
        host.start("acme")
    for _ in range(2):
        for change in compare_machines({"acme": wanted}, host.machines()):
            apply_change(host, change, graceful_s=1)
    assert not compare_machines({"acme": wanted}, host.machines())
