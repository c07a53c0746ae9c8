"""A machine of its own for this chapter: the appliance under a plain QEMU, its ports on loopback."""

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import MailsteadError
from mailstead.guests.drivers.qemu_agent import QemuAgent, SocketTransport
from mailstead.guests.model import Output
from mailstead.mailservers.dkim import public_text
from tests.guests.bare_qemu import image

from .example import LINK, keys

GUEST_PORTS = (25, 465, 587, 993, 4190, 443)
DATA_MIB = 1024
RESOLVER = Path(__file__).with_name("nameserver.pl")


@dataclass(frozen=True, slots=True)
class Machine:
    channel: QemuAgent
    ports: dict[int, int]  # in the guest: on loopback
    monitor: Path

    def shell(self, script: str) -> str:
        done = self.channel.run("acme", ["/bin/sh", "-c", script], timeout_s=400)
        assert done.status == 0, done.stderr.decode()
        return done.stdout.decode()

    def give_names(self) -> None:
        """Start the name server of the tests inside; a reboot ends it."""
        table = "".join(f"{line}\n" for line in _names())
        self.channel.write("acme", "/run/names", table.encode(), mode=0o644)
        self.channel.write("acme", "/run/nameserver.pl", RESOLVER.read_bytes(), mode=0o755)
        self.shell("systemd-run --quiet --unit=test-names /usr/bin/perl /run/nameserver.pl /run/names")

    def grow(self, mib: int) -> None:
        """Give the data disk another size, as the hypervisor does."""
        resize = {"device": "disk-mailstead-data", "size": mib * 2**20}
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.monitor))
            replies = line.makefile("rb")
            for command in ({"execute": "qmp_capabilities"}, {"execute": "block_resize", "arguments": resize}):
                replies.readline()
                line.sendall(json.dumps(command).encode())
            assert b"return" in replies.readline()

    def reboot(self) -> None:
        was = self._boot_id()
        self.channel.run("acme", ["/usr/bin/systemd-run", "--on-active=1", "/bin/systemctl", "reboot"])
        _until(lambda: self._boot_id() not in ("", was))

    def _boot_id(self) -> str:
        try:
            return self.channel.read("acme", "/proc/sys/kernel/random/boot_id").decode()
        except MailsteadError:
            return ""


@contextmanager
def booted(folder: Path) -> Iterator[Machine]:
    made, agent = image(), folder / "agent"
    ports = {port: _free_port() for port in GUEST_PORTS}
    base = Path(made["folder"])
    create = ["qemu-img", "create", "-q", "-f", "qcow2"]
    subprocess.run([*create, "-F", "qcow2", "-b", base / "system.qcow2", folder / "system.qcow2"], check=True)
    subprocess.run([*create, folder / "data.qcow2", f"{DATA_MIB}M"], check=True)
    (folder / "foreign.raw").write_bytes(b"\0" * 4096 + b"somebody's data".ljust(2**20))
    forward = "".join(f",hostfwd=tcp:127.0.0.1:{here}-{LINK.ipv4.ip}:{port}" for port, here in ports.items())
    network = f"user,id=n0,net={LINK.ipv4.network},host={LINK.ipv4_gateway},dns=10.64.0.3,restrict=on{forward}"
    process = subprocess.Popen(
        [
            *("qemu-system-x86_64", "-nodefaults", "-display", "none", "-machine", "q35", "-cpu", "qemu64"),
            *("-accel", "tcg,thread=multi,tb-size=512", "-smp", "2", "-m", "768"),
            *("-kernel", base / "vmlinuz", "-initrd", base / "initrd.img", "-append", made["cmdline"]),
            *_disk(folder / "system.qcow2", "mailstead-system"),
            *_disk(folder / "data.qcow2", "mailstead-data"),
            *_disk(folder / "foreign.raw", "foreign", "raw"),
            *("-qmp", f"unix:{folder / 'qmp'},server=on,wait=off"),
            *("-netdev", network),
            *("-device", f"virtio-net-pci,netdev=n0,mac={LINK.mac}"),
            *("-device", "virtio-rng-pci", "-device", "virtio-serial-pci"),
            *("-chardev", f"socket,path={agent},server=on,wait=off,id=ga"),
            *("-device", "virtserialport,chardev=ga,name=org.qemu.guest_agent.0"),
        ]
    )  # fmt: skip
    try:
        _until(agent.exists)
        transport = SocketTransport(lambda _: agent)
        machine = Machine(QemuAgent(transport, SystemClock()), ports, folder / "qmp")
        _until(lambda: machine.channel.answers("acme"))
        yield machine
        transport.close()
    finally:
        process.kill()
        process.wait()


def _disk(path: Path, serial: str, form: str = "qcow2") -> tuple[str, ...]:
    name = f"disk-{serial}"
    drive = f"file={path},format={form},if=none,id={name},cache=unsafe,discard=unmap"
    return ("-drive", drive, "-device", f"virtio-blk-pci,drive={name},serial={serial}")


@dataclass(frozen=True, slots=True)
class Prefixed:
    """A channel that starts programs by way of another one, such as env or timeout; looking stays as it is."""

    channel: QemuAgent
    prefix: tuple[str, ...]

    def run(self, machine: str, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 60.0) -> Output:
        before = () if stdin else self.prefix
        return self.channel.run(machine, [*before, *argv], stdin=stdin, timeout_s=timeout_s)

    def unpack(self, machine: str, tar: bytes) -> None:
        self.channel.unpack(machine, tar)


def _names() -> Iterator[str]:
    yield from ("acme.example A 10.64.0.2", "mail.acme.example A 10.64.0.2", "acme.example MX mail.acme.example")
    yield "acme.example TXT v=spf1 mx ip4:10.64.0.1 -all"
    yield "_dmarc.acme.example TXT v=DMARC1; p=reject"
    yield from (f"{key.selector}._domainkey.acme.example TXT {public_text(key)}" for key in keys())
    yield from ("else.example A 10.64.0.1", "else.example MX else.example", "else.example TXT v=spf1 a -all")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _until(true: Callable[[], bool], seconds: float = 540) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "the machine does not answer"
        time.sleep(0.5)
