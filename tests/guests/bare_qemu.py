"""A QEMU without libvirt: boots the appliance and offers its agent on a socket."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from mailstead.guests.port import GuestChannel

ROOT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("MAILSTEAD_IMAGES", "/var/lib/mailstead/images"))
BOOT_S = 540  # fifteen seconds on a quiet machine, minutes on a busy one


def image() -> dict[str, Any]:
    """Return the appliance's manifest, building it first if need be; skip the test where that cannot work."""
    if os.geteuid() != 0 or shutil.which("qemu-system-x86_64") is None:
        pytest.skip("needs root and qemu-system-x86_64 (bin/test installs it)")
    argv: list[str | Path] = [ROOT / "images/build", "--cache", CACHE, "--json"]
    done = subprocess.run(argv, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        pytest.skip("the guest image cannot be built here: see the message of images/build")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def running(folder: Path) -> Iterator[Path]:
    """Start a machine on an overlay in *folder*; give its agent's socket; switch it off at the end."""
    made, agent, disk = image(), folder / "agent", folder / "disk.qcow2"
    base = Path(made["folder"])
    overlay = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b"]
    subprocess.run([*overlay, base / "system.qcow2", disk], check=True)
    machine = subprocess.Popen(
        [
            *("qemu-system-x86_64", "-nodefaults", "-display", "none", "-machine", "q35", "-cpu", "qemu64"),
            *("-accel", "tcg,thread=multi", "-smp", "2", "-m", "768"),
            *("-kernel", base / "vmlinuz", "-initrd", base / "initrd.img", "-append", made["cmdline"]),
            *("-drive", f"file={disk},if=none,id=d0", "-device", "virtio-blk-pci,drive=d0"),
            *("-device", "virtio-rng-pci", "-device", "virtio-serial-pci"),
            *("-chardev", f"socket,path={agent},server=on,wait=off,id=ga"),
            *("-device", "virtserialport,chardev=ga,name=org.qemu.guest_agent.0"),
        ]
    )
    try:
        wait_for(agent.exists, "QEMU's socket", seconds=120)
        yield agent
    finally:
        machine.kill()
        machine.wait()


def wait_until_answering(channel: GuestChannel, machine: str) -> None:
    wait_for(lambda: channel.answers(machine), f"the agent of {machine}", seconds=BOOT_S)


def wait_for(there: Callable[[], bool], what: str, *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, f"{what} was not there within {seconds} s"
        time.sleep(0.2)
