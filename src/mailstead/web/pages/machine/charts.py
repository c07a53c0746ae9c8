"""What a machine used in the last minutes, as a line each. The samples travel in the page's address (0172). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST = 60  # samples: three minutes
WIDTH, HEIGHT = 600, 120  # of the picture, in its own units


@dataclass(frozen=True, slots=True)
class Sample:
    """Shares of processors and memory in use, in percent."""

    busy: int
    memory: int


def samples_of(packed: str) -> tuple[Sample, ...]:
    """Read what `packed` gave; what is no sample is left out.

    >>> samples_of("5-40.x.200-7")
    (Sample(busy=5, memory=40), Sample(busy=100, memory=7))
    """
    pairs = (part.partition("-")[::2] for part in packed[: MOST * 8].split("."))
    return tuple(Sample(_percent(busy), _percent(memory)) for busy, memory in pairs if _are_numbers(busy, memory))


def packed(samples: Sequence[Sample]) -> str:
    """Return the latest samples as a part of an address."""
    return ".".join(f"{one.busy}-{one.memory}" for one in samples[-MOST:])


def line(values: Sequence[int]) -> str:
    """Return the points of a line through *values* in percent, the latest at the right edge.

    >>> line([0, 100])
    '589.8,120.0 600.0,0.0'
    """
    step, left = WIDTH / (MOST - 1), WIDTH - (len(values) - 1) * WIDTH / (MOST - 1)
    return " ".join(f"{left + n * step:.1f},{HEIGHT - value * HEIGHT / 100:.1f}" for n, value in enumerate(values))


def _are_numbers(*texts: str) -> bool:
    return all(text.isascii() and text.isdigit() for text in texts)


def _percent(text: str) -> int:
    return min(100, int(text[:4]))
