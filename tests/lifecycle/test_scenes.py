"""A scene that was copied is a world of its own."""

from pathlib import Path

from mailstead.hypervisors.model import Power

from .auditor import NOTHING, audit, picture
from .scenes import ALONE, SERVED, Scenes


def test_what_happens_in_one_copy_is_not_seen_in_the_next(scenes: Scenes, tmp_path: Path) -> None:
    one, other = scenes.open(SERVED, tmp_path / "one"), scenes.open(SERVED, tmp_path / "other")
    before = picture(other)
    one.done(one.lifecycle.remove("acme"))
    one.done(one.lifecycle.purge("acme", early=True))
    assert picture(other) == before
    assert audit(other) == NOTHING
    assert other.host().guests.answers("acme")
    assert other.host().machines.machines()["acme"].power is Power.ON


def test_a_scene_is_the_same_each_time(scenes: Scenes, tmp_path: Path) -> None:
    one, other = scenes.open(ALONE, tmp_path / "one"), scenes.open(ALONE, tmp_path / "other")
    assert picture(one) == picture(other)
    assert audit(one) == NOTHING
