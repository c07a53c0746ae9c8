"""PowerShell remoting against the stand-in: our client beside plain pypsrp, in the same run.

python -m benchmarks.remoting [CALLS]      times are the best of CALLS, which others on the machine disturb least;
                                           CPU is the mean of this process, without the stand-in's
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from mailstead.ground.clock import SystemClock
from mailstead.remoting.calls import batch
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.pool import Fleet
from mailstead.security.model import Secret

CONFIGURATION = "Mailstead.Host"
GAIN_LEAST, CPU_MOST_MS = 5.0, 5.0
LATENCIES_MS = (0, 5, 50)


@dataclass(frozen=True)
class Place:
    """Where stand-ins listen."""

    ports: tuple[int, ...]
    trust: Path
    password: str

    def endpoint(self, port: int) -> Endpoint:
        account = Basic("svc-mailstead", Secret.of(self.password))
        return Endpoint("localhost", CONFIGURATION, account, port=port, trust=self.trust)

    def plain(self) -> RunspacePool:
        """Return a session of plain pypsrp."""
        account = {"username": "svc-mailstead", "password": self.password, "auth": "basic"}
        options: dict[str, Any] = {"port": self.ports[0], "cert_validation": str(self.trust), **account}
        wsman = WSMan("localhost", **options)
        return RunspacePool(wsman, configuration_name=CONFIGURATION)


@contextmanager
def standing_in(latency_ms: float, hosts: int = 1, machines: int = 0, crowd: int = 0) -> Iterator[Place]:
    """Start stand-ins in a process of their own."""
    with tempfile.TemporaryDirectory(prefix="mailstead-bench-") as folder:
        argv = [sys.executable, "-m", "tests.standin", "--hosts", str(hosts), "--folder", folder]
        argv += ["--latency-ms", str(latency_ms), "--machines", str(machines), "--crowd", str(crowd)]
        process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        try:
            lines = [process.stdout.readline().split() for _ in range(2 + hosts)] if process.stdout else []
            ports = tuple(int(line[1].split(":")[2].split("/")[0]) for line in lines[2:])
            yield Place(ports, Path(lines[0][1]), (Path(folder) / "password").read_text())
        finally:
            process.terminate()
            process.wait(10)


def measured(what: Callable[[], object], times: int) -> tuple[float, float]:
    """Return the best time and the mean CPU time of a call, in ms."""
    what()
    walls, cpu = [], time.process_time()
    for _ in range(times):
        began = time.perf_counter()
        what()
        walls.append(time.perf_counter() - began)
    return min(walls) * 1000, (time.process_time() - cpu) / times * 1000


def plainly(pool: RunspacePool, *cmdlets: tuple[str, dict[str, object]]) -> None:
    shell = PowerShell(pool)
    for name, parameters in cmdlets:
        shell.add_cmdlet(name).add_parameters(parameters)
    shell.invoke()
    shell.close()


def compare(latency_ms: int, calls: int) -> tuple[float, float]:
    """Print one row for a round trip time; return the gain of a batch and the CPU time of a call in ms."""
    with standing_in(latency_ms) as place, place.plain() as plain:
        fleet = Fleet(SystemClock(), sessions_each=2)
        host = fleet.at(place.endpoint(place.ports[0]))
        made = host.run(hyperv.NewVMWithoutDisk(Name="acme", MemoryStartupBytes=1 << 30))
        number = made.one("VirtualMachine").guid("Id")
        vm = hyperv.GetVM(Id=number)
        notes = [vm | hyperv.SetVM(Notes=f"note {n}") for n in range(8)]
        wanted: dict[str, object] = {"Id": str(number), "ErrorAction": "Stop"}
        one, one_cpu = measured(lambda: host.run(vm), calls)
        theirs, theirs_cpu = measured(lambda: plainly(plain, ("Get-VM", wanted)), calls)
        together, _ = measured(lambda: host.run(batch(*notes)), max(3, calls // 8))
        apart, apart_cpu = measured(lambda: [host.run(note) for note in notes], max(3, calls // 8))
        fleet.close()
    gain = apart / together
    ours_and_theirs = f"{one:6.1f} ms, {one_cpu:5.2f} CPU; pypsrp {theirs:6.1f} ms, {theirs_cpu:5.2f} CPU"
    eight = f"one by one {apart:6.1f} ms, batch {together:6.1f} ms: {gain:4.1f}x; {apart_cpu / 8:5.2f} CPU a statement"
    print(f"{latency_ms:>3} ms away: a call {ours_and_theirs}\n            8 statements {eight}", flush=True)
    return gain, one_cpu


def observe(machines: int) -> None:
    """Print what it takes to see many machines. How many messages carry the answer is up to the host's buffers."""
    with standing_in(0, machines=machines) as place:
        fleet = Fleet(SystemClock())
        host = fleet.at(place.endpoint(place.ports[0]))
        host.run(hyperv.GetVMHost())
        cpu, began = time.process_time(), time.perf_counter()
        adapters = hyperv.GetVMs() | hyperv.GetVMNetworkAdapter()
        vlans = adapters | hyperv.GetVMNetworkAdapterVlan()
        drives = hyperv.GetVMs() | hyperv.GetVMHardDiskDrive()
        answer = host.run(batch(hyperv.GetVMs(), adapters, vlans, drives), deadline_s=300)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        fleet.close()
    seen = len(answer.all("VirtualMachine"))
    took = f"{answer.round_trips} messages, {wall:.1f} s, {cpu:.2f} s CPU of ours"
    print(f"{seen} machines with adapters, VLANs and drives, observed in one call: {took}")


def side_by_side(hosts: int, calls: int) -> None:
    """Print how many hosts can be asked at once."""
    with standing_in(5, hosts) as place, ThreadPoolExecutor(hosts) as threads:
        fleet = Fleet(SystemClock(), sessions_each=2)
        ways = [fleet.at(place.endpoint(port)) for port in place.ports]
        began = time.perf_counter()
        list(threads.map(lambda way: [way.run(hyperv.GetVMs()) for _ in range(calls)], ways))
        wall = time.perf_counter() - began
        fleet.close()
    print(f"{hosts} hosts side by side, {calls} calls each: no error, {hosts * calls / wall:.0f} calls/s")


def main(calls: int = 40) -> int:
    """Measure, print, and return 0 when the budgets hold."""
    rows = [compare(latency, calls) for latency in LATENCIES_MS]
    observe(1000)
    side_by_side(50, 5)
    gain, cpu = rows[-1][0], max(cpu for _, cpu in rows)
    print(f"batch of 8 at 50 ms: {gain:.1f}x (at least {GAIN_LEAST:g})")
    print(f"CPU of a call: {cpu:.2f} ms (at most {CPU_MOST_MS:g})")
    well = gain >= GAIN_LEAST and cpu <= CPU_MOST_MS
    print(f"budgets: {'held' if well else 'BROKEN'}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
