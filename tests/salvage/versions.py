"""Backups of a tenant's data disk, made of mails that a test names."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from mailstead.backup.model import Kind, Moment, Range, Snapshot, Source
from mailstead.backup.port import Target
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.ground.blocks import HeldBlocks
from mailstead.items.drivers.memory import MemoryReceiver
from mailstead.wiring.memory import Outside
from tests.backup.world import by_chance
from tests.items.disks import ext4_image, laid, mail
from tests.lifecycle.stage import Stage

ARRIVED = datetime(2026, 10, 20, 9, 30, tzinfo=UTC)
TARGET = "shelf"
BOX = "acme.example/anna/Maildir"


def maildir(mails: Mapping[str, bytes], box: str = BOX) -> dict[str, bytes]:
    """Return a mailbox as files: mails by their place below it, such as `cur/1:2,S` or `.Work/cur/2:2,`."""
    inside = {f"{box}/{name}": content for name, content in mails.items()}
    folders = {name.rpartition("/")[0].rpartition("/")[0] for name in inside} | {box}
    return inside | {f"{folder}/{part}/.x": b"" for folder in folders for part in ("cur", "new", "tmp")}


def numbered(*numbers: int, folder: str = "", flags: str = "S", lines: int = 0) -> dict[str, bytes]:
    """Return mails as they lie in a folder, each with so many more lines: the newer the higher their number."""
    where = f".{folder}/" if folder else ""
    return {
        f"{where}cur/{int(ARRIVED.timestamp()) + number}.M{number}P1.host:2,{flags}": mail(number)
        + _lines(number, lines)
        for number in numbers
    }


def _lines(seed: int, number: int) -> bytes:
    chance = by_chance(seed)
    return b"".join(chance.randbytes(30).hex().encode() + b"\r\n" for _ in range(number))


def disk_of(folder: Path, content: Mapping[str, bytes], mib: int = 8) -> bytes:
    """Return an ext4 disk with these files; each was last written when its mail arrived."""
    tree = laid(folder / "tree", content)
    for path in tree.rglob("*:2,*"):
        arrived = ARRIVED.timestamp() + int(path.name.partition(".M")[2].partition("P")[0] or 0)
        os.utime(path, (arrived, arrived))
    return ext4_image(folder / "image", tree, mib=mib).read_bytes()


def store_of(stage: Stage, tenant: str = "acme") -> TenantStore:
    return stage.running.protection.ground.store(tenant)


def receiver_of(outside: Outside, address: str = "anna@acme.example") -> MemoryReceiver:
    found = outside.mailboxes["acme", address]
    assert isinstance(found, MemoryReceiver)
    return found


def target_of(stage: Stage) -> Target:
    return stage.outside.targets[TARGET]


def keep(store: TenantStore, disk: bytes, taken: datetime) -> Snapshot:
    """Keep a disk as a snapshot."""
    source = Source("data", HeldBlocks(disk), [Range(0, len(disk))])
    return store.backup(Moment(taken, f"run-{taken:%Y%m%d%H%M}", Kind.FULL), [source]).snapshot


@contextmanager
def spoilt(target: Target, name: str, place: int) -> Iterator[None]:
    """Flip a byte of a kept object while the block lasts."""
    held = target.read(name)
    _replaced(target, name, held[:place] + bytes([held[place] ^ 0xFF]) + held[place + 1 :])
    yield
    _replaced(target, name, held)


def _replaced(target: Target, name: str, content: bytes) -> None:
    target.delete(name)
    target.create(name, content)
