"""Network namespaces from one process: sockets made inside, frames sent and caught. Linux, root."""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_NEWNET = 0x40000000
_SIOCETHTOOL, _STXCSUM = 0x8946, 0x17


def run(*argv: str, stdin: str = "") -> str:
    return subprocess.run(argv, input=stdin, check=True, capture_output=True, text=True, timeout=120).stdout


@contextmanager
def inside(namespace: str) -> Iterator[None]:
    """This thread sees *namespace*; sockets made here stay there."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        _enter(there)
        yield
    finally:
        _enter(home)
        os.close(there)
        os.close(home)


def _enter(descriptor: int) -> None:
    if _LIBC.setns(descriptor, _NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def make(namespace: str) -> None:
    drop(namespace)
    run("ip", "netns", "add", namespace)
    run("ip", "-n", namespace, "link", "set", "lo", "up")


def drop(namespace: str) -> None:
    if Path(f"/run/netns/{namespace}").exists():
        run("ip", "netns", "del", namespace)


def batch(namespace: str, *lines: str) -> None:
    run("ip", "-n", namespace, "-batch", "-", stdin="\n".join((*lines, "")))


def whole_checksums(namespace: str, device: str) -> None:
    """The userspace datapath hands frames on as they are: the sender must fill in checksums itself."""
    with inside(namespace), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        value = ctypes.create_string_buffer(struct.pack("II", _STXCSUM, 0))
        request = struct.pack("16sP", device.encode(), ctypes.addressof(value))
        fcntl.ioctl(handle, _SIOCETHTOOL, request)


def listener(namespace: str, address: str, port: int, kind: int = socket.SOCK_STREAM) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with inside(namespace):
        made = socket.socket(family, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.settimeout(30)
    made.bind((address, port))
    if kind == socket.SOCK_STREAM:
        made.listen()
    return made


def reaches(namespace: str, address: str, port: int, *, source: str = "", timeout_s: float = 0.4) -> bool:
    """Say whether a TCP connection comes about; refused by a machine without a listener counts as reached."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with inside(namespace):
        probe = socket.socket(family, socket.SOCK_STREAM)
    with probe:
        probe.settimeout(timeout_s)
        if source:
            probe.bind((source, 0))
        try:
            probe.connect((address, port))
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
    return True


def pings(namespace: str, address: str) -> bool:
    argv = ("ip", "netns", "exec", namespace, "ping", "-n", "-c", "1", "-W", "1", address)
    return subprocess.run(argv, capture_output=True, check=False, timeout=10).returncode == 0


def send(namespace: str, device: str, frames: Sequence[bytes]) -> None:
    with inside(namespace), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
        raw.bind((device, 0))
        for frame in frames:
            raw.send(frame)


@contextmanager
def caught(namespace: str, device: str) -> Iterator[list[bytes]]:
    """Collect the frames that come in at *device* while the block runs, and 0.3 s longer."""
    frames: list[bytes] = []
    with inside(namespace):
        raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    with raw:
        raw.bind((device, 0))
        yield frames
        raw.settimeout(0.3)
        try:
            while True:
                frame, where = raw.recvfrom(65535)
                if where[2] != socket.PACKET_OUTGOING:
                    frames.append(frame)
        except TimeoutError:
            pass
