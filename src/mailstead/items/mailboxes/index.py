"""The flags in Dovecot's index of a folder: `dovecot.index`, and the logs of what changed since. Pure.

Little-endian, from Dovecot 2.3's lib-index/mail-index.h and mail-transaction-log.h. What makes no sense is left out:
the mails are all there without it, and a mail that comes back unread is better than none.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

_SYSTEM = {0x01: "\\Answered", 0x02: "\\Flagged", 0x04: "\\Deleted", 0x08: "\\Seen", 0x10: "\\Draft"}
_APPEND, _FLAGS, _KEYWORD, _KEYWORD_RESET = 0x2, 0x4, 0x400, 0x800
_TYPE = 0x0FFFFFFF
_REMOVE = 1
_RANGE_MOST = 1 << 20  # a range of numbers in a log that is not damaged has a mail for nearly each


@dataclass(slots=True)
class Flags:
    """The flags of a folder's mails by their numbers, as far as log *sequence* was read up to *offset*."""

    by_uid: dict[int, frozenset[str]] = field(default_factory=dict)
    sequence: int = 0
    offset: int = 0

    def change(self, first: int, last: int, add: frozenset[str], remove: frozenset[str]) -> None:
        if 0 <= last - first < _RANGE_MOST:
            for uid in [uid for uid in self.by_uid if first <= uid <= last]:
                self.by_uid[uid] = self.by_uid[uid] - remove | add


def read_flags(index: bytes, logs: Iterable[bytes]) -> Mapping[int, frozenset[str]]:
    """Return the flags by number, out of an index (or nothing) and its logs, the older one first."""
    flags = _base(index)
    for log in logs:
        if len(log) < 40:
            continue
        head, sequence = struct.unpack_from("<2xH4xI", log)
        if sequence >= flags.sequence:
            _replay(flags, log, max(head, flags.offset if sequence == flags.sequence else 0))
    return flags.by_uid


def _base(index: bytes) -> Flags:
    """Return what the index itself says."""
    if len(index) < 120:
        return Flags()
    base, header, record = struct.unpack_from("<2xHII", index)
    count, sequence, offset = (struct.unpack_from("<I", index, place)[0] for place in (32, 60, 68))
    if not (120 <= base <= header <= len(index) and record >= 8 and count <= (len(index) - header) // record):
        return Flags()
    names, place = _keywords(index[:header], base)
    found = Flags({}, sequence, offset)
    for start in range(header, header + count * record, record):
        uid, bits = struct.unpack_from("<IB", index, start)
        mask = int.from_bytes(index[start + place : start + record][: -(-len(names) // 8)], "little") if names else 0
        found.by_uid[uid] = _named(bits) | {name for bit, name in enumerate(names) if mask >> bit & 1}
    return found


def _keywords(header: bytes, place: int) -> tuple[list[str], int]:
    """Return the names of the keywords, and where in a record their bits are."""
    place = _aligned(place)
    while place + 16 <= len(header):
        size, at, name_size = struct.unpack_from("<I4xH4xH", header, place)
        name = header[place + 16 : place + 16 + name_size]
        data = _aligned(place + 16 + name_size)
        if name == b"keywords" and data + 4 <= len(header):
            return list(_names(header[data : data + size])), at
        place = _aligned(data + size)
    return [], 0


def _names(raw: bytes) -> Iterator[str]:
    count = min(struct.unpack_from("<I", raw)[0], (len(raw) - 4) // 8)
    texts = raw[4 + 8 * count :]
    for number in range(count):
        start = struct.unpack_from("<I", raw, 8 + 8 * number)[0]
        yield texts[start:].split(b"\0")[0].decode("ascii", "replace")


def _replay(flags: Flags, log: bytes, place: int) -> None:
    """Apply what a log says from *place* on."""
    while place + 8 <= len(log):
        size, kind = _size(log[place : place + 4]), struct.unpack_from("<I", log, place + 4)[0] & _TYPE
        if size < 8 or place + size > len(log):
            return
        _apply(flags, kind, log[place + 8 : place + size])
        place += size


def _apply(flags: Flags, kind: int, body: bytes) -> None:
    if kind == _APPEND:
        for uid, bits in struct.iter_unpack("<IB3x", body[: len(body) // 8 * 8]):
            flags.by_uid[uid] = _named(bits)
    elif kind == _FLAGS:
        for first, last, add, remove in struct.iter_unpack("<IIBB2x", body[: len(body) // 12 * 12]):
            flags.change(first, last, _named(add), _named(remove))
    elif kind == _KEYWORD and len(body) >= 4:
        modify, size = struct.unpack_from("<BxH", body)
        name = frozenset({body[4 : 4 + size].decode("ascii", "replace")})
        add, remove = (frozenset[str](), name) if modify == _REMOVE else (name, frozenset[str]())
        _ranges(flags, body[-(-(4 + size) // 4) * 4 :], add, remove)
    elif kind == _KEYWORD_RESET:
        known = frozenset(name for held in flags.by_uid.values() for name in held if not name.startswith("\\"))
        _ranges(flags, body, frozenset(), known)


def _ranges(flags: Flags, raw: bytes, add: frozenset[str], remove: frozenset[str]) -> None:
    for first, last in struct.iter_unpack("<II", raw[: len(raw) // 8 * 8]):
        flags.change(first, last, add, remove)


def _size(raw: bytes) -> int:
    """Return a length: four groups of seven bits, the lowest two bits left away; 0 if it was not finished."""
    if not all(byte & 0x80 for byte in raw):
        return 0
    first, second, third, fourth = (byte & 0x7F for byte in raw)
    return (first << 21 | second << 14 | third << 7 | fourth) << 2


def _named(bits: int) -> frozenset[str]:
    return frozenset(name for bit, name in _SYSTEM.items() if bits & bit)


def _aligned(place: int) -> int:
    return -(-place // 8) * 8
