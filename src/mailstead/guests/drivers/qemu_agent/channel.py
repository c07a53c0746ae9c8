"""The channel: files and programs by the agent's commands."""

from collections.abc import Iterator, Sequence
from typing import Any

from mailstead.ground.clock import Clock
from mailstead.ground.errors import InvalidInput, Unreachable
from mailstead.guests.errors import AnswerLost, GuestRefused, NoSuchFile
from mailstead.guests.model import Output, absolute

from . import protocol
from .protocol import Declined
from .transport import Transport

# libvirt 9.0 never finishes a request that its socket does not take at once (208 KiB): 240 kB were lost each
# time, 120 kB were not. What it receives may be 4 MiB, before base64 3.
PIECE = 64 * 1024
_READ = 1024 * 1024
_SPOOL = "/run/mailstead"
_EXTRACT = ("/bin/tar", "--extract", "--directory=/", "--no-overwrite-dir")


class QemuAgent:
    """Guests that run qemu-ga. *reply_s* is how long one answer may take: seconds on a busy host."""

    def __init__(self, transport: Transport, clock: Clock, *, reply_s: float = 30.0) -> None:
        self._transport = transport
        self._clock = clock
        self._reply_s = reply_s

    def answers(self, machine: str) -> bool:
        try:
            self._transport.ask(machine, protocol.request("guest-ping"), timeout_s=min(5.0, self._reply_s))
        except Unreachable:
            return False
        return True

    def read(self, machine: str, path: str) -> bytes:
        handle = self._open(machine, absolute(path), "r")
        try:
            return b"".join(self._pieces(machine, handle))
        finally:
            self._ask(machine, protocol.request("guest-file-close", handle=handle))

    def write(self, machine: str, path: str, content: bytes, *, mode: int) -> None:
        beside = f"{absolute(path)}.mailstead-new"
        argv = ["/usr/bin/install", "-D", f"--mode={mode:o}"]
        if len(content) <= PIECE:
            self._must(machine, [*argv, "/dev/stdin", beside], stdin=content)
        else:
            self._must(machine, [*argv, self._spool(machine, content), beside])
        self._must(machine, ["/bin/mv", "--force", "--no-target-directory", beside, path])

    def unpack(self, machine: str, tar: bytes) -> None:
        if len(tar) <= PIECE:
            self._must(machine, [*_EXTRACT, "--file=-"], stdin=tar)
        else:
            self._must(machine, [*_EXTRACT, f"--file={self._spool(machine, tar)}"])
            self._must(machine, ["/bin/rm", "--recursive", "--force", _SPOOL])

    def run(self, machine: str, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 60.0) -> Output:
        if len(stdin) > PIECE:
            raise InvalidInput(
                f"{len(stdin)} bytes are too many for the input of {argv[0]}",
                field="stdin",
                value=len(stdin),
                remedy=f"give at most {PIECE} bytes, or write a file first",
            )
        end = self._clock.monotonic() + timeout_s
        pid = self._ask(machine, protocol.execute(argv, stdin))["pid"]
        return self._wait(machine, argv[0], pid, end)

    def _wait(self, machine: str, program: str, pid: int, end: float) -> Output:
        pause_s = 0.01
        while True:
            found = self._look(machine, program, pid)
            if found is not None:
                return found
            if self._clock.monotonic() >= end:
                raise AnswerLost(f"{program} on {machine} has not ended in time and was left running")
            self._clock.sleep(pause_s)
            pause_s = min(1.0, pause_s * 1.5)

    def _look(self, machine: str, program: str, pid: int) -> Output | None:
        """Return the output of a program that has ended; a missed answer is as good as "still running"."""
        try:
            status = self._said(machine, protocol.request("guest-exec-status", pid=pid))
        except Unreachable:
            return None
        except Declined as no:
            raise AnswerLost(f"{machine} forgot {program}: its agent was started again") from no
        if protocol.cut_short(status):
            raise GuestRefused(
                f"{program} on {machine} said more than the agent can hold", field="program", value=program
            )
        return protocol.output(status)

    def _must(self, machine: str, argv: Sequence[str], *, stdin: bytes = b"") -> None:
        done = self.run(machine, argv, stdin=stdin, timeout_s=max(120.0, self._reply_s))
        if done.status:
            said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            raise GuestRefused(f"{machine}: {argv[0]} ended with {done.status}: {said}", field="program", value=argv[0])

    def _spool(self, machine: str, content: bytes) -> str:
        """Put what is too large for one request where only root can read it; return its path."""
        self._must(machine, ["/usr/bin/install", "--directory", "--mode=700", _SPOOL])
        path = f"{_SPOOL}/parcel"
        handle = self._open(machine, path, "w")
        for start in range(0, len(content), PIECE):
            piece = protocol.pack_bytes(content[start : start + PIECE])
            self._ask(machine, protocol.request("guest-file-write", handle=handle, buf_b64=piece))
        self._ask(machine, protocol.request("guest-file-close", handle=handle))
        return path

    def _open(self, machine: str, path: str, mode: str) -> int:
        return int(self._ask(machine, protocol.request("guest-file-open", path=path, mode=mode)))

    def _pieces(self, machine: str, handle: int) -> Iterator[bytes]:
        at_end = False
        while not at_end:
            piece = self._ask(machine, protocol.request("guest-file-read", handle=handle, count=_READ))
            at_end = piece["eof"]
            yield protocol.unpack_bytes(piece["buf-b64"])

    def _ask(self, machine: str, request: bytes) -> Any:
        try:
            return self._said(machine, request)
        except Declined as no:
            raise _refusal(machine, str(no)) from no

    def _said(self, machine: str, request: bytes) -> Any:
        answer = self._transport.ask(machine, request, timeout_s=self._reply_s)
        try:
            return protocol.value(answer)
        except ValueError as error:
            raise AnswerLost(f"{machine} answered what is no answer: {error}") from error


def _refusal(machine: str, description: str) -> GuestRefused | NoSuchFile:
    """Tell a missing file from every other no: the agent has one class of error for all."""
    text = f"{machine}: {description}"
    if "failed to open file" in description and "No such file or directory" in description:
        return NoSuchFile(text, field="path")
    return GuestRefused(text)
