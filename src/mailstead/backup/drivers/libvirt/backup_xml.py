"""The XML of backups and checkpoints, built and read. Pure.

Sources: https://libvirt.org/formatbackup.html, https://libvirt.org/formatcheckpoint.html.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from mailstead.ground.markup import trusted

SERIAL = "mailstead-"
_BITMAPS = "qcow2"  # the only form that keeps dirty bitmaps


@dataclass(frozen=True, slots=True)
class HeldDisk:
    """A disk of a domain: our *name* for it, its *device* in the domain, where it lies, and as what."""

    name: str
    device: str
    path: Path
    form: str

    @property
    def tracks(self) -> bool:
        """Say whether changes can be tracked on it."""
        return self.form == _BITMAPS

    @property
    def bitmap(self) -> str:
        """The name under which the bitmap of its changes is exported."""
        return f"{self.device}-changes"


def disks_in(domain: str) -> tuple[HeldDisk, ...]:
    """Return the disks of ours in domain XML."""
    root = trusted(domain)
    found = (_disk(element) for element in root.iterfind("devices/disk"))
    return tuple(disk for disk in found if disk)


def build_backup(socket: Path, disks: Iterable[HeldDisk], bases: Mapping[str, str], scratch: Mapping[str, Path]) -> str:
    """Return the order for a backup in pull mode; *bases* and *scratch* go by our names of disks."""
    root = ET.Element("domainbackup", mode="pull")
    ET.SubElement(root, "server", transport="unix", socket=str(socket))
    listed = ET.SubElement(root, "disks")
    for disk in disks:
        base = bases.get(disk.name, "")
        since = {"incremental": base, "exportbitmap": disk.bitmap} if base else {}
        mode = {"type": "file", "backupmode": "incremental" if base else "full"}
        element = ET.SubElement(listed, "disk", {"name": disk.device, "exportname": disk.name, **mode, **since})
        ET.SubElement(element, "driver", type="qcow2")
        ET.SubElement(element, "scratch", file=str(scratch[disk.name]))
    return ET.tostring(root, encoding="unicode")


def socket_of(backup: str) -> Path:
    """Return where a backup that is under way can be read."""
    server = trusted(backup).find("server")
    return Path("" if server is None else server.get("socket", ""))


def build_checkpoint(point: str, disks: Iterable[HeldDisk], *, domain: str = "") -> str:
    """Return a checkpoint of *disks*. With the *domain* XML: one that libvirt forgot, whose bitmaps are there."""
    root = ET.Element("domaincheckpoint")
    ET.SubElement(root, "name").text = point
    if domain:
        ET.SubElement(root, "creationTime").text = "1"
    listed = ET.SubElement(root, "disks")
    tracked = {disk.device for disk in disks if disk.tracks}
    for device in sorted(tracked):
        ET.SubElement(listed, "disk", name=device, checkpoint="bitmap", bitmap=point)
    if domain:
        root.append(trusted(domain))
    return ET.tostring(root, encoding="unicode")


def devices_in(checkpoint: str) -> frozenset[str]:
    """Return the devices whose changes a checkpoint tracks."""
    root = trusted(checkpoint)
    tracked = root.iterfind("disks/disk[@checkpoint='bitmap']")
    return frozenset(disk.attrib["name"] for disk in tracked)


def _disk(element: ET.Element) -> HeldDisk | None:
    serial, target = element.findtext("serial") or "", element.find("target")
    source, driver = element.find("source"), element.find("driver")
    if not serial.startswith(SERIAL) or target is None or source is None or driver is None:
        return None
    path = Path(source.get("file") or source.get("dev") or "")
    return HeldDisk(serial.removeprefix(SERIAL), target.attrib["dev"], path, driver.get("type", ""))
