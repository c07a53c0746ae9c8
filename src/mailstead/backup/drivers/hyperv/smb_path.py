"""A file in a host's share, as places need it."""

from dataclasses import dataclass, replace
from typing import Self

from .smb import SmbFolder


@dataclass(frozen=True, slots=True)
class SmbPath:
    """The file *name* below a folder of the share; `drivers.place.PlaceFile`."""

    room: SmbFolder
    home: str
    name: str

    @property
    def whole(self) -> str:
        return f"{self.home}\\{self.name}"

    def with_name(self, name: str, /) -> Self:
        return replace(self, name=name)

    def exists(self) -> bool:
        return self.room.exists(self.whole)

    def rename(self, target: Self, /) -> None:
        self.room.rename(self.whole, target.whole)

    def touch(self, mode: int) -> None:
        """Make an empty file; who may read it is the folder's to say."""
        del mode
        self.room.keep(self.whole, "")

    def unlink(self, *, missing_ok: bool) -> None:
        del missing_ok
        self.room.remove(self.whole)
