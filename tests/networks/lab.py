"""A host of its own in a network namespace: its own Open vSwitch, tables, settings; machines are namespaces too."""

import os
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from mailstead.networks.drivers.openvswitch import Commands, OpenVSwitch, ensure_running
from mailstead.networks.model import Segment

from .namespaces import batch, drop, inside, make, run, whole_checksums

HOST = "mstest-host"
OUTSIDE = "mstest-out"
BRIDGE = "mstest0"
TABLE = "mstest"
UPLINK = "up0"
PROGRAMS = ("ovs-vsctl", "ovs-vswitchd", "nft", "ip", "sysctl", "ping")


def skip_without_host() -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    for program in PROGRAMS:
        if not shutil.which(program):
            pytest.skip(f"needs the program {program}")


class OpenVSwitchLab:
    """Daemons run once; `clean` gives each test an empty host."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mst"))
        places = [f"OVS_{name}={self.folder}" for name in ("RUNDIR", "DBDIR", "SYSCONFDIR", "LOGDIR")]
        (self.folder / "openvswitch").mkdir()
        self.commands = Commands(("ip", "netns", "exec", HOST, "env", *places))
        self.switch = OpenVSwitch(BRIDGE, TABLE, self.commands)
        self._running: dict[str, Segment] = {}
        make(HOST)
        self.started = ensure_running(self.commands)

    def start(self, segment: Segment) -> None:
        """Make the machine and its port, as libvirt does: database last, with the VLAN tag."""
        machine, port = self.machine(segment), segment.port
        make(machine)
        batch(HOST, f"link add {port} type veth peer name eth0 address {segment.mac} netns {machine}")
        batch(
            machine,
            "link set eth0 up",
            f"address add {segment.ipv4} dev eth0",
            f"address add {segment.ipv6} dev eth0 nodad",
            f"address add {segment.public_ipv6}/128 dev eth0 nodad",
            f"route add default via {segment.gateway_ipv4.ip}",
            f"route add default via {segment.gateway_ipv6.ip}",
        )
        batch(HOST, f"link set {port} up")
        whole_checksums(machine, "eth0")
        whole_checksums(HOST, port)
        self.vsctl("--if-exists", "del-port", port, "--", "add-port", BRIDGE, port, f"tag={segment.vlan}")
        self._running[port] = segment

    def stop(self, segment: Segment) -> None:
        self.vsctl("--if-exists", "del-port", segment.port)
        drop(self.machine(segment))
        with suppress(Exception):
            batch(HOST, f"link delete {segment.port}")
        self._running.pop(segment.port, None)

    def machine(self, segment: Segment) -> str:
        return f"mstest-{segment.tenant}"

    def vsctl(self, *words: str) -> str:
        return self.commands.run(["ovs-vsctl", "--timeout=10", *words])

    def flow(self, verb: str, flow: str) -> None:
        self.commands.run(["ovs-ofctl", "-O", "OpenFlow14", verb, BRIDGE, flow])

    def nft(self, *words: str) -> str:
        return self.commands.run(["nft", *words])

    def setting(self, key: str) -> str:
        return self.commands.run(["sysctl", "-n", key]).strip()

    def make_uplink(self) -> None:
        """Another host beside ours that routes the public pools to it."""
        make(OUTSIDE)
        batch(HOST, f"link add {UPLINK} type veth peer name eth0 netns {OUTSIDE}")
        batch(HOST, f"link set {UPLINK} up", f"address add 192.0.2.2/24 dev {UPLINK}")
        batch(HOST, f"address add 2001:db8:ffff::2/64 dev {UPLINK} nodad")
        batch(
            OUTSIDE,
            "link set eth0 up",
            "address add 192.0.2.1/24 dev eth0",
            "address add 2001:db8:ffff::1/64 dev eth0 nodad",
            "route add 203.0.113.0/24 via 192.0.2.2",
            "route add 10.64.0.0/14 via 192.0.2.2",
            "route add 2001:db8:6d73::/48 via 2001:db8:ffff::2",
            "route add fd64::/16 via 2001:db8:ffff::2",
        )

    def clean(self) -> None:
        for segment in list(self._running.values()):
            self.stop(segment)
        self.switch.withdraw()
        drop(OUTSIDE)
        with suppress(Exception):
            batch(HOST, f"link delete {UPLINK}")

    def close(self) -> None:
        for segment in list(self._running.values()):
            self.stop(segment)
        for daemon in ("ovs-vswitchd", "ovsdb-server"):
            _end(self.folder / f"{daemon}.pid")
        drop(OUTSIDE)
        drop(HOST)
        shutil.rmtree(self.folder, ignore_errors=True)


def _end(pid_file: Path) -> None:
    with suppress(FileNotFoundError, ProcessLookupError):
        pid = int(pid_file.read_text())
        os.kill(pid, signal.SIGTERM)
        for _ in range(100):
            os.kill(pid, 0)
            time.sleep(0.05)


__all__ = ["BRIDGE", "HOST", "OUTSIDE", "TABLE", "UPLINK", "OpenVSwitchLab", "inside", "run", "skip_without_host"]
