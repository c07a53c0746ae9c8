"""Many threads read one disk of a snapshot: a restore waits for several answers of the target at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.backup.model import CHUNK

from .world import WritableDisk, acme, moment

MIB = 1 << 20


class SlowTarget(MemoryTarget):
    """Answers long readings only when two of them wait."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: Barrier | None = None

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        if self.pairs and length and length > 2 * CHUNK:
            self.pairs.wait(timeout=20)
        return super().read(name, offset, length)


def test_threads_do_not_wait_for_each_others_answers() -> None:
    target, disk = SlowTarget(), WritableDisk(4 * MIB)
    store = acme(target)
    disk.scatter(1, 200)
    store.backup(moment(), [disk.source()])
    with store.reading(1, "restore") as reading, ThreadPoolExecutor(2) as pool:
        found = reading.disk("data")
        found.read(0, 1)
        target.pairs = Barrier(2)
        parts = list(pool.map(lambda at: found.read(at, MIB), range(0, 4 * MIB, MIB)))
    assert b"".join(parts) == bytes(disk.content)
