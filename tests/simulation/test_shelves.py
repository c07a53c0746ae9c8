"""The simulation finds what backups must never do: each rule, broken on purpose, is told of."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from mailstead.backup.drivers.memory_disks import MemoryDisks, SparseBlocks
from mailstead.backup.model import Range, Source
from mailstead.backup.store.catalogue import Catalogue
from mailstead.backup.store.tenant_store import TenantStore
from mailstead.protection.drilling import Drilling
from simulation.acts import Act, Asked, Event, Happens, Verb
from simulation.play import Outcome, play
from simulation.story import Story

ADD, MAIL = Act(0, Asked(Verb.ADD, "acme")), Act(300, Happens(Event.MAIL, "acme"))
BACK_UP, TEND = Act(60, Asked(Verb.BACK_UP, "acme")), Act(60, Asked(Verb.TEND, "acme"))
RESTORE, DRILL = Act(60, Asked(Verb.RESTORE, "acme")), Act(60, Asked(Verb.DRILL, "acme"))
HOLD, LATER = Act(60, Asked(Verb.HOLD, "acme")), Act(300, Happens(Event.BACK, "kvm1"))


def _play(folder: Path, *acts: Act) -> Outcome:
    return play(Story(1, ("kvm1",), 8, (ADD, MAIL, *acts, LATER)), folder)


def test_backups_that_are_made_thinned_out_tried_and_brought_back_end_well(folder: Path) -> None:
    kept = (BACK_UP, MAIL, BACK_UP, HOLD, MAIL, BACK_UP, BACK_UP, TEND, DRILL, MAIL, RESTORE)
    outcome = _play(folder, *kept)
    assert [str(violation) for violation in outcome.violations] == [], "\n".join(outcome.log)
    assert not [line for line in outcome.log if "refused" in line or "failed" in line]
    assert sum("is done" in line for line in outcome.log) == 8


def test_a_held_backup_that_goes_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Catalogue, "_refuse_held", lambda self, number: None)
    monkeypatch.setattr(TenantStore, "holds", lambda self: [])
    outcome = _play(folder, BACK_UP, HOLD, BACK_UP, BACK_UP, TEND)
    assert outcome.kind == "a backup is lost"


def test_a_change_that_is_not_backed_up_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def written(self: SparseBlocks, stroke: int) -> list[Range]:
        return [] if stroke > 0 else [Range(0, self.size)]

    monkeypatch.setattr(SparseBlocks, "written_since", written)
    assert _play(folder, BACK_UP, MAIL, BACK_UP).kind == "a backup is not what was there"


def test_a_point_that_is_never_forgotten_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def keep(self: MemoryDisks, machine: str, points: Collection[str]) -> None:
        """Keep them all."""

    monkeypatch.setattr(MemoryDisks, "keep", keep)
    assert _play(folder, *[BACK_UP] * 4, TEND).kind == "a point that no book knows"


def test_a_restore_that_brings_something_else_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare = MemoryDisks.prepare

    def forgetful(self: MemoryDisks, machine: str, disk: Source, **named: Any) -> None:
        prepare(self, machine, Source(disk.name, disk.blocks, [], disk.point, disk.whole), **named)

    monkeypatch.setattr(MemoryDisks, "prepare", forgetful)
    assert _play(folder, BACK_UP, RESTORE).kind == "a restore brought something else"


def test_a_drill_that_stays_is_seen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Drilling, "clear", lambda *_: [])
    assert "a drill was left" in {each.kind for each in _play(folder, BACK_UP, DRILL).violations}
