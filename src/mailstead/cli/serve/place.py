"""Where a server answers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """An address of this machine, and a port."""

    listen: str
    port: int
