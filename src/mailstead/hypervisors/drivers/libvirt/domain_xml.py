"""Domain XML from a machine, and a machine from domain XML. Pure; see docs/formats/machine.md.

Source: https://libvirt.org/formatdomain.html.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree as ET

from mailstead.ground.markup import trusted
from mailstead.hypervisors.limits import BLOCK_BYTES
from mailstead.hypervisors.model import Boot, DirectBoot, Disk, DiskFormat, DiskRole, Machine, MachineRefused, Nic

NAMESPACE = "urn:mailstead:machine"
VERSION = 2  # raise it with every change of the XML built here: defined machines are then defined again
PREFIX = "ms-"
_TAG = f"{{{NAMESPACE}}}machine"
_DEVICES = {DiskRole.SYSTEM: "vda", DiskRole.DATA: "vdb"}
_TRANSLATION_CACHE_MIB = 256
NESTING = ("vmx", "svm")  # what lets a guest run machines of its own, on processors of Intel and of AMD

ET.register_namespace("mailstead", NAMESPACE)


class Accelerator(StrEnum):
    """How guests' instructions are run; also the `type` of a libvirt domain."""

    KVM = "kvm"
    EMULATION = "qemu"


@dataclass(frozen=True, slots=True)
class Domain:
    """A machine of ours as libvirt keeps it."""

    machine: Machine
    platform: str
    accelerator: str
    version: int


def domain_name(tenant: str) -> str:
    """Return the name of the tenant's machine on the hypervisor."""
    return PREFIX + tenant


def disk_device(role: DiskRole) -> str:
    """Return the name of the disk on the hypervisor's side."""
    return _DEVICES[role]


def console_log(machine: Machine) -> Path:
    """Return where the guest's serial console is written: beside the first disk that is a file."""
    first = next(disk for disk in machine.disks if disk.format is not DiskFormat.BLOCK)
    return Path(first.source).with_name("console.log")


def build_domain(machine: Machine, platform: str, accelerator: Accelerator, *, nesting: str = "") -> str:
    """Return the domain XML of *machine*; *nesting* is the one of NESTING that a nested one is given."""
    root = ET.Element("domain", type=accelerator)
    _text(root, "name", domain_name(machine.name))
    _text(root, "uuid", str(machine.uuid))
    ours = {"version": str(VERSION), "tenant": machine.name, "platform": platform}
    ET.SubElement(ET.SubElement(root, "metadata"), _TAG, ours)
    _text(root, "memory", str(machine.memory_max_mib), unit="MiB")
    _text(root, "currentMemory", str(machine.memory_mib), unit="MiB")
    _text(root, "vcpu", str(machine.vcpus_max), placement="static", current=str(machine.vcpus))
    root.append(_boot(machine.boot))
    root.append(_features(accelerator))
    root.append(_processor(accelerator, nesting if machine.nested else ""))
    ET.SubElement(root, "clock", offset="utc")
    for event, action in (("poweroff", "destroy"), ("reboot", "restart"), ("crash", "restart")):
        _text(root, f"on_{event}", action)
    root.append(_devices(machine))
    return ET.tostring(root, encoding="unicode")


def _processor(accelerator: Accelerator, nesting: str) -> ET.Element:
    """The host's processor under KVM; emulated, a plain one (decision 0011). Nested only where asked for (0155)."""
    processor = ET.Element("cpu", mode="host-passthrough")
    if accelerator is Accelerator.EMULATION:
        processor = ET.Element("cpu", mode="custom", match="exact")
        _text(processor, "model", "qemu64", fallback="forbid")
    for name in NESTING:
        ET.SubElement(processor, "feature", policy="require" if name == nesting else "disable", name=name)
    return processor


def read_domain(xml: str) -> Domain | None:
    """Return the machine in this domain XML, or None if it is not ours (power and pending are left unset).

    Raises ValueError if it is ours and something we always write is gone.
    """
    root = trusted(xml)
    ours = root.find(f"metadata/{_TAG}")
    if ours is None:
        return None
    vcpu = _need(root, "vcpu")
    machine = Machine(
        name=ours.attrib["tenant"],
        uuid=UUID(_need(root, "uuid").text),
        vcpus=int(vcpu.get("current") or vcpu.text or 0),
        vcpus_max=int(vcpu.text or 0),
        memory_mib=_mib(_need(root, "currentMemory")),
        memory_max_mib=_mib(_need(root, "memory")),
        disks=tuple(_read_disk(disk) for disk in root.iterfind("devices/disk")),
        nic=_read_nic(_need(root, "devices/interface")),
        boot=_read_boot(_need(root, "os")),
        nested=any(_lets_nest(feature) for feature in root.iterfind("cpu/feature")),
    )
    return Domain(machine, ours.attrib["platform"], root.attrib["type"], int(ours.attrib["version"]))


def _boot(boot: Boot) -> ET.Element:
    if not isinstance(boot, DirectBoot):
        remedy = "give it an image with a kernel beside the disk: mailstead image build"
        raise MachineRefused("machines on libvirt start from a kernel, not from firmware", field="boot", remedy=remedy)
    system = ET.Element("os")
    _text(system, "type", "hvm", arch="x86_64", machine="pc")
    _text(system, "kernel", str(boot.kernel))
    _text(system, "initrd", str(boot.initrd))
    _text(system, "cmdline", boot.cmdline)
    return system


def _features(accelerator: Accelerator) -> ET.Element:
    features = ET.Element("features")
    ET.SubElement(features, "acpi")
    ET.SubElement(features, "apic")
    if accelerator is Accelerator.EMULATION:
        _text(ET.SubElement(features, "tcg"), "tb-cache", str(_TRANSLATION_CACHE_MIB), unit="MiB")
    return features


def _devices(machine: Machine) -> ET.Element:
    devices = ET.Element("devices")
    ET.SubElement(devices, "controller", type="usb", model="none")
    devices.extend(_disk(disk) for disk in machine.disks)
    devices.append(_nic(machine.nic))
    serial = ET.SubElement(devices, "serial", type="pty")
    ET.SubElement(serial, "log", file=str(console_log(machine)), append="on")
    ET.SubElement(serial, "target", type="isa-serial", port="0")
    channel = ET.SubElement(devices, "channel", type="unix")
    ET.SubElement(channel, "target", type="virtio", name="org.qemu.guest_agent.0")
    random = ET.SubElement(devices, "rng", model="virtio")
    _text(random, "backend", "/dev/urandom", model="random")
    balloon = ET.SubElement(devices, "memballoon", model="virtio")
    ET.SubElement(balloon, "stats", period="10")
    return devices


def _disk(disk: Disk) -> ET.Element:
    block = disk.format is DiskFormat.BLOCK
    element = ET.Element("disk", type="block" if block else "file", device="disk")
    form = DiskFormat.RAW if block else disk.format
    ET.SubElement(
        element, "driver", name="qemu", type=form, cache="none", io="threads",
        discard="unmap" if disk.discard else "ignore",
    )  # fmt: skip
    ET.SubElement(element, "source", {"dev" if block else "file": str(disk.source)})
    ET.SubElement(element, "target", dev=_DEVICES[disk.role], bus="virtio")
    if disk.iops:
        limits = ET.SubElement(element, "iotune")
        _text(limits, "total_iops_sec", str(disk.iops))
        _text(limits, "size_iops_sec", str(BLOCK_BYTES))
    _text(element, "serial", f"mailstead-{disk.role}")
    return element


def _nic(nic: Nic) -> ET.Element:
    element = ET.Element("interface", type="bridge")
    ET.SubElement(element, "mac", address=nic.mac)
    ET.SubElement(element, "source", bridge=nic.bridge)
    ET.SubElement(element, "virtualport", type="openvswitch")
    ET.SubElement(ET.SubElement(element, "vlan"), "tag", id=str(nic.vlan))
    ET.SubElement(element, "target", dev=nic.port)
    ET.SubElement(element, "model", type="virtio")
    driver = ET.SubElement(element, "driver")
    # The userspace datapath of Open vSwitch forwards what it gets: nobody would fill in checksums left out.
    segments = {"tso4": "off", "tso6": "off", "ecn": "off", "ufo": "off"}
    ET.SubElement(driver, "host", {"csum": "off", "gso": "off", "mrg_rxbuf": "off", **segments})
    ET.SubElement(driver, "guest", {"csum": "off", **segments})
    return element


def _read_disk(disk: ET.Element) -> Disk:
    source, driver = _need(disk, "source").attrib, _need(disk, "driver").attrib
    block = "dev" in source
    return Disk(
        role=DiskRole((_need(disk, "serial").text or "").removeprefix("mailstead-")),
        source=Path(source["dev" if block else "file"]),
        format=DiskFormat.BLOCK if block else DiskFormat(driver["type"]),
        discard=driver.get("discard") == "unmap",
        iops=int(disk.findtext("iotune/total_iops_sec") or 0),
    )


def _lets_nest(feature: ET.Element) -> bool:
    return feature.get("name") in NESTING and feature.get("policy") in ("require", "force")


def _read_nic(nic: ET.Element) -> Nic:
    return Nic(
        mac=_need(nic, "mac").attrib["address"],
        bridge=_need(nic, "source").attrib["bridge"],
        port=_need(nic, "target").attrib["dev"],
        vlan=int(_need(nic, "vlan/tag").attrib["id"]),
    )


def _read_boot(system: ET.Element) -> DirectBoot:
    kernel, initrd = (Path(_need(system, name).text or "") for name in ("kernel", "initrd"))
    return DirectBoot(kernel, initrd, _need(system, "cmdline").text or "")


def _mib(element: ET.Element) -> int:
    if element.get("unit") not in ("KiB", None):
        raise ValueError(f"libvirt gave memory in {element.get('unit')}")
    return int(element.text or 0) // 1024


def _need(element: ET.Element, path: str) -> ET.Element:
    found = element.find(path)
    if found is None:
        raise ValueError(f"<{element.tag}> has no {path}")
    return found


def _text(parent: ET.Element, tag: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, tag, attributes).text = text
