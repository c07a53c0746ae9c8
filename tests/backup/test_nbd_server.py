"""Disks served over NBD: libnbd and QEMU read what is there, and are told where nothing is."""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import nbd
import pytest

from mailstead.backup.errors import Damaged
from mailstead.backup.model import Range
from mailstead.backup.nbd_server import Export, listen, serve
from mailstead.backup.nbd_words import Held

SIZE, BEGIN, CONTENT = 8 << 20, 1 << 20, bytes(range(256)) * 1024


class Disk:
    """Zeros but for one place; the last 64 KiB cannot be read."""

    size = SIZE

    def read(self, offset: int, length: int) -> bytes:
        if offset + length > SIZE - 65_536:
            raise Damaged("this part is broken")
        whole = bytearray(length)
        for at in range(length):
            place = offset + at - BEGIN
            whole[at] = CONTENT[place] if 0 <= place < len(CONTENT) else 0
        return bytes(whole)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    disk = Export(Disk(), Held([Range(BEGIN, len(CONTENT))]))
    with closing(listen(tmp_path / "nbd")) as listening:
        Thread(target=serve, args=(listening, {"data": disk, "system": disk}), daemon=True).start()
        yield tmp_path / "nbd"


def connected(place: Path, name: str = "data") -> nbd.NBD:
    handle = nbd.NBD()
    handle.add_meta_context("base:allocation")
    handle.set_export_name(name)
    handle.connect_unix(str(place))
    return handle


def test_what_is_there_is_read_and_nothing_can_be_written(place: Path) -> None:
    handle = connected(place)
    assert (handle.get_size(), handle.is_read_only()) == (SIZE, True)
    assert handle.pread(4096, BEGIN + 512) == CONTENT[512 : 512 + 4096]
    assert handle.pread(4096, 0) == bytes(4096)
    handle.shutdown()


def test_where_nothing_is_is_told(place: Path) -> None:
    told: list[int] = []
    handle = connected(place)
    handle.block_status(SIZE, 0, lambda _name, _offset, entries, _error: told.extend(entries))
    assert told == [BEGIN, 3, len(CONTENT), 0, SIZE - BEGIN - len(CONTENT), 3]
    handle.shutdown()


def test_what_cannot_be_read_is_an_error_and_the_rest_stays_readable(place: Path) -> None:
    handle = connected(place)
    with pytest.raises(nbd.Error):
        handle.pread(4096, SIZE - 4096)
    assert handle.pread(16, BEGIN) == CONTENT[:16]
    handle.shutdown()


def test_an_export_that_is_none_is_refused(place: Path) -> None:
    with pytest.raises(nbd.Error):
        connected(place, "floppy")
    assert connected(place, "system").get_size() == SIZE


def test_clients_that_talk_nonsense_hinder_nobody(place: Path) -> None:
    handle = nbd.NBD()
    handle.set_opt_mode(enable=True)
    handle.connect_unix(str(place))
    handle.opt_abort()
    assert connected(place).pread(16, BEGIN) == CONTENT[:16]


def test_qemu_reads_it_as_what_an_overlay_stands_on(place: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "overlay.qcow2"
    create = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", f"nbd+unix:///data?socket={place}"]
    subprocess.run([*create, str(overlay), str(SIZE)], check=True, timeout=60)
    read = ["qemu-io", "-r", "-f", "qcow2", "-c", f"read -v {BEGIN} 16", str(overlay)]
    said = subprocess.run(read, check=True, timeout=60, capture_output=True, text=True).stdout
    assert "00 01 02 03 04 05 06 07" in said
