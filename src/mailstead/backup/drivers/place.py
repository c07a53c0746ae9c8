"""One disk's place, and what a restore keeps beside it; names of files: docs/formats/machine.md.

Every step is one renaming, and what is there says which step is next: so each verb may be repeated after any death.
"""

from dataclasses import dataclass
from typing import Generic, Protocol, Self, TypeVar

STATES = ("restoring", "restored", "before", "absent")


class PlaceFile(Protocol):
    """A file as places need it, wherever it lies: `pathlib.Path` is one."""

    @property
    def name(self) -> str: ...
    def with_name(self, name: str, /) -> Self: ...
    def exists(self) -> bool: ...
    def rename(self, target: Self, /) -> object: ...
    def touch(self, mode: int) -> None: ...
    def unlink(self, *, missing_ok: bool) -> None: ...


F = TypeVar("F", bound=PlaceFile)


def beside(disk: str, what: str, run: str) -> str:
    """Return what a file beside a disk is called; Hyper-V opens nothing that does not end in .vhdx.

    >>> beside("data.qcow2", "restored", "r1"), beside("data.vhdx", "restored", "r1")
    ('.data.qcow2.restored-r1', '.data.vhdx.restored-r1.vhdx')
    """
    ending = ".vhdx" if disk.endswith(".vhdx") else ""
    return f".{disk}.{what}-{run}{ending}"


@dataclass(frozen=True, slots=True)
class Place(Generic[F]):
    """Where one disk lies, and what a run keeps beside it."""

    disk: F
    run: str

    def _beside(self, what: str) -> F:
        return self.disk.with_name(beside(self.disk.name, what, self.run))

    @property
    def unfinished(self) -> F:
        return self._beside("restoring")

    @property
    def restored(self) -> F:
        return self._beside("restored")

    @property
    def before(self) -> F:
        """The disk from before the restore; `absent` stands for it where there was none."""
        return self._beside("before")

    @property
    def absent(self) -> F:
        return self._beside("absent")

    def is_in(self) -> bool:
        """Say whether the restored disk was put in, or is just about to be."""
        return self.before.exists() or self.absent.exists()

    def put_in(self) -> None:
        if not self.restored.exists():
            return
        if self.disk.exists() and not self.before.exists():
            self.disk.rename(self.before)
        elif not self.is_in():
            self.absent.touch(mode=0o600)
        self.restored.rename(self.disk)

    def take_back(self) -> None:
        if self.is_in() and self.disk.exists() and not self.restored.exists():
            self.disk.rename(self.restored)
        if self.before.exists():
            self.before.rename(self.disk)
        self.absent.unlink(missing_ok=True)

    def clear(self) -> None:
        if self.before.exists() and not self.disk.exists():  # died between two renamings
            self.before.rename(self.disk)
        for path in (self.unfinished, self.restored, self.before, self.absent):
            path.unlink(missing_ok=True)
