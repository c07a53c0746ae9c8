"""Disks come back into a folder: with real images, and deaths between any two steps."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

pytest.importorskip("nbd", reason="needs the package python3-libnbd")

from mailstead.backup.drivers.folder_places import FolderPlaces
from mailstead.backup.errors import NoPlaceLeft, PlaceUnfit
from mailstead.backup.model import CHUNK, Consistency, ImageForm, Quiet, Range, Source, Taken
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.ground.blocks import HeldBlocks
from mailstead.hypervisors.model import Machine, Power
from tests.hypervisors.example import example_machine

from .contract_sources import DiskPlacesContract
from .images import converted, image, io_on, run
from .world import acme, by_chance

pytestmark = pytest.mark.skipif(not shutil.which("qemu-nbd"), reason="needs qemu-utils")
MIB = 1 << 20


class Verb(Protocol):
    """put_in, take_back or clear."""

    def __call__(self, machine: str, *, run: str) -> None: ...


class ImageStage:
    """A machine that is nothing but two images; every moment of them is read whole."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.runs = folder, folder / "acme", True
        self.places, self.changes = FolderPlaces(folder, self.machines), self
        self.home.mkdir()
        for name in ("system", "data"):
            image(self.disk(name), 2 * MIB)

    def machines(self) -> dict[str, Machine]:
        found = example_machine(self.folder, self.folder, self.folder)
        return {"acme": replace(found, power=Power.ON if self.runs else Power.OFF)}

    def disk(self, name: str) -> Path:
        return self.home / f"{name}.qcow2"

    def write(self, disk: str, offset: int, content: bytes) -> None:
        pattern = self.folder / "pattern"
        pattern.write_bytes(content)
        io_on(self.disk(disk), f"write -q -s {pattern} {offset} {len(content)}")

    def content(self, disk: str) -> bytes:
        return converted(self.disk(disk), self.folder / "raw")

    def start(self) -> None:
        self.runs = True

    def stop(self) -> None:
        self.runs = False

    def lose_points(self, disk: str) -> None:
        """There are none."""

    def points(self) -> frozenset[str]:
        return frozenset()

    @contextmanager
    def moment(self, machine: str, bases: Mapping[str, str], quiet: Quiet) -> Iterator[Taken]:
        assert (machine, quiet.least) == ("acme", Consistency.CRASH)
        yield Taken(datetime.now(UTC), Consistency.CRASH, tuple(self._source(name) for name in ("system", "data")))

    def keep(self, machine: str, points: object) -> None:
        """There is nothing to forget."""

    def _source(self, name: str) -> Source:
        content = self.content(name)
        return Source(name, HeldBlocks(content), [Range(0, len(content))], whole=True)


@pytest.fixture
def stage(tmp_path: Path) -> ImageStage:
    return ImageStage(tmp_path)


@pytest.fixture
def store() -> TenantStore:
    return acme()


class TestFolderPlaces(DiskPlacesContract):
    """The contract; what is a folder's own is below."""


def disk(name: str = "data", *, seed: int = 1, size: int = 2 * MIB) -> Source:
    content = by_chance(seed).randbytes(3 * CHUNK) + bytes(size - 4 * CHUNK) + by_chance(seed + 1).randbytes(CHUNK)
    return Source(name, HeldBlocks(content), [Range(0, 3 * CHUNK), Range(size - CHUNK, CHUNK)])


@pytest.mark.parametrize("deaths", range(5))
def test_a_death_between_any_two_renamings_loses_nothing(
    stage: ImageStage, monkeypatch: pytest.MonkeyPatch, deaths: int
) -> None:
    stage.stop()
    before, new = {name: stage.content(name) for name in ("system", "data")}, disk(seed=9)
    for name in before:
        stage.places.prepare("acme", replace(new, name=name), run="r1")
    dying_at(deaths, monkeypatch, stage.places.put_in)
    stage.places.put_in("acme", run="r1")
    assert {stage.content(name) for name in before} == {new.blocks.read(0, 2 * MIB)}
    dying_at(deaths, monkeypatch, stage.places.take_back)
    stage.places.take_back("acme", run="r1")
    assert {name: stage.content(name) for name in before} == before
    stage.places.clear("acme", run="r1")
    assert sorted(path.name for path in stage.home.iterdir()) == ["data.qcow2", "system.qcow2"]


def test_clearing_after_a_death_never_leaves_a_machine_without_its_disk(
    stage: ImageStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.stop()
    before = stage.content("data")
    stage.places.prepare("acme", disk(), run="r1")
    assert dying_at(1, monkeypatch, stage.places.put_in)
    stage.places.clear("acme", run="r1")
    assert stage.content("data") == before


def test_two_restores_do_not_mix_their_files(stage: ImageStage) -> None:
    stage.stop()
    stage.places.prepare("acme", disk(), run="b-a")
    stage.places.put_in("acme", run="a")
    stage.places.clear("acme", run="a")
    stage.places.put_in("acme", run="b-a")
    assert stage.content("data") == disk().blocks.read(0, 2 * MIB)


def test_a_disk_comes_to_a_machine_that_is_not_there_and_goes_again(stage: ImageStage, tmp_path: Path) -> None:
    stage.places.prepare("beside", disk(), run="r1")
    stage.places.put_in("beside", run="r1")
    assert converted(tmp_path / "beside" / "data.qcow2", tmp_path / "raw") == disk().blocks.read(0, 2 * MIB)
    stage.places.take_back("beside", run="r1")
    assert not (tmp_path / "beside" / "data.qcow2").exists()


def test_a_raw_disk_stays_raw(stage: ImageStage) -> None:
    stage.disk("data").unlink()
    raw = stage.home / "data.raw"
    raw.write_bytes(bytes(MIB))
    stage.stop()
    stage.places.prepare("acme", disk(), run="r1")
    stage.places.put_in("acme", run="r1")
    assert raw.read_bytes() == disk().blocks.read(0, 2 * MIB)


def test_a_block_device_is_refused(stage: ImageStage) -> None:
    (stage.home / "data.block").symlink_to("/dev/null")
    with pytest.raises(PlaceUnfit, match="block device"):
        stage.places.prepare("acme", disk(), run="r1")


def test_a_restored_disk_takes_no_room_for_zeros(stage: ImageStage, tmp_path: Path) -> None:
    sparse = Source("data", HeldBlocks(b"x" * CHUNK + bytes(63 * MIB)), [Range(0, CHUNK)])
    stage.places.export(sparse, tmp_path / "disk.qcow2", ImageForm.QCOW2)
    assert (tmp_path / "disk.qcow2").stat().st_blocks * 512 < MIB


@pytest.mark.parametrize("form", list(ImageForm))
def test_a_disk_is_given_away_in_the_form_asked_for(stage: ImageStage, tmp_path: Path, form: ImageForm) -> None:
    path, raw = tmp_path / f"disk.{form}", tmp_path / "raw"
    stage.places.export(disk(), path, form)
    run("qemu-img", "convert", "-f", form, "-O", "raw", str(path), str(raw))
    assert raw.read_bytes() == disk().blocks.read(0, 2 * MIB)


def test_a_disk_that_there_is_no_room_for_is_refused_before_anything_is_written(stage: ImageStage) -> None:
    class Endless:
        size = 1 << 60

        def read(self, offset: int, length: int) -> bytes:
            raise AssertionError("nothing is to be read")

    with pytest.raises(NoPlaceLeft):
        stage.places.prepare("acme", Source("data", Endless(), [Range(0, 1 << 59)]), run="r1")
    assert sorted(path.name for path in stage.home.iterdir()) == ["data.qcow2", "system.qcow2"]


def dying_at(number: int, monkeypatch: pytest.MonkeyPatch, verb: Verb) -> bool:
    """Let the process die at the renaming of this number, counted from zero; say whether there were so many."""
    rename, left = Path.rename, iter(range(number))

    def dying(path: Path, target: Path) -> Path:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", dying)
        try:
            verb("acme", run="r1")
        except KeyboardInterrupt:
            return True
    return False
