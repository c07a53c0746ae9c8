"""Ranges of bytes as places on the grid of chunks. Pure."""

from collections.abc import Iterable, Iterator

from mailstead.backup.model import CHUNK, Range


def spans(ranges: Iterable[Range], size: int) -> list[Range]:
    """Return *ranges* widened to whole chunks, in order, merged, and cut off at *size*.

    >>> spans([Range(200_000, 1), Range(10, 5), Range(65_536, 1)], 200_100)
    [Range(offset=0, length=131072), Range(offset=196608, length=3492)]
    """
    merged: list[Range] = []
    for offset, end in sorted(_widened(ranges, size)):
        if merged and offset <= merged[-1].end:
            last = merged.pop()
            merged.append(Range(last.offset, max(end, last.end) - last.offset))
        else:
            merged.append(Range(offset, end - offset))
    return merged


def pieces(ranges: Iterable[Range], most: int) -> Iterator[Range]:
    """Cut ranges into pieces of *most* bytes (a multiple of a chunk) that lie on a grid of that size."""
    for whole in ranges:
        offset = whole.offset
        while offset < whole.end:
            end = min(whole.end, (offset // most + 1) * most)
            yield Range(offset, end - offset)
            offset = end


def _widened(ranges: Iterable[Range], size: int) -> Iterator[tuple[int, int]]:
    for part in ranges:
        offset = part.offset // CHUNK * CHUNK
        end = min(size, -(-part.end // CHUNK) * CHUNK)
        if part.length > 0 and offset < end:
            yield offset, end
