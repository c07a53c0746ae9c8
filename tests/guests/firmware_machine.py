"""A QEMU that starts the appliance's VHDX as a Hyper-V host would: UEFI with Microsoft's keys, SCSI disks, a seed disk,
a management card, and no channel of its own. It has no Hyper-V devices: virtio ones stand in for them."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, ip_address
from pathlib import Path

import pytest

from mailstead.guests.drivers.qemu_agent import Callee
from mailstead.guests.errors import NoSuchGuest
from mailstead.guests.seed.disk import seed_disk
from mailstead.guests.seed.model import Seed, SshKey
from mailstead.sites.management import ManagementPlace
from tests.mailservers.example import LINK

from .bare_qemu import CACHE, ROOT

OVMF = Path("/usr/share/OVMF")
CONTROL = IPv4Address("10.255.240.1")  # where QEMU says the host stands
PLACE = ManagementPlace("02:6e:0a:ff:f1:2c", IPv4Interface("10.255.241.44/20"), CONTROL)


@dataclass(frozen=True, slots=True)
class Started:
    """A machine that was switched on: the keys on both sides, and where its SSH server can be reached."""

    guest_key: SshKey
    caller: SshKey
    port: int
    console: Path

    def callee(self, machine: str) -> Callee:
        if machine != "acme":
            raise NoSuchGuest(f"there is no machine {machine}", field="machine", value=machine)
        return Callee(ip_address("127.0.0.1"), self.guest_key.public, self.caller, self.port)


def vhdx() -> Path:
    """Return the appliance's VHDX, making it first if need be; skip the test where that cannot work."""
    if os.geteuid() != 0 or shutil.which("qemu-system-x86_64") is None or not (OVMF / "OVMF_VARS_4M.ms.fd").exists():
        pytest.skip("needs root, qemu-system-x86_64 and ovmf (bin/test installs them)")
    argv: list[str | Path] = [ROOT / "images/build", "--cache", CACHE, "--vhdx", "--json"]
    done = subprocess.run(argv, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        pytest.skip("the guest image cannot be built here: see the message of images/build")
    return Path(json.loads(done.stdout)["folder"]) / "system.vhdx"


@contextmanager
def started(folder: Path) -> Iterator[Started]:
    """Switch a machine on, with all it needs in *folder*; off at the end."""
    guest_key, caller = SshKey.fresh(), SshKey.fresh()
    made = Started(guest_key, caller, _free_port(), folder / "console.log")
    _disks(folder, Seed(PLACE, guest_key, caller.public))
    machine = subprocess.Popen(list(_argv(folder, made)))
    try:
        yield made
    finally:
        machine.kill()
        machine.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _disks(folder: Path, seed: Seed) -> None:
    shutil.copy(OVMF / "OVMF_VARS_4M.ms.fd", folder / "vars.fd")
    create = ["qemu-img", "create", "-q", "-f", "qcow2"]
    subprocess.run([*create, "-F", "vhdx", "-b", vhdx(), folder / "system.qcow2"], check=True)
    subprocess.run([*create, folder / "data.qcow2", "4G"], check=True)
    (folder / "seed.raw").write_bytes(seed_disk(seed))


def _argv(folder: Path, made: Started) -> Iterator[str]:
    """One processor: while firmware in system management mode waits for a second one, a busy host loses minutes."""
    flash = "if=pflash,format=raw"
    call = f"hostfwd=tcp:127.0.0.1:{made.port}-{PLACE.address.ip}:22"
    yield from ("qemu-system-x86_64", "-nodefaults", "-display", "none", "-machine", "q35,smm=on", "-cpu", "qemu64")
    yield from ("-accel", "tcg,thread=multi,tb-size=512", "-smp", "1", "-m", "1024", "-device", "virtio-rng-pci")
    yield from ("-global", "driver=cfi.pflash01,property=secure,value=on", "-serial", f"file:{made.console}")
    yield from ("-drive", f"{flash},unit=0,readonly=on,file={OVMF}/OVMF_CODE_4M.ms.fd")
    yield from ("-drive", f"{flash},unit=1,file={folder}/vars.fd", "-device", "virtio-scsi-pci")
    for lun, (name, form) in enumerate((("system", "qcow2"), ("data", "qcow2"), ("seed", "raw"))):
        suffix = "raw" if form == "raw" else "qcow2"
        yield from ("-drive", f"if=none,id={name},format={form},cache=unsafe,file={folder}/{name}.{suffix}")
        yield from ("-device", f"scsi-hd,drive={name},channel=0,scsi-id=0,lun={lun}")
    yield from ("-netdev", "user,id=tenant,restrict=on", "-device", f"virtio-net-pci,netdev=tenant,mac={LINK.mac}")
    yield from ("-netdev", f"user,id=management,restrict=on,net={PLACE.pool},host={CONTROL},{call}")
    yield from ("-device", f"virtio-net-pci,netdev=management,mac={PLACE.mac}")
