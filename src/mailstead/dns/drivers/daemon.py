"""Programs of ours that run on without us: started once, found again by their configuration, ended exactly."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mailstead.ground.clock import Clock, Deadline
from mailstead.ground.errors import MailsteadError, NotFound, Rejected, Unreachable

_SBIN = "/usr/local/sbin:/usr/sbin:/sbin"


@dataclass(frozen=True, slots=True)
class Started:
    """A running program: `fresh` says whether it was started just now."""

    pid: int
    fresh: bool


class Daemon:
    """A program that puts itself into the background when run as *argv*.

    It is known by program name and *mark*, a path of ours that stands in its command line, so that neither a
    stale PID file nor another instance on this machine can be mistaken for it.
    """

    def __init__(self, argv: Sequence[str], mark: Path, clock: Clock) -> None:
        self._argv = list(argv)
        self._mark = str(mark)
        self._clock = clock

    def pid(self) -> int | None:
        """Return its process id, or None when it does not run."""
        name = Path(self._argv[0]).name
        found = [pid for pid, words in _processes() if words and Path(words[0]).name == name and self._mark in words]
        return min(found, default=None)

    def ensure_running(self) -> Started:
        """Start it unless it runs. Raises NotFound (not installed) or Rejected (it does not start)."""
        pid = self.pid()
        if pid is not None:
            return Started(pid, fresh=False)
        run(self._argv)
        return Started(self._await_pid(), fresh=True)

    def stop(self, timeout_s: float = 20.0) -> None:
        """End it and wait until it is gone; one that does not run is no error."""
        deadline = Deadline(self._clock, timeout_s, interval_s=0.05)
        while (pid := self.pid()) is not None:
            _send(pid, signal.SIGTERM if deadline.remaining_s > 1 else signal.SIGKILL)
            if not deadline.wait():
                raise Unreachable(f"{self._argv[0]} (process {pid}) does not end", remedy=f"end process {pid} by hand")

    def _await_pid(self) -> int:
        deadline = Deadline(self._clock, 60.0, interval_s=0.05)
        while (pid := self.pid()) is None:
            if not deadline.wait():
                raise Rejected(f"{self._argv[0]} ended at once", remedy="look at its log")
        return pid


def run(argv: Sequence[str], *, timeout_s: float = 30.0) -> str:
    """Run a program to its end and return what it wrote.

    Raises NotFound when it is not installed, Rejected when it fails, Unreachable when it takes too long or does
    not reach its server.
    """
    try:
        done = subprocess.run(
            [program(argv[0]), *argv[1:]],
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            stdin=subprocess.DEVNULL,
            cwd="/",
        )
    except subprocess.TimeoutExpired as error:
        raise Unreachable(f"{argv[0]} did not end within {timeout_s:.0f} s") from error
    if done.returncode:
        raise _failure(argv[0], (done.stderr or done.stdout).strip()[-500:])
    return done.stdout


def _failure(name: str, said: str) -> MailsteadError:
    if "connect" in said:
        return Unreachable(f"{name} does not reach its server: {said}", remedy="see whether the server runs")
    return Rejected(f"{name} failed: {said}", field="command", value=name, remedy="look at its log")


def await_answer(argv: Sequence[str], clock: Clock, *, timeout_s: float = 60.0) -> None:
    """Run *argv* until it succeeds; raise what it said last when the time is up."""
    deadline = Deadline(clock, timeout_s, interval_s=0.05)
    while True:
        try:
            run(argv, timeout_s=20)
        except (Rejected, Unreachable):
            if not deadline.wait():
                raise
        else:
            return


def program(name: str) -> str:
    """Return the path of a system program; raise NotFound when it is not installed."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{_SBIN}")
    if path is None:
        raise NotFound(
            f"the program {name} is not installed",
            field="program",
            value=name,
            remedy="run bin/demo, or install it",
        )
    return path


def _processes() -> list[tuple[int, list[str]]]:
    """List the processes of this machine that are alive, with their command lines."""
    return [(int(entry.name), _words(entry)) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _words(entry: Path) -> list[str]:
    try:
        return (entry / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:
        return []  # it ended while we looked


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
