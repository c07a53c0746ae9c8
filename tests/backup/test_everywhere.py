"""A whole life of a store on every target that ships, and real deaths of real processes."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.backup.drivers.folder import INCOMING, FolderTarget
from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.backup.drivers.s3 import Bucket, S3Target
from mailstead.backup.port import Target
from mailstead.backup.store.backups import Backups
from mailstead.security.model import Secret

from .bucket import s3_server
from .world import KEY, WritableDisk, acme, content_of, moment

MIB = 1 << 20


@pytest.fixture(params=["memory", "folder", "s3"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    if request.param == "memory":
        yield MemoryTarget()
    elif request.param == "folder":
        yield FolderTarget(tmp_path)
    else:
        with s3_server() as address:
            yield S3Target(Bucket("backups", "key", Secret.of("secret"), endpoint=address, prefix="here"))


def test_a_store_lives_on_every_target(target: Target) -> None:
    disk, known = WritableDisk(18 * MIB), dict[int, bytes]()
    for number in range(1, 4):
        disk.scatter(number, writes=30)
        acme(target).backup(moment(number, base=number - 1 or None), [disk.changes()])
        known[number] = bytes(disk.content)
    store = acme(target)
    store.remove(2, "prune")
    del known[2]
    deleted = sum(store.collect(f"collect-{number}").deleted for number in range(3))
    assert deleted > 0
    for number, content in known.items():
        assert content_of(store, number) == content
    assert store.verify_structure("check").sound
    assert store.verify_contents("check").sound
    assert Backups(target, KEY).verify() == []


_ENDLESS = """
import sys
from pathlib import Path
from mailstead.backup.drivers.folder import FolderTarget
from tests.backup.world import WritableDisk, acme, moment
store, number = acme(FolderTarget(Path(sys.argv[1]))), int(sys.argv[2])
disk = WritableDisk(4 << 20)
while True:
    number += 1
    disk.scatter(number, writes=20)
    done = store.backup(moment(number, run="endless"), [disk.source()])
    print(done.snapshot.number, number, flush=True)
"""


def test_a_process_that_is_killed_loses_nothing_that_it_had_confirmed(tmp_path: Path) -> None:
    confirmed = list[int]()
    for kill in range(4):
        command = [sys.executable, "-c", _ENDLESS, str(tmp_path), str(kill * 1000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            confirmed.append(int(process.stdout.readline().split()[0]))
            time.sleep(0.03 * kill)
            process.send_signal(signal.SIGKILL)
            confirmed += [int(line.split()[0]) for line in process.stdout if line.endswith("\n")]
    store = acme(FolderTarget(tmp_path))
    assert set(confirmed) <= {snapshot.number for snapshot in store.snapshots()}
    assert store.verify_structure("check").sound
    assert store.verify_contents("check").sound
    # An empty one is left: killed before it took its lock, it could be somebody's who is about to.
    assert [left for left in (tmp_path / INCOMING).iterdir() if left.stat().st_size] == []
