"""The command line on a platform of memory drivers that lives as long as the test."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailstead.cli import face, main
from mailstead.sites.files import read_platform
from mailstead.wiring import Running, found_platform, memory_platform
from mailstead.wiring.founding import PLATFORM_FILE
from mailstead.wiring.memory import Outside, memory_outside
from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself

PLATFORM = """\
grace_days = 30

[[sites]]
name = "home"

[[sites.hosts]]
name = "kvm1"
driver = "memory"

[dns]
driver = "memory"
"""


@dataclass(frozen=True)
class Said:
    """What one call of the program gave."""

    status: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, str]:
        error: dict[str, str] = json.loads(self.err)["error"]
        return error


Say = Callable[..., Said]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A founded platform."""
    found_platform(tmp_path / "home", PLATFORM)
    return tmp_path / "home"


@pytest.fixture
def worlds() -> dict[str, Outside]:
    """The world outside, under the name "one", once something was said."""
    return {}


@pytest.fixture
def say(
    home: Path, worlds: dict[str, Outside], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Say:
    """Say something to the program as a shell would, each time in a new process on the same world."""

    @contextmanager
    def opened(folder: Path, *, worker: bool = False, explain: object = None) -> Iterator[Running]:
        platform = read_platform(folder / PLATFORM_FILE)
        outside = worlds.setdefault("one", memory_outside(platform))
        running, engine = memory_platform(folder, platform, outside)
        yield running
        engine.close()

    monkeypatch.setattr(face, "open_platform", opened)
    return _caller(home, monkeypatch, capsys)


@pytest.fixture
def say_real(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Say something to the program with the real engine; hosts in memory begin anew with each call."""
    return _caller(home, monkeypatch, capsys)


def _caller(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    def call(*words: object, at: Path = home) -> Said:
        monkeypatch.setattr(sys, "argv", ["mailstead", "--home", str(at), *map(str, words)])
        capsys.readouterr()
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        told = capsys.readouterr()
        return Said(status, told.out, told.err)

    return call
