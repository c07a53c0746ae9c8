"""What a place must do that backups are kept in."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Object:
    """An object as listed: its name, and its size in bytes."""

    name: str
    size: int


class Target(Protocol):
    """Objects under names, made once and never changed. Names are `a-z 0-9 _ . -` and `/` between parts.

    All verbs raise TargetUnreachable and TargetDenied. What one call has made, every later call of anybody sees.
    """

    def create(self, name: str, content: bytes) -> None:
        """Keep *content*, whole and for good, or not at all. Raises ObjectExists, TargetFull.

        Where an answer was lost on the way, the object may be there although an error is raised.
        """

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        """Return *length* bytes from *offset* on, fewer where the object ends; None: the rest. Raises NoSuchObject."""

    def list(self, prefix: str) -> Iterator[Object]:
        """Yield the objects in the folder *prefix* (ends with "/") and all below it, in the order of their names."""

    def delete(self, name: str) -> None:
        """Remove an object; one already gone is no error."""
