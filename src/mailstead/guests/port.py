"""The port: a way into machines that does not use their network."""

from collections.abc import Sequence
from typing import Protocol

from .model import Output


class GuestChannel(Protocol):
    """The machines of one host, each by the name of its tenant; everything is done as root.

    Every verb but `answers` raises GuestSilent when the guest does not answer (ask again), AnswerLost when
    it was asked and the answer is missing (look, then ask again), and GuestRefused when the guest said no.
    All raise NoSuchGuest for a machine that does not exist. Reading, writing and unpacking may be repeated.
    """

    def answers(self, machine: str) -> bool:
        """Say whether the guest answers now."""

    def read(self, machine: str, path: str) -> bytes:
        """Return the content of a file; raise NoSuchFile."""

    def write(self, machine: str, path: str, content: bytes, *, mode: int) -> None:
        """Put a whole file there, root's, with *mode* from its first moment; make its folder if need be."""

    def unpack(self, machine: str, tar: bytes) -> None:
        """Unpack an archive at /, owners by name; folders that are there keep their mode and owner."""

    def run(self, machine: str, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 60.0) -> Output:
        """Run a program without a shell and return what it left, whatever its status.

        Anyone in the guest can read *argv*: secrets go to *stdin*, which holds up to 64 KiB. Programs must
        keep each output below 2 MiB: libvirt hangs up on a guest that answers with more than 10 MB, until the
        agent is started again. Raise GuestRefused when there is no such program, and AnswerLost when it has
        not ended after *timeout_s*: it is then left running.
        """
