"""Guests in memory: files in dictionaries, programs in a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailstead.guests.errors import GuestRefused, GuestSilent, NoSuchFile, NoSuchGuest
from mailstead.guests.model import GuestFile, Output, absolute, unpacked

Files = dict[str, GuestFile]


class GuestState(StrEnum):
    """What a machine in memory is doing."""

    MISSING = "missing"
    SILENT = "silent"
    ANSWERING = "answering"


@dataclass(frozen=True, slots=True)
class Call:
    """A program being run: what it was given, and the files of its machine, which it may change."""

    machine: str
    argv: Sequence[str]
    stdin: bytes
    timeout_s: float
    files: Files


Program = Callable[[Call], Output]


class MemoryGuests:
    """Passes the contract suite without a machine.

    *programs* serves `run` by the first word of argv. *state_of* says what a machine is doing; by default it
    is what `put` last said, so that a hypervisor in memory can be asked instead.
    """

    def __init__(
        self,
        programs: Mapping[str, Program] | None = None,
        state_of: Callable[[str], GuestState] | None = None,
    ) -> None:
        self.programs: dict[str, Program] = dict(programs or {})
        self._states: dict[str, GuestState] = {}
        self._state_of = state_of or self._put_state
        self._files: dict[str, Files] = {}

    def put(self, machine: str, state: GuestState = GuestState.ANSWERING) -> None:
        """Say what a machine is doing; a missing one loses its files."""
        self._states[machine] = state
        if state is GuestState.MISSING:
            self._files.pop(machine, None)

    def files(self, machine: str) -> Files:
        """Return the files of a machine, by path; changes count."""
        return self._files.setdefault(machine, {})

    def answers(self, machine: str) -> bool:
        return self._state(machine) is GuestState.ANSWERING

    def read(self, machine: str, path: str) -> bytes:
        found = self._awake(machine).get(absolute(path))
        if found is None:
            raise NoSuchFile(f"{machine} has no {path}", field="path", value=path)
        return found.content

    def write(self, machine: str, path: str, content: bytes, *, mode: int) -> None:
        self._awake(machine)[absolute(path)] = GuestFile(content, mode)

    def unpack(self, machine: str, tar: bytes) -> None:
        self._awake(machine).update(unpacked(tar))

    def run(self, machine: str, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 60.0) -> Output:
        files = self._awake(machine)
        program = self.programs.get(argv[0])
        if program is None:
            raise GuestRefused(f"{machine} has no program {argv[0]}", field="program", value=argv[0])
        return program(Call(machine, argv, stdin, timeout_s, files))

    def _put_state(self, machine: str) -> GuestState:
        return self._states.get(machine, GuestState.MISSING)

    def _state(self, machine: str) -> GuestState:
        state = self._state_of(machine)
        if state is GuestState.MISSING:
            raise NoSuchGuest(f"there is no machine {machine}", field="machine", value=machine)
        return state

    def _awake(self, machine: str) -> Files:
        if self._state(machine) is GuestState.SILENT:
            raise GuestSilent(f"{machine} does not answer", field="machine", value=machine)
        return self.files(machine)
