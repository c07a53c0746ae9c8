"""Whether untouched tenants give a false alarm: many cycles over many tenants, hours to days apart. None may.

python -m benchmarks.rest [--tenants 10000] [--cycles 100] [--hosts 4]
"""

import argparse
import gc
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailstead.lifecycle.drifting import Found, State
from mailstead.wiring import Running

from .crowd import put_in_service
from .plan import _memory_mib, _peak_mib

HOURS = (1, 3, 6, 12, 24, 48)  # from one cycle to the next, in turn: certificates are due on the 60th day


@dataclass(frozen=True)
class Cycle:
    """What one cycle found, on which day of the world's time, and the processor seconds it took."""

    day: float
    found: list[Found]
    cpu_s: float

    @property
    def alarms(self) -> list[Found]:
        return [found for found in self.found if found.state is not State.DUE]


def cycles(running: Running, number: int) -> Iterator[Cycle]:
    """Yield so many cycles over all tenants, the first of which looks at everybody closely."""
    clock = running.world.clock
    start = clock.now()
    for place in range(number):
        began = time.process_time()
        found = running.lifecycle.drift()
        yield Cycle((clock.now() - start).total_seconds() / 86400, found, time.process_time() - began)
        clock.sleep(HOURS[place % len(HOURS)] * 3600)


def main(tenants: int, number: int, hosts: int) -> int:
    """Measure, print, and return 0 when there was no false alarm."""
    alarms = Counter[str]()
    spent = []
    with tempfile.TemporaryDirectory(prefix="mailstead-bench-") as folder:
        began = time.perf_counter()
        running = put_in_service(Path(folder), tenants, hosts, whole=tenants)
        gc.collect()
        gc.freeze()  # the world outside is no garbage of ours
        print(f"{tenants} tenants put in service in {time.perf_counter() - began:.0f} s", flush=True)
        before = _memory_mib()
        for place, cycle in enumerate(cycles(running, number), start=1):
            spent.append(cycle.cpu_s)
            for found in cycle.alarms[: not alarms]:
                print(found.as_dict(), flush=True)
            alarms.update(found.tenant for found in cycle.alarms)
            due = len(cycle.found) - len(cycle.alarms)
            if place <= 3 or place % 10 == 0:
                told = f"cycle {place:4}  day {cycle.day:6.1f}  {cycle.cpu_s:7.2f} s CPU"
                print(f"{told}  {len(cycle.alarms)} false alarms  {due} due", flush=True)
    later = sorted(spent[1:] or spent)
    print(f"{tenants} tenants x {number} cycles = {tenants * number} looks: {sum(alarms.values())} false alarms")
    print(f"CPU: first cycle {spent[0]:.1f} s, then median {later[len(later) // 2]:.2f} s, most {later[-1]:.2f} s")
    print(f"memory: {_peak_mib()} MiB at the peak, {before} of it the world and what was there before the first cycle")
    return 1 if alarms else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenants", type=int, default=10_000)
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--hosts", type=int, default=4)
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    sys.exit(main(given.tenants, given.cycles, given.hosts))
