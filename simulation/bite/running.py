"""A mutation is applied to a copy of the tree, and the tests that must notice run there."""

import os
import re
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import mailstead

from .mutations import Mutation

ROOT = Path(mailstead.__file__).parents[2]
COPIED = ("src", "tests", "simulation", "pyproject.toml")
LONGEST_S = 120  # of one test: without its guard, some work never ends
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bite:
    """What became of a mutation: the test that noticed it, or why none did."""

    mutation: Mutation
    killer: str
    seconds: float
    trouble: str = ""


def applied(mutation: Mutation, source: str) -> str | None:
    """Return *source* mutated, None where the guard does not stand there, or not just once."""
    if source.count(mutation.before) != 1:
        return None
    return source.replace(mutation.before, mutation.after)


def source_of(mutation: Mutation, root: Path = ROOT) -> Path:
    return root / "src" / "mailstead" / mutation.file


def bite(mutation: Mutation, folder: Path) -> Bite:
    """Try one mutation in the new folder *folder*."""
    begun = time.monotonic()
    for name in COPIED:
        _copy(ROOT / name, folder / name)
    file = source_of(mutation, folder)
    mutated = applied(mutation, file.read_text())
    if mutated is None:
        return Bite(mutation, "", 0.0, "does not apply any more")
    file.write_text(mutated)
    done = _tested(mutation, folder)
    killer = FAILED.search(done.stdout)
    trouble = "" if killer else "survives" if done.returncode == 0 else f"the tests did not run: {done.stdout[-300:]}"
    return Bite(mutation, killer[1] if killer else "", time.monotonic() - begun, trouble)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def _tested(mutation: Mutation, folder: Path) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"--timeout={LONGEST_S}"]
    chosen = ["-m", "not (vm or host or postgres)", *mutation.tests]
    # The copy's own sources, before those that are installed.
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([*words, *chosen], cwd=folder, env=environment, capture_output=True, text=True, check=False)
