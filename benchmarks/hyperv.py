"""The Hyper-V driver against the stand-in: a whole machine, a thousand machines, fifty hosts, at 0, 5 and 50 ms.

python -m benchmarks.hyperv [MACHINES] [HOSTS]     a round trip is a call: one batch of cmdlets and its answer, at least
                                                   two messages that are waited for (decision 0157); CPU is that of
                                                   this process alone
"""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from tests.standin.crowded import FOLDER, INNER, PLATFORM, machine

from benchmarks.remoting import LATENCIES_MS, Place, standing_in
from mailstead.ground.clock import SystemClock
from mailstead.hypervisors.drivers.hyperv.machines import HyperVHypervisor
from mailstead.hypervisors.model import Power
from mailstead.networks.drivers.hyperv import HyperVSwitch
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Work
from mailstead.remoting.cmdlets.hyperv import NewDynamicVHD, NewVMWithoutDisk, SetVM
from mailstead.remoting.pool import Fleet, Pool
from mailstead.remoting.port import Remote
from mailstead.sites.marks import PREFIX, Mark

WHOLE_CALLS_MOST, SEEN_CALLS_MOST = 4, 8  # CPU of a call has its budget in benchmarks/remoting.py
ROUNDS = 5
MIB = 1 << 20


@dataclass
class Counted:
    """A way to a host that counts calls and the messages that were waited for."""

    remote: Remote
    calls: int = 0
    messages: int = 0

    @property
    def name(self) -> str:
        return self.remote.name

    def run(self, work: Work, *, deadline_s: float | None = None) -> Answer:
        answer = self.remote.run(work, deadline_s=600)
        self.calls += 1
        self.messages += answer.round_trips
        return answer


@dataclass(frozen=True)
class Cost:
    """What something took: calls, messages, and milliseconds by the clock and of our own CPU."""

    calls: int
    messages: int
    wall_ms: float
    cpu_ms: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.calls + other.calls,
            self.messages + other.messages,
            self.wall_ms + other.wall_ms,
            self.cpu_ms + other.cpu_ms,
        )

    def __str__(self) -> str:
        a_call = f"{self.cpu_ms / self.calls:.1f} ms CPU a call"
        return f"{self.calls} calls, {self.messages} messages, {self.wall_ms:.0f} ms, {a_call}"


@contextmanager
def measured(way: Counted) -> Iterator[list[Cost]]:
    """Yield a list that holds the cost when all is done."""
    told: list[Cost] = []
    calls, messages, began, cpu = way.calls, way.messages, time.perf_counter(), time.process_time()
    yield told
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    told.append(Cost(way.calls - calls, way.messages - messages, wall * 1000, cpu * 1000))


def hypervisor(way: Remote) -> HyperVHypervisor:
    return HyperVHypervisor(way, platform=PLATFORM, folder=FOLDER)


@contextmanager
def pools(place: Place) -> Iterator[list[Pool]]:
    fleet = Fleet(SystemClock(), sessions_each=2)
    yield [fleet.at(place.endpoint(port)) for port in place.ports]
    fleet.close()


def whole(latency_ms: int) -> Cost:
    """Print what it takes to make a machine from nothing, and from a port; return the dearer of the second kind."""
    with standing_in(latency_ms) as place, pools(place) as (pool,):
        way, alone, adopted = Counted(pool), [], []
        for number in range(ROUNDS):
            alone.append(_made(way, f"alone-{number}"))
            _port(way, f"adopted-{number}")
            adopted.append(_made(way, f"adopted-{number}"))
    for told, costs in (("from nothing", alone), ("from a port ", adopted)):
        print(f"{latency_ms:>3} ms away: a machine {told} to running: {_best(costs)}", flush=True)
    return max(adopted, key=lambda cost: cost.calls)


def _made(way: Counted, name: str) -> Cost:
    wanted = machine(name)
    way.run(NewDynamicVHD(Path=(str(wanted.disks[0].source),), SizeBytes=1 << 30))
    with measured(way) as costs:
        host = hypervisor(way)  # one for both, as a process has it
        host.define(wanted)
        host.start(name)
    return costs[0]


def _port(way: Remote, name: str) -> None:
    """Make what the switch's driver leaves: a machine that is nothing but a port."""
    new = NewVMWithoutDisk(Name=PREFIX + name, MemoryStartupBytes=512 * MIB, Path=str(FOLDER / name))
    way.run(new | SetVM(Notes=str(Mark(PLATFORM, name).with_section("segment", {"vlan": 100}))))


def _best(costs: list[Cost]) -> Cost:
    """Return the least times, and the mean of CPU."""
    cpu = sum(cost.cpu_ms for cost in costs) / len(costs)
    return replace(min(costs, key=lambda cost: cost.wall_ms), cpu_ms=cpu)


def crowd(machines: int, latency_ms: int) -> list[Cost]:
    """Print what it takes to see many running machines, their ports, and what they use; return these costs.

    All that a sweep asks of the hypervisor and of the switch is one cost: the first.
    """
    with standing_in(latency_ms, crowd=machines) as place, pools(place) as (pool,):
        way = Counted(pool)
        with measured(way) as seeing:
            found = hypervisor(way).machines()
        with measured(way) as ports:
            segments = HyperVSwitch(way, platform=PLATFORM, folder=FOLDER, inner=INNER).segments()
        with measured(way) as measuring:
            used = hypervisor(way).statistics()
    well = all(each.power is Power.ON and not each.pending for each in found.values())
    well = well and not any(segment.flaws for segment in segments.values())
    if not (len(found) == len(segments) == len(used) == machines and well):
        raise SystemExit(f"{len(found)} of {machines} machines were seen, {len(segments)} ports, {len(used)} measured")
    whole = seeing[0] + ports[0]
    told = (("seen", whole), ("  of these calls for ports and access lists", ports[0]), ("measured", measuring[0]))
    for what, cost in told:
        print(f"{latency_ms:>3} ms away: {machines} running machines {what}: {cost}", flush=True)
    return [whole, *measuring]


def side_by_side(hosts: int, latency_ms: int) -> None:
    """Print how fast a machine is made on each of many hosts at once, and all are looked at."""
    with standing_in(latency_ms, hosts) as place, pools(place) as ways, ThreadPoolExecutor(hosts) as threads:
        began = time.perf_counter()
        list(threads.map(lambda way: _made(Counted(way), "acme"), ways))
        made = time.perf_counter() - began
        seen = list(threads.map(lambda way: len(hypervisor(way).machines()), ways))
        wall = time.perf_counter() - began
    if seen != [1] * hosts:
        raise SystemExit(f"machines seen on the hosts: {seen}")
    print(f"{latency_ms:>3} ms away: {hosts} hosts side by side, a machine made on each in {made:.1f} s, all seen in "
          f"{wall - made:.1f} s more: no error", flush=True)  # fmt: skip


def main(machines: int = 1000, hosts: int = 50) -> int:
    """Measure, print, and return 0 when the budgets hold."""
    made = [whole(latency) for latency in LATENCIES_MS]
    seen = [cost for latency in LATENCIES_MS for cost in crowd(machines, latency)]
    for latency in LATENCIES_MS:
        side_by_side(hosts, latency)
    whole_calls, seen_calls = max(cost.calls for cost in made), max(cost.calls for cost in seen)
    print(f"a whole machine: {whole_calls} calls (at most {WHOLE_CALLS_MOST})")
    print(f"{machines} machines seen with their ports and access lists: {seen_calls} calls (at most {SEEN_CALLS_MOST})")
    well = whole_calls <= WHOLE_CALLS_MOST and seen_calls <= SEEN_CALLS_MOST
    print(f"budgets: {'held' if well else 'BROKEN'}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
