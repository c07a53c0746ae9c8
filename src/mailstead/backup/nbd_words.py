"""The words of NBD that a read-only server needs, built and read. Pure.

Source: https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md, fixed newstyle with structured replies.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from .model import Range

GREETING = b"NBDMAGICIHAVEOPT" + struct.pack(">H", 3)  # fixed newstyle, no padding
ASKED = struct.Struct(">8sII")  # an option
REQUEST = struct.Struct(">IHHQQI")
MAGIC, OPTION_MAGIC = 0x25609513, b"IHAVEOPT"
READ_ONLY = 1 | 2 | 256  # flags, read only, several connections see the same
ALLOCATION = b"base:allocation"
CONTEXT = 1
INVALID, UNREADABLE = 22, 5  # EINVAL, EIO
MOST = 32 << 20  # bytes of one request


class Option(IntEnum):
    """What a client negotiates."""

    EXPORT_NAME = 1
    ABORT = 2
    LIST = 3
    INFO = 6
    GO = 7
    STRUCTURED = 8
    LIST_META = 9
    SET_META = 10


class Command(IntEnum):
    """What a client asks for."""

    READ = 0
    END = 2
    FLUSH = 3
    CACHE = 5
    STATUS = 7


class Reply(IntEnum):
    """How an option is answered."""

    ACK = 1
    SERVER = 2
    INFO = 3
    META = 4
    UNSUPPORTED = (1 << 31) + 1
    UNKNOWN = (1 << 31) + 6


@dataclass(frozen=True, slots=True)
class Request:
    """A request, as it was sent. *cookie* names its answer."""

    command: int
    cookie: int
    offset: int
    length: int

    @property
    def end(self) -> int:
        return self.offset + self.length


def option_reply(option: int, reply: Reply, content: bytes = b"") -> bytes:
    """Return an answer to an option."""
    return struct.pack(">QIII", 0x3E889045565A9, option, reply, len(content)) + content


def size_of(size: int) -> bytes:
    """Return the facts of an export: its size in bytes, and what can be done with it."""
    return struct.pack(">QH", size, READ_ONLY)


def named(content: bytes) -> str:
    """Return the export that the content of an option begins with. Raises ValueError."""
    (length,) = struct.unpack_from(">I", content)
    if len(content) < 4 + length:
        raise ValueError("the name is cut short")
    return content[4 : 4 + length].decode()


def wants_allocation(content: bytes) -> bool:
    """Say whether a client that sets contexts wants to know where nothing but zeros is."""
    return ALLOCATION in content


def request(head: bytes) -> Request:
    """Read a request. Raises ValueError."""
    magic, _, command, cookie, offset, length = REQUEST.unpack(head)
    if magic != MAGIC:
        raise ValueError("this is no request of NBD")
    return Request(command, cookie, offset, length)


def simple(cookie: int, error: int = 0, content: bytes = b"") -> bytes:
    """Return an answer without structure."""
    return struct.pack(">IIQ", 0x67446698, error, cookie) + content


def data(asked: Request, content: bytes) -> bytes:
    """Return what was read."""
    return _chunk(1, asked.cookie, struct.pack(">Q", asked.offset) + content)


def failed(cookie: int, error: int) -> bytes:
    """Return an error."""
    return _chunk((1 << 15) + 1, cookie, struct.pack(">IH", error, 0))


def done(cookie: int) -> bytes:
    """Return an answer that says just that all went well."""
    return _chunk(0, cookie, b"")


def status(asked: Request, held: "Held") -> bytes:
    """Return where there is something, and where zeros."""
    told = b"".join(struct.pack(">II", length, 0 if there else 3) for length, there in held.within(asked))
    return _chunk(5, asked.cookie, struct.pack(">I", CONTEXT) + told)


class Held:
    """Where a disk holds anything but zeros: ranges in order."""

    def __init__(self, ranges: Iterable[Range]) -> None:
        self._ranges: Sequence[Range] = tuple(ranges)
        self._begins = [part.offset for part in self._ranges]

    def within(self, asked: Request) -> Iterator[tuple[int, bool]]:
        """Yield the length of each part of what is asked for, and whether anything is there.

        >>> list(Held([Range(10, 5)]).within(Request(7, 0, 0, 20)))
        [(10, False), (5, True), (5, False)]
        """
        at, end = asked.offset, asked.end
        number = max(0, bisect_right(self._begins, at) - 1)
        for part in self._ranges[number : number + 1 + bisect_right(self._begins, end)]:
            if part.end <= at or part.offset >= end:
                continue
            if part.offset > at:
                yield part.offset - at, False
                at = part.offset
            yield min(part.end, end) - at, True
            at = min(part.end, end)
        if at < end:
            yield end - at, False


def _chunk(kind: int, cookie: int, content: bytes) -> bytes:
    return struct.pack(">IHHQI", 0x668E33EF, 1, kind, cookie, len(content)) + content
