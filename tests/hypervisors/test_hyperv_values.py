"""Shapes, drives and counters as values: what Hyper-V counts otherwise than we do, and what a mark keeps."""

from dataclasses import replace
from datetime import timedelta
from pathlib import PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstead.hypervisors.drivers.hyperv.found import Drive, disk_number
from mailstead.hypervisors.drivers.hyperv.shape import (
    SECTION,
    machine_of,
    memory_bytes,
    percent,
    section_of,
    vcpus_of,
)
from mailstead.hypervisors.drivers.hyperv.using import statistics_of
from mailstead.hypervisors.model import Disk, DiskFormat, DiskRole
from mailstead.remoting.values import PsObject, Value
from mailstead.sites.marks import Mark, Section

from .example import PLATFORM, TENANT
from .hyperv_host import FOLDER, hyperv_machine

MIB = 1 << 20


def _mark(section: Section) -> Mark:
    marked = Mark.parse(str(Mark(PLATFORM, TENANT, {SECTION: section})))
    assert marked
    return marked


@given(vcpus=st.integers(1, 64), more=st.integers(1, 64), memory=st.integers(32, 1 << 20), nested=st.booleans())
def test_a_machine_comes_back_from_its_mark_as_it_was(vcpus: int, more: int, memory: int, *, nested: bool) -> None:
    like = replace(hyperv_machine(), nested=nested, memory_mib=memory, memory_max_mib=2 * memory)
    machine = replace(like, vcpus=vcpus, vcpus_max=vcpus + more)
    assert machine_of(_mark(section_of(machine))) == machine


@pytest.mark.parametrize(
    "change", [{"vcpus": None}, {"disks": [{}]}, {"disks": 7}, {"nic": []}, {"memory_mib": "lots"}]
)
def test_a_section_that_was_changed_by_hand_is_no_machine(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        machine_of(_mark({**section_of(hyperv_machine()), **change}))


@given(st.integers(1, 100), st.integers(0, 100))
def test_a_limit_gives_at_least_the_time_of_the_processors_and_is_read_back_as_these(vcpus: int, more: int) -> None:
    count = min(100, vcpus + more)
    limit = percent(vcpus, count)
    assert limit * count >= 100 * vcpus
    assert limit <= 100
    assert vcpus_of(limit, count) == vcpus


@given(st.integers(32, 1 << 22))
def test_memory_is_rounded_up_to_what_hyper_v_takes(mib: int) -> None:
    size = memory_bytes(mib)
    assert size % (2 * MIB) == 0
    assert mib * MIB <= size < (mib + 2) * MIB


@pytest.mark.parametrize(
    ("file", "same"),
    [
        ("system.vhdx", True),
        ("SYSTEM.VHDX", True),
        ("system_6F9A3C3E-0000-4000-8000-000000000001.avhdx", True),
        ("data_6F9A3C3E-0000-4000-8000-000000000001.avhdx", False),
        ("system2.vhdx", False),
        (r"..\globex\system.vhdx", False),
    ],
)
def test_a_drive_holds_its_disk_with_or_without_a_checkpoint(file: str, *, same: bool) -> None:
    disk = Disk(DiskRole.SYSTEM, FOLDER / "acme" / "system.vhdx", DiskFormat.VHDX)
    assert Drive(0, FOLDER / "acme" / file).holds(disk) == same


@pytest.mark.parametrize(
    ("source", "number"), [(r"\\.\PHYSICALDRIVE12", 12), (r"\\.\physicaldrive0", 0), (r"C:\x", None)]
)
def test_a_whole_disk_is_known_by_its_number(source: str, number: int | None) -> None:
    assert disk_number(Disk(DiskRole.DATA, PureWindowsPath(source), DiskFormat.BLOCK)) == number


def test_a_report_that_has_counted_nothing_yet_is_all_zero() -> None:
    report = PsObject(("VMMeteringReportForVirtualMachine",), "", {"MeteringDuration": timedelta()})
    used = statistics_of(report)
    assert (used.cpu_seconds, used.memory_used_mib, used.disk_read_bytes) == (0.0, 0, 0)


def test_a_report_is_read_in_bytes_and_seconds_of_one_gigahertz() -> None:
    counted: dict[str, Value] = {"AverageProcessorUsage": 500, "AverageMemoryUsage": 700, "AggregatedDiskDataRead": 12}
    counted |= {"AggregatedDiskDataWritten": 34, "TotalDiskAllocation": 60, "MeteringDuration": timedelta(minutes=1)}
    used = statistics_of(PsObject((), "", counted))
    assert (used.cpu_seconds, used.memory_used_mib) == (30.0, 700)
    assert (used.disk_read_bytes, used.disk_written_bytes) == (12 * MIB, 34 * MIB)
