"""Lines of JSON, packed and unpacked on the way: a state never lies in memory as a whole. Pure."""

import json
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from .model import BadBackup


def packed(lines: Iterable[Any]) -> Iterator[bytes]:
    """Yield *lines* as compressed JSON Lines (RFC 1950)."""
    press = zlib.compressobj(6)
    for line in lines:
        yield press.compress(json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")
    yield press.flush()


def unpacked(chunks: Iterable[bytes]) -> Iterator[Any]:
    """Yield the lines that `packed` was given; raise BadBackup for anything else."""
    inflate, rest = zlib.decompressobj(), b""
    try:
        for chunk in chunks:
            *whole, rest = (rest + inflate.decompress(chunk)).split(b"\n")
            yield from map(json.loads, whole)
    except (zlib.error, ValueError) as error:
        raise unreadable(str(error)) from error
    if rest or not inflate.eof:
        raise unreadable("it ends in the middle")


def unreadable(why: str) -> BadBackup:
    remedy = "use the release of mailstead that made it, or another backup"
    return BadBackup(f"what the backup holds cannot be read: {why}", field="file", remedy=remedy)
