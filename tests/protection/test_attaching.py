"""A backup's disks read as if they were drives, while they are attached."""

import stat
from pathlib import Path

import nbd
import pytest

from mailstead.backup.errors import NoSuchSnapshot, PlaceUnfit, SnapshotInUse
from mailstead.protection.attaching import attached
from tests.lifecycle.stage import Stage

from .stage import backed_up, verbs, write


def test_a_snapshot_is_read_as_it_was_and_stays_while_it_is_attached(stage: Stage, tmp_path: Path) -> None:
    backed_up(stage)
    write(stage, b"written afterwards")
    store, place = verbs(stage).ground.store("acme"), tmp_path / "disks"
    with attached(verbs(stage), "acme", place, 1) as disks:
        assert disks == ("data", "system")
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        handle = nbd.NBD()
        handle.set_export_name("data")
        handle.connect_unix(str(place))
        assert handle.pread(18, 0) == b"as it was at first"
        with pytest.raises(SnapshotInUse):
            store.remove(1, "by-hand")
        handle.shutdown()
    assert not place.exists()
    assert store.leases() == []


def test_what_is_not_there_or_in_the_way_is_refused(stage: Stage, tmp_path: Path) -> None:
    backed_up(stage)
    with pytest.raises(NoSuchSnapshot), attached(verbs(stage), "acme", tmp_path / "disks", 9):
        pass
    (tmp_path / "taken").touch()
    with pytest.raises(PlaceUnfit), attached(verbs(stage), "acme", tmp_path / "taken"):
        pass
    assert verbs(stage).ground.store("acme").leases() == []
