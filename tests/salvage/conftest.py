"""A platform with a tenant in service, and two backups of its mail: one before, one after somebody tidied up."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself
from tests.lifecycle.stage import Stage, open_stage, platform, tenant

from .versions import TARGET, disk_of, keep, maildir, numbered, store_of

FIRST, SECOND = datetime(2026, 11, 2, 23, tzinfo=UTC), datetime(2026, 11, 3, 23, tzinfo=UTC)
WORK = numbered(6, 7, folder="Work", flags="FS", lines=5_000)
BEFORE = maildir(numbered(1, 2, 3, 4, 5) | WORK)
AFTER = maildir(numbered(1, 2, 4, 5) | WORK | numbered(8, flags=""))


@pytest.fixture(scope="session")
def disks(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    made = [disk_of(tmp_path_factory.mktemp("disk"), content) for content in (BEFORE, AFTER)]
    return made[0], made[1]


@pytest.fixture
def stage(tmp_path: Path, disks: tuple[bytes, bytes]) -> Iterator[Stage]:
    made = open_stage(tmp_path, platform(backup_target=[{"name": TARGET, "kind": "memory"}]))
    made.done(made.lifecycle.add(tenant()))
    for disk, taken in zip(disks, (FIRST, SECOND), strict=True):
        keep(store_of(made), disk, taken)
    yield made
    made.close()
