"""A disk as bytes that can be read anywhere, wherever they lie: an image, a snapshot in a store, a part of either."""

from typing import Protocol


class Blocks(Protocol):
    """A readable disk of `size` bytes. Never changes while it is open."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, length: int) -> bytes:
        """Return the bytes from *offset* on: *length* of them, fewer only where the disk ends.

        Behind the end there is nothing (b""). Places that were never written read as zeros.
        Raises what the medium raises.
        """


class HeldBlocks:
    """A disk that lies in memory.

    >>> disk = HeldBlocks(b"mailstead")
    >>> disk.size, disk.read(4, 100), disk.read(9, 1)
    (9, b'stead', b'')
    """

    def __init__(self, content: bytes) -> None:
        self._content = content

    @property
    def size(self) -> int:
        return len(self._content)

    def read(self, offset: int, length: int) -> bytes:
        return self._content[offset : offset + length]
