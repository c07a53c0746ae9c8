"""All of a tenant's backups destroyed: dying anywhere, and beside somebody who lays a hold."""

from contextlib import suppress
from itertools import count

import pytest

from mailstead.backup.drivers.memory import MemoryTarget
from mailstead.backup.errors import SnapshotGoing, SnapshotHeld
from mailstead.backup.store.destroying import destroy
from mailstead.ground.errors import NotFound

from .dying import Died, DyingTarget, HookedTarget
from .world import START, WritableDisk, acme, moment


@pytest.fixture
def target() -> MemoryTarget:
    made, disk = MemoryTarget(), WritableDisk(1 << 20)
    for number in (1, 2):
        disk.scatter(number, 3)
        acme(made).backup(moment(number), [disk.source()])
    return made


def _left(target: MemoryTarget) -> list[str]:
    return [entry.name for entry in target.list("tenants/")]


def _keys(target: MemoryTarget) -> list[str]:
    return [name for name in _left(target) if "/keys/" in name]


def test_a_death_at_any_write_is_mended_by_the_next_try_and_the_key_goes_first(target: MemoryTarget) -> None:
    whole = dict(target._objects)
    for number in range(1, len(whole) + 10):
        mortal = MemoryTarget()
        mortal._objects.update(whole)
        try:
            destroy(DyingTarget(mortal, number), "acme", "purge")
        except Died:
            packs = {name for name in _left(mortal) if "/packs/" in name}
            assert len(packs) == sum("/packs/" in name for name in whole) or not _keys(mortal)
        destroy(mortal, "acme", "purge")
        assert _left(mortal) == []


def test_a_hold_laid_at_any_moment_stands_or_is_refused_and_no_old_key_is_left(target: MemoryTarget) -> None:
    whole, outcomes = dict(target._objects), set()
    for number in range(40):
        ours = MemoryTarget()
        ours._objects.update(whole)
        stood, stands = _destroyed_beside(ours, number)
        assert stands or not any(whole.get(name) == ours.read(name) for name in _keys(ours))
        assert stood in {None, stands}
        outcomes.add(stood)
    assert outcomes == {True, False, None}


def _destroyed_beside(ours: MemoryTarget, number: int) -> tuple[bool | None, bool]:
    """Lay a hold before that call of a destruction; return whether it was granted, and whether all is there."""
    granted, calls = list[bool](), count()

    def lay(_verb: str, _name: str) -> None:
        if next(calls) == number:
            try:
                acme(ours).hold(1, reason="a lawsuit", by="alice", at=START)
            except (SnapshotGoing, NotFound):
                granted.append(False)
            else:
                granted.append(True)

    with suppress(SnapshotHeld):
        destroy(HookedTarget(ours, lay), "acme", "purge")
    there = [name for name in _left(ours) if "/snapshots/" in name]
    return granted[0] if granted else None, len(there) == 2
