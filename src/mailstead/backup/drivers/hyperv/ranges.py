"""Changes to the sector, as ranges of whole chunks. Pure."""

from collections.abc import Iterable

from mailstead.backup.model import CHUNK, Range


def in_chunks(ranges: Iterable[Range], size: int) -> list[Range]:
    """Return the chunks that ranges touch, joined, in order, cut at the disk's end.

    >>> in_chunks([Range(70_000, 1), Range(10, 5), Range(131_072, 9)], 131_080)
    [Range(offset=0, length=131080)]
    """
    found: list[Range] = []
    for part in sorted(ranges, key=lambda part: part.offset):
        begin, end = part.offset // CHUNK * CHUNK, min(size, -(-part.end // CHUNK) * CHUNK)
        if found and begin <= found[-1].end:
            found[-1] = Range(found[-1].offset, max(found[-1].end, end) - found[-1].offset)
        elif begin < end:
            found.append(Range(begin, end - begin))
    return found
