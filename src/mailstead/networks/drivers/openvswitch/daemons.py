"""Open vSwitch's two daemons, started where no init system did it."""

from collections.abc import Collection
from pathlib import Path

from .commands import Commands

CONTROL = Path("/usr/share/openvswitch/scripts/ovs-ctl")
DAEMONS = ("ovsdb-server", "ovs-vswitchd")


def ensure_running(commands: Commands | None = None) -> tuple[str, ...]:
    """Start those of ovsdb-server and ovs-vswitchd that do not run; return their names.

    Needs no kernel module: without one, bridges use the userspace datapath. Raises Rejected when they do
    not start.
    """
    commands = commands or Commands()
    missing = tuple(name for name in DAEMONS if not _answers(commands, name))
    if missing:
        # A second `start` is no error, and starts only what does not run.
        commands.run([str(CONTROL), "--system-id=random", "start"])
    return missing


def kernel_datapath(commands: Commands) -> bool:
    """Say whether the kernel has Open vSwitch's datapath; it cannot even list them where it has not."""
    return commands.succeeds(["ovs-dpctl", "dump-dps"])


def _answers(commands: Commands, daemon: str) -> bool:
    return commands.succeeds(["ovs-appctl", "--timeout=5", "-t", daemon, "version"])


def stop(names: Collection[str] = DAEMONS, commands: Commands | None = None) -> None:
    """End those of the daemons that are *names*; for whoever started them. One that does not run is no error."""
    others = [f"--no-{name}" for name in DAEMONS if name not in names]
    (commands or Commands()).run([str(CONTROL), *others, "stop"])
