"""The backup store against borg and restic: the same images in the same run. See benchmarks/README.md.

python -m benchmarks.backup_store [SCRATCH FOLDER]

An ext4 disk of 2 GiB with 22,000 mails; then a day of mail on it (500 delivered, 400 moved, 100 deleted). The others
read the image wholly each time; we are told which 64 KiB changed, as a dirty bitmap says it. All encrypt; ours and
borg's compress by zstd 1, restic 0.14 by its default. Needs Debian's borgbackup, restic and e2fsprogs.
"""

import gzip
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

from mailstead.backup.drivers.folder import FolderTarget
from mailstead.backup.model import CHUNK, Kind, Moment, Range, Source
from mailstead.backup.store.backups import Backups
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.security.sealing import fresh_key

SIZE, MAILS = 2 << 30, 22_000
ADDED_OVER_BORG, ADDED_OVER_RESTIC = 1.05, 0.25
MEMORY_MIB, TIB = 300, 1 << 40
ROUNDS = ("full", "day")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one backup took: by the clock, of the processors, and in bytes added to the store."""

    seconds: float
    processor_s: float
    added: int


class Image:
    """A raw image as `Blocks`."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self.size = path.stat().st_size

    def read(self, offset: int, length: int) -> bytes:
        return os.pread(self._file.fileno(), length, offset)

    def data(self) -> Iterator[Range]:
        """Yield where the file has no holes."""
        end = 0
        while end < self.size:
            try:
                begin = os.lseek(self._file.fileno(), end, os.SEEK_DATA)
            except OSError:  # no data behind here
                return
            end = os.lseek(self._file.fileno(), begin, os.SEEK_HOLE)
            yield Range(begin, end - begin)

    def differing(self, other: "Image") -> Iterator[Range]:
        """Yield the chunks that differ, as a dirty bitmap would say."""
        for at in range(0, self.size, CHUNK):
            if self.read(at, CHUNK) != other.read(at, CHUNK):
                yield Range(at, CHUNK)


class Desert:
    """A disk of 1 TiB: nothing but zeros, and a few bytes in every 16 MiB."""

    size = TIB

    def read(self, offset: int, length: int) -> bytes:
        return offset.to_bytes(8, "big") + bytes(length - 8)


def make_images(scratch: Path) -> tuple[Path, Path]:
    """Make the disk before and after the day."""
    chance = Random(1)  # noqa: S311 (no secret comes of it)
    words = [chance.randbytes(chance.randint(2, 5)).hex() for _ in range(4000)]
    tree, before, after = scratch / "tree", scratch / "before.raw", scratch / "after.raw"
    for number in range(MAILS):
        _write_mail(tree / f"box{number % 20}" / "cur" / f"{number}.mail", chance, words)
    with before.open("wb") as file:
        file.truncate(SIZE)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", tree, before], check=True)
    subprocess.run(["cp", "--sparse=always", before, after], check=True)
    jobs = "\n".join(_a_day(scratch / "new", chance, words))
    subprocess.run(["debugfs", "-w", "-f", "-", after], input=jobs, text=True, capture_output=True, check=True)
    return before, after


def _a_day(new: Path, chance: Random, words: list[str]) -> Iterator[str]:
    for box in range(20):
        yield f"mkdir /box{box}/new"
    for number in range(500):
        mail = new / f"{number}"
        _write_mail(mail, chance, words)
        yield f"write {mail} /box{number % 20}/new/{number}.mail"
        if number < 400:
            yield f"ln /box{number % 20}/new/{number}.mail /box{number % 20}/cur/new{number}.mail"
            yield f"unlink /box{number % 20}/new/{number}.mail"
    for number in chance.sample(range(MAILS), 100):
        yield f"rm /box{number % 20}/cur/{number}.mail"


def _write_mail(path: Path, chance: Random, words: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = " ".join(chance.choices(words, k=chance.randint(100, 1200))).encode()
    attached = gzip.compress(chance.randbytes(chance.randint(1000, 20_000)), 1) if chance.random() < 0.3 else b""
    path.write_bytes(text + attached)


def ours(scratch: Path, images: tuple[Path, Path]) -> list[Cost]:
    """A full backup that is told where the image has data, and an incremental one that is told what changed."""
    folder = scratch / "ours"
    folder.mkdir()
    store = Backups.make(FolderTarget(folder), fresh_key(), scratch / "index").tenant("acme")
    before, after = map(Image, images)
    dirty = list(after.differing(before))
    print(f"the day changed {len(dirty)} chunks, {len(dirty) * CHUNK / 1e6:.1f} MB of them")
    sources = [Source("data", before, list(before.data())), Source("data", after, dirty)]
    return [
        _measured(folder, lambda: _backup(store, Kind.FULL, None, sources[0])),
        _measured(folder, lambda: _backup(store, Kind.INCREMENTAL, 1, sources[1])),
    ]


def _backup(store: TenantStore, kind: Kind, base: int | None, source: Source) -> None:
    store.backup(Moment(datetime.now(UTC), "benchmark", kind, base), [source])


def borg(scratch: Path, images: tuple[Path, Path]) -> list[Cost]:
    folder = scratch / "borg"
    secret = {"BORG_PASSPHRASE": "benchmark", "BORG_BASE_DIR": str(scratch / "borg-home")}
    _run(["borg", "init", "-e", "repokey-blake2", str(folder)], secret)
    options = ["--chunker-params", "fixed,65536", "-C", "zstd,1", "--sparse"]
    commands = [["borg", "create", *options, f"{folder}::{name}", "disk.raw"] for name in ROUNDS]
    return _by_commands(scratch, folder, images, commands, secret)


def restic(scratch: Path, images: tuple[Path, Path]) -> list[Cost]:
    folder = scratch / "restic"
    secret = {"RESTIC_PASSWORD": "benchmark", "RESTIC_CACHE_DIR": str(scratch / "restic-cache")}
    _run(["restic", "init", "-r", str(folder)], secret)
    commands = [["restic", "backup", "-q", "-r", str(folder), "disk.raw"] for _ in ROUNDS]
    return _by_commands(scratch, folder, images, commands, secret)


def _by_commands(
    scratch: Path, folder: Path, images: tuple[Path, Path], commands: list[list[str]], secret: dict[str, str]
) -> list[Cost]:
    """Back both images up by commands, each under the same name."""
    costs = []
    for image, command in zip(images, commands, strict=True):
        subprocess.run(["cp", "--sparse=always", image, scratch / "disk.raw"], check=True)
        costs.append(_measured(folder, partial(_run, command, secret, scratch)))
    return costs


def _run(command: list[str], environment: dict[str, str], folder: Path | None = None) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd=folder, env={**os.environ, **environment})


def _measured(folder: Path, act: Callable[[], None]) -> Cost:
    before, began, processor = _bytes_in(folder), time.perf_counter(), _processor_s()
    act()
    return Cost(time.perf_counter() - began, _processor_s() - processor, _bytes_in(folder) - before)


def _processor_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def sparse_memory(scratch: Path) -> int:
    """Return the peak of memory, in MiB, of a process that backs up a sparse disk of 1 TiB."""
    folder = scratch / "desert"
    folder.mkdir()
    store = Backups.make(FolderTarget(folder), fresh_key(), scratch / "desert-index").tenant("acme")
    began = time.perf_counter()
    _backup(store, Kind.FULL, None, Source("data", Desert(), (Range(at, 8) for at in range(0, TIB, 16 << 20))))
    seconds, stored = time.perf_counter() - began, _bytes_in(folder) / 1e6
    print(f"1 TiB with data in each 16 MiB: {seconds:.0f} s, {stored:.0f} MB stored")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(scratch: Path) -> int:
    """Measure, print, and return 0 when the budgets hold."""
    memory = sparse_memory(scratch)
    print(f"memory of the whole process: {memory} MiB at the peak (budget {MEMORY_MIB})")
    images = make_images(scratch)
    costs = {tool.__name__: tool(scratch, images) for tool in (ours, borg, restic)}
    for name, found in costs.items():
        for round_, cost in zip(ROUNDS, found, strict=True):
            took = f"{cost.seconds:6.2f} s {cost.processor_s:6.2f} s CPU {cost.added / 1e6:8.2f} MB added"
            print(f"{name:7} {round_:5} {took}")
    over_borg = costs["ours"][1].added / costs["borg"][1].added
    over_restic = costs["ours"][1].added / costs["restic"][1].added
    full = costs["ours"][0].seconds / costs["borg"][0].seconds
    print(f"day, bytes added: {over_borg:.2f} of borg's (budget {ADDED_OVER_BORG})")
    print(f"day, bytes added: {over_restic:.2f} of restic's (budget {ADDED_OVER_RESTIC})")
    print(f"full backup: {full:.2f} of borg's time (budget 1)")
    within = over_borg <= ADDED_OVER_BORG and over_restic <= ADDED_OVER_RESTIC and full <= 1 and memory < MEMORY_MIB
    return 0 if within else 1


if __name__ == "__main__":
    beside = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory(prefix="mailstead-bench-", dir=beside) as place:
        raise SystemExit(main(Path(place)))
