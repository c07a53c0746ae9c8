from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mailstead.hypervisors.drivers.libvirt.domain_xml import (
    VERSION,
    Accelerator,
    Domain,
    build_domain,
    console_log,
    read_domain,
)
from mailstead.hypervisors.model import Disk, DiskFormat, DiskRole, Machine

from .example import example_machine, with_cmdline


@pytest.fixture
def machine() -> Machine:
    one = example_machine(Path("/machines/acme"), Path("/images/vmlinuz"), Path("/images/initrd.img"))
    data = Disk(DiskRole.DATA, Path("/dev/vg/acme"), DiskFormat.BLOCK, discard=False)
    return replace(one, disks=(*one.disks, data))


def _parsed(xml: str) -> ET.Element:
    return ET.fromstring(xml)  # noqa: S314 - built here


def _as_libvirt_keeps_it(xml: str) -> str:
    """Libvirt gives memory in KiB, whatever it was told in."""
    root = _parsed(xml)
    for name in ("memory", "currentMemory"):
        element = root.find(name)
        assert element is not None
        element.text = str(int(element.text or 0) * 1024)
        element.set("unit", "KiB")
    return ET.tostring(root, encoding="unicode")


@pytest.mark.parametrize("accelerator", Accelerator)
def test_a_machine_survives_the_way_there_and_back(machine: Machine, accelerator: Accelerator) -> None:
    xml = _as_libvirt_keeps_it(build_domain(machine, "mailstead", accelerator))
    assert read_domain(xml) == Domain(machine, "mailstead", accelerator, VERSION)


@pytest.mark.parametrize("accelerator", Accelerator)
@pytest.mark.parametrize("nesting", ["vmx", "svm"])
def test_limits_and_nesting_survive_the_way_there_and_back(
    machine: Machine, accelerator: Accelerator, nesting: str
) -> None:
    wanted = replace(machine, nested=True, disks=tuple(replace(disk, iops=500) for disk in machine.disks))
    xml = _as_libvirt_keeps_it(build_domain(wanted, "mailstead", accelerator, nesting=nesting))
    assert read_domain(xml) == Domain(wanted, "mailstead", accelerator, VERSION)


def test_what_may_not_nest_is_denied_it_by_name(machine: Machine) -> None:
    root = _parsed(build_domain(machine, "mailstead", Accelerator.KVM, nesting="vmx"))
    denied = {feature.get("name"): feature.get("policy") for feature in root.iterfind("cpu/feature")}
    assert denied == {"vmx": "disable", "svm": "disable"}


def test_operations_are_counted_in_blocks_of_8_kib(machine: Machine) -> None:
    limited = replace(machine, disks=(replace(machine.disks[0], iops=500), *machine.disks[1:]))
    first, second = _parsed(build_domain(limited, "mailstead", Accelerator.KVM)).iter("disk")
    assert (first.findtext("iotune/total_iops_sec"), first.findtext("iotune/size_iops_sec")) == ("500", "8192")
    assert second.find("iotune") is None


def test_a_domain_without_our_mark_is_not_ours(machine: Machine) -> None:
    root = _parsed(build_domain(machine, "mailstead", Accelerator.KVM))
    root.remove(root.find("metadata"))  # type: ignore[arg-type] # it is there: built one line above
    assert read_domain(ET.tostring(root, encoding="unicode")) is None


def test_a_domain_of_ours_without_its_network_card_is_said_to_be_broken(machine: Machine) -> None:
    root = _parsed(build_domain(machine, "mailstead", Accelerator.KVM))
    devices = root.find("devices")
    assert devices is not None
    devices.remove(devices.find("interface"))  # type: ignore[arg-type] # likewise
    with pytest.raises(ValueError, match="interface"):
        read_domain(_as_libvirt_keeps_it(ET.tostring(root, encoding="unicode")))


def test_the_guest_knows_its_disks_by_serial_number(machine: Machine) -> None:
    root = _parsed(build_domain(machine, "mailstead", Accelerator.KVM))
    assert [disk.findtext("serial") for disk in root.iter("disk")] == ["mailstead-system", "mailstead-data"]


def test_the_card_hangs_on_the_tenants_vlan_with_all_offloads_off(machine: Machine) -> None:
    card = _parsed(build_domain(machine, "mailstead", Accelerator.KVM)).find("devices/interface")
    assert card is not None
    assert [tag.get("id") for tag in card.iter("tag")] == ["77"]
    for side in ("host", "guest"):
        element = card.find(f"driver/{side}")
        assert element is not None
        assert set(element.attrib.values()) == {"off"}


def test_a_command_line_cannot_break_out_of_its_element(machine: Machine) -> None:
    odd = with_cmdline(machine, "a</cmdline><kernel>/etc/shadow</kernel> & b")
    read = read_domain(_as_libvirt_keeps_it(build_domain(odd, "mailstead", Accelerator.KVM)))
    assert read is not None
    assert read.machine == odd


def test_the_console_is_kept_beside_the_system_disk(machine: Machine) -> None:
    assert console_log(machine) == Path("/machines/acme/console.log")
