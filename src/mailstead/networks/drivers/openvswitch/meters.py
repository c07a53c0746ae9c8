"""OpenFlow meters: how much a machine may send. Pure: values to words and back.

One for each limited segment; its number is the VLAN's. What exceeds it is dropped (OpenFlow 1.4, 5.7).
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mailstead.networks.model import Segment

_BURST = 10  # what may come at once is a tenth of a second's worth
_METER = re.compile(r"meter=(\d+) kbps burst bands=\s+type=drop rate=(\d+) burst_size=(\d+)\s*(?=meter=|\Z)")
_NUMBER = re.compile(r"^meter=(\d+) ", re.MULTILINE)


class Meter(NamedTuple):
    """A limit in kbit/s, and how many kbit may come at once; a rate of 0 is no meter that we would make."""

    number: int
    rate: int
    burst: int

    def __str__(self) -> str:
        return f"meter {self.number}: {self.rate} kbit/s, at once {self.burst} kbit"

    def written(self) -> str:
        """Return the meter as `ovs-ofctl` reads it."""
        return f"meter={self.number},kbps,burst,band=type=drop,rate={self.rate},burst_size={self.burst}"


def meters_of(segment: Segment) -> frozenset[Meter]:
    """Return the meter of a limited segment; none of any other."""
    rate = segment.bandwidth_mbit * 1000
    return frozenset((Meter(segment.vlan, rate, rate // _BURST),) if rate else ())


def parse(dump: str) -> frozenset[Meter]:
    """Read the output of `ovs-ofctl dump-meters`; a meter of another kind is told with a rate of 0."""
    ours = {int(number): Meter(int(number), int(rate), int(burst)) for number, rate, burst in _METER.findall(dump)}
    numbers = map(int, _NUMBER.findall(dump))
    return frozenset(ours.get(number, Meter(number, 0, 0)) for number in numbers)


def before_flows(found: Iterable[Meter], wanted: frozenset[Meter]) -> Iterator[tuple[str, str]]:
    """Yield verbs of `ovs-ofctl` with their meter, for those that flows are going to name."""
    known = {meter.number for meter in found}
    for meter in sorted(wanted - frozenset(found)):
        yield "mod-meter" if meter.number in known else "add-meter", meter.written()


def after_flows(found: Iterable[Meter], wanted: Iterable[Meter]) -> Iterator[tuple[str, str]]:
    """Yield verbs for those that no flow names any more; with a meter its flows would go."""
    for number in sorted({meter.number for meter in found} - {meter.number for meter in wanted}):
        yield "del-meter", f"meter={number}"
