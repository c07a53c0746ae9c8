"""This machine in place of a guest: its channel runs programs and writes files here, below a folder of the test."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from mailstead.guests.errors import AnswerLost, NoSuchFile
from mailstead.guests.model import Output

STDIN_MOST = 64 * 1024


class ThisMachine:
    """A guest channel. *before* is called with each program's words, and may raise."""

    def __init__(self, before: Callable[[Sequence[str]], None] = lambda _: None) -> None:
        self._before = before
        self.largest = 0

    def answers(self, machine: str) -> bool:
        return True

    def read(self, machine: str, path: str) -> bytes:
        try:
            return Path(path).read_bytes()
        except FileNotFoundError as error:
            raise NoSuchFile(path) from error

    def write(self, machine: str, path: str, content: bytes, *, mode: int) -> None:
        self.largest = max(self.largest, len(content))
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content)
        Path(path).chmod(mode)

    def unpack(self, machine: str, tar: bytes) -> None:
        raise AssertionError(tar)

    def run(self, machine: str, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 60.0) -> Output:
        assert len(stdin) <= STDIN_MOST
        self._before(argv)
        try:
            done = subprocess.run(argv, input=stdin, capture_output=True, check=False, timeout=timeout_s)
        except subprocess.TimeoutExpired as error:
            raise AnswerLost(argv[0]) from error
        return Output(done.returncode, done.stdout, done.stderr)
