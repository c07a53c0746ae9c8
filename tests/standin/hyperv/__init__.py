"""Module Hyper-V, simulated: a host with machines, disk files, switches, rules at their ports, counters, checkpoints.

What real hosts do and no page says is marked in docs/formats/psrp.md as unverified.
"""

from . import checkpoints, disks, firmware, machines, media, network, tracking
from .world import Host, Volume

__all__ = ["Host", "Volume", "checkpoints", "disks", "firmware", "machines", "media", "network", "tracking"]
