"""The way to a Windows host, as the drivers of other chapters see it."""

from collections.abc import Callable
from typing import Protocol

from .answer import Answer
from .calls import Work, as_batch


class Remote(Protocol):
    """One session configuration on one host."""

    @property
    def name(self) -> str:
        """Host, port and configuration, for people."""

    def run(self, work: Work, *, deadline_s: float | None = None) -> Answer:
        """Carry out the work and return what it gave; without *deadline_s*, as long as its cmdlets may take.

        Raises a CommandFailed for what PowerShell reported; Denied, Unreachable or InvalidInput when the work was not
        taken; OutcomeUnknown when nobody knows: look again, then converge. Nothing is repeated unless it surely
        did not run.
        """


class Explained:
    """A way to a host that tells each statement before it is sent, as an administrator would type it."""

    def __init__(self, remote: Remote, tell: Callable[[str], None]) -> None:
        self._remote = remote
        self._tell = tell

    @property
    def name(self) -> str:
        return self._remote.name

    def run(self, work: Work, *, deadline_s: float | None = None) -> Answer:
        for statement in as_batch(work).statements:
            self._tell(f"{self.name}> {statement}")
        return self._remote.run(work, deadline_s=deadline_s)
