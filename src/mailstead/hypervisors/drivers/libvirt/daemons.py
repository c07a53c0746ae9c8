"""The daemons that libvirt needs, started where no service manager does it, and stopped again by who started them."""

import os
import shutil
import signal
import socket
import stat
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mailstead.ground.clock import Clock, Deadline, SystemClock
from mailstead.hypervisors.model import HostDenied, HostUnreachable

_RUN = Path("/run")
_SOCKETS = {"virtlogd": _RUN / "libvirt/virtlogd-sock", "libvirtd": _RUN / "libvirt/libvirt-sock"}
_SYSTEMD = Path("/run/systemd/system")
_KVM = Path("/dev/kvm")


@dataclass(frozen=True, slots=True)
class Daemon:
    """A daemon that we started: name of the program, and its process id."""

    name: str
    pid: int


def ensure_running(clock: Clock | None = None) -> tuple[Daemon, ...]:
    """Start virtlogd and libvirtd unless they answer; return those started here (systemd keeps its own).

    Raises HostDenied without root, HostUnreachable if a daemon is not installed or does not come up.
    """
    return tuple(
        _started(name, place, clock or SystemClock()) for name, place in _SOCKETS.items() if not answers(place)
    ) if not _by_systemd() else ()  # fmt: skip


def stop_daemons(daemons: tuple[Daemon, ...]) -> None:
    """Stop exactly these, the last one first; a process id that is another program's by now is left alone."""
    for daemon in reversed(daemons):
        if _is_running(daemon):
            with suppress(ProcessLookupError):
                os.kill(daemon.pid, signal.SIGTERM)


def answers(place: Path) -> bool:
    """Say whether somebody listens on the UNIX socket *place*."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(place))
        except OSError:
            return False
    return True


def open_kvm_to_its_group() -> bool:
    """Give /dev/kvm to the group kvm, as Debian's udev rules do, where no udev runs; say whether it was changed.

    Without that libvirt sees KVM as root and not as QEMU's user, and asks QEMU anew for its capabilities at
    every single call (4 s each instead of 0.07 s).
    """
    if not _KVM.exists() or Path("/run/udev/control").exists() or _KVM.stat().st_mode & stat.S_IWGRP:
        return False
    shutil.chown(_KVM, group="kvm")
    _KVM.chmod(0o660)
    return True


def _by_systemd() -> bool:
    """Let systemd start them where it is the first process; say whether it is."""
    if not _SYSTEMD.is_dir():
        return False
    for name in _SOCKETS:
        subprocess.run(["systemctl", "start", f"{name}.socket"], check=False, capture_output=True)
    return True


def _started(name: str, place: Path, clock: Clock) -> Daemon:
    if os.geteuid():
        raise HostDenied(f"{name} does not run, and only root can start it", remedy="run as root")
    try:
        subprocess.run([name, "-d"], check=False, capture_output=True, timeout=60)
    except FileNotFoundError as error:
        raise HostUnreachable(f"{name} is not installed", remedy="install the package libvirt-daemon-system") from error
    deadline = Deadline(clock, 60, interval_s=0.1)
    while not answers(place):
        if not deadline.wait():
            raise HostUnreachable(f"{name} does not come up", remedy=f"run `{name}` by hand and read what it says")
    return Daemon(name, int((_RUN / f"{name}.pid").read_text()))


def _is_running(daemon: Daemon) -> bool:
    try:
        return Path(f"/proc/{daemon.pid}/comm").read_text().strip() == daemon.name
    except OSError:
        return False
