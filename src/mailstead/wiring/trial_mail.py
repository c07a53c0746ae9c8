"""Backups for whoever looks around: in the older one lies a mail that is gone from the newer, to be brought back."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mailstead.backup.model import Consistency, Kind, Moment, Range, Snapshot, Source
from mailstead.ground.blocks import HeldBlocks

from .memory_host import IMAGE
from .running import Running

PATHS = os.pathsep.join(("/usr/sbin", "/sbin", os.defpath))  # administrators' tools are in nobody else's path
DISK_MIB = 2
GONE = 3


@dataclass(frozen=True, slots=True)
class _Mail:
    number: int
    folder: str
    sender: str
    subject: str
    text: str


_MAILS = (
    _Mail(1, "", "Gustav <gustav@globex.example>", "Delivery on Thursday", "The drill presses leave here on Tuesday."),
    _Mail(2, "", "Bert <bert@acme.example>", "Lunch?", "At noon, the usual place."),
    _Mail(GONE, "", "Helena <helena@globex.example>", "Signed contract", "Please keep this one: it is the only copy."),
    _Mail(4, "", "Jana <jana@initech.example>", "Invoice 2041", "Due within thirty days."),
    _Mail(5, ".Work", "Carla <carla@acme.example>", "Plans for the workshop", "The saw goes to the left of the door."),
    _Mail(6, ".Work", "Lena <lena@umbrella.example>", "First-aid kits", "Twelve of them, with plasters."),
)


class _WithinDisk(HeldBlocks):
    """A disk of *size* bytes that begins with what is held, and holds nothing behind that."""

    def __init__(self, content: bytes, size: int) -> None:
        super().__init__(content)
        self._size = size

    @property
    def size(self) -> int:
        return self._size

    def read(self, offset: int, length: int) -> bytes:
        return super().read(offset, length).ljust(min(length, self._size - offset), b"\0")


def put_backups(running: Running, tenant: str, address: str) -> None:
    """Put two backups of a tenant's mail into its store; none where mke2fs is missing, which makes their disk."""
    program = shutil.which("mke2fs", path=PATHS)
    if program is None:
        return
    ground, now = running.protection.ground, running.world.clock.now()
    for days, mails in ((2, _MAILS), (1, [mail for mail in _MAILS if mail.number != GONE])):
        last = _kept(running, tenant, _disk(program, address, mails, now), now - timedelta(days=days))
    ground.book.begin([tenant], now)
    ground.book.good(tenant, last.taken, last.number)


def _kept(running: Running, tenant: str, content: bytes, taken: datetime) -> Snapshot:
    size = running.world.tenants.get(tenant).tenant.allowance.disk_gib << 30
    data = Source("data", _WithinDisk(content, size), [Range(0, len(content))])
    system = Source("system", _WithinDisk(b"", IMAGE.system_mib << 20), [])
    moment = Moment(taken, f"trial-{taken:%Y%m%d}", Kind.FULL, consistency=Consistency.FILESYSTEM)
    return running.protection.ground.store(tenant).backup(moment, [data, system]).snapshot


def _disk(program: str, address: str, mails: Iterable[_Mail], now: datetime) -> bytes:
    """Return an ext4 file system with a Maildir, as the appliance lays it."""
    with tempfile.TemporaryDirectory(prefix="mailstead-trial-") as name:
        folder = Path(name)
        local, _, domain = address.partition("@")
        for mail in mails:
            _lay(folder / "tree" / domain / local / "Maildir" / mail.folder, mail, address, now)
        image = folder / "image"
        with image.open("wb") as file:
            file.truncate(DISK_MIB << 20)
        argv = [program, "-q", "-t", "ext4", "-d", str(folder / "tree"), str(image)]
        subprocess.run(argv, check=True, capture_output=True, timeout=30)
        return image.read_bytes()


def _lay(box: Path, mail: _Mail, address: str, now: datetime) -> None:
    arrived = now - timedelta(days=10 - mail.number)
    for part in ("cur", "new", "tmp"):
        (box / part).mkdir(parents=True, exist_ok=True)
    content = (
        f"From: {mail.sender}\r\nTo: {address}\r\nSubject: {mail.subject}\r\n"
        f"Date: {arrived:%a, %d %b %Y %H:%M:%S +0000}\r\nMessage-ID: <{mail.number}@trial.example>\r\n\r\n"
        f"{mail.text}\r\n"
    )
    place = box / "cur" / f"{int(arrived.timestamp())}.M{mail.number}P1.mail:2,S"
    place.write_bytes(content.encode())
    os.utime(place, (arrived.timestamp(), arrived.timestamp()))
