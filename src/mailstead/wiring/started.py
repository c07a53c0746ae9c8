"""Which daemons shared with others on this machine were started by us: only those are ended by us."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mailstead.ground.files import write_whole


@dataclass(frozen=True, slots=True)
class Started:
    """Notes in *file*, by kind of service: name and process id of each daemon (0: ended by name)."""

    file: Path

    def of(self, kind: str) -> list[tuple[str, int]]:
        """Return the daemons of *kind* that we started."""
        return [(name, pid) for name, pid in self._all().get(kind, [])]

    def all(self) -> list[tuple[str, int]]:
        """Return the daemons of every kind that we started."""
        return [daemon for kind in self._all() for daemon in self.of(kind)]

    def note(self, kind: str, started: Iterable[tuple[str, int]]) -> None:
        """Remember daemons; one that was started again replaces itself, and none of the others."""
        new = dict(started)
        if new:
            kinds = {**self._all(), kind: list((dict(self.of(kind)) | new).items())}
            write_whole(self.file, json.dumps(kinds).encode())

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)

    def _all(self) -> dict[str, list[tuple[str, int]]]:
        known: dict[str, list[tuple[str, int]]] = json.loads(self.file.read_text()) if self.file.exists() else {}
        return known
