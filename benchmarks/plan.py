"""How long a plan over thousands of unchanged tenants takes: processor seconds and memory of our own.

python -m benchmarks.plan [TENANTS] [HOSTS]
"""

import gc
import resource
import sys
import tempfile
import time
from pathlib import Path

from mailstead.lifecycle.planning import Planner, changed

from .crowd import SAMPLE, put_in_service, seal_all

CPU_S, MEMORY_MIB = 2.0, 300


def main(tenants: int = 10_000, hosts: int = 4) -> int:
    """Measure, print, and return 0 when the budget holds."""
    bare = _memory_mib()
    with tempfile.TemporaryDirectory(prefix="mailstead-bench-") as folder:
        began = time.perf_counter()
        running = put_in_service(Path(folder), tenants, hosts)
        seal_all(running)
        gc.collect()
        gc.freeze()  # the world outside is no garbage of ours: without this each sweep walks through all of it
        before = _memory_mib()
        print(f"{tenants} tenants on {hosts} hosts put in service in {time.perf_counter() - began:.0f} s", flush=True)
        for round_ in (f"{min(SAMPLE, tenants)} looked at", "all unchanged", "and again"):
            cpu, wall = time.process_time(), time.perf_counter()
            found = changed(Planner(running.steps).plans())
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            print(f"{round_:<16} {cpu:6.2f} s CPU  {wall:6.2f} s  {len(found)} tenants differ", flush=True)
            if found:
                print(found[0].as_dict())
        peak = _peak_mib()
    ours = bare + peak - before
    print(f"memory: {peak} MiB at the peak; {before - bare} of it are the world in the memory drivers, {ours} ours")
    well = not found and cpu < CPU_S and ours < MEMORY_MIB
    print(f"budget: {CPU_S} s CPU, {MEMORY_MIB} MiB: {'held' if well else 'BROKEN'}")
    return 0 if well else 1


def _memory_mib() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() >> 20


def _peak_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
