"""A host's folder without a share: we look, an administrator places."""

from collections.abc import Callable
from pathlib import Path, PureWindowsPath

from mailstead.storage.model import ForeignData, NotPlaced, Told, plain_name


class HandFiles:
    """Looks by *size_of* (a path on the host: bytes, or None), and says what is to be placed where."""

    def __init__(self, host: str, folder: PureWindowsPath, size_of: Callable[[PureWindowsPath], int | None]) -> None:
        self._host, self._folder, self._size_of = host, folder, size_of

    def size(self, name: str) -> int | None:
        return self._size_of(self._folder / plain_name(name))

    def place(self, name: str, source: Path, *, sha256: str, told: Told) -> None:
        size, there, place = source.stat().st_size, self.size(name), self._folder / name
        if there is None:
            remedy = f"copy {source} ({size} bytes, SHA-256 {sha256}) to {place} on {self._host}, then go on"
            raise NotPlaced(f"{place} is not on {self._host}", field="name", value=name, remedy=remedy)
        if there != size:
            remedy = "copy it again; see first that no machine stands on it"
            text = f"{place} on {self._host} has {there} bytes instead of {size}"
            raise ForeignData(text, field="name", value=name, remedy=remedy)

    def remove(self, name: str) -> None:
        if self.size(name) is not None:
            place = self._folder / name
            remedy = f"delete {place} on {self._host}"
            raise NotPlaced(f"{place} is still on {self._host}", field="name", value=name, remedy=remedy)
