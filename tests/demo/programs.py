"""Programs of this machine and of the guests, none of them ours: what they say is taken as it is."""

import base64
import json
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

from mailstead.ground.clock import Deadline, SystemClock


def said(*argv: str) -> str:
    """Return what a program prints, whatever its status; nothing where it is not installed."""
    if shutil.which(argv[0]) is None:
        return ""
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120).stdout


def in_guest(tenant: str, *argv: str) -> str:
    """Run a program in a machine by way of virsh and return what it printed."""
    call = {"execute": "guest-exec", "arguments": {"path": argv[0], "arg": argv[1:], "capture-output": True}}
    pid = _agent(tenant, call)["pid"]
    deadline = Deadline(SystemClock(), 120, interval_s=0.3)
    while deadline.wait():
        status = _agent(tenant, {"execute": "guest-exec-status", "arguments": {"pid": pid}})
        if status["exited"]:
            return base64.b64decode(status.get("out-data", "")).decode()
    raise AssertionError(f"{argv} in {tenant} did not end")


def begin_in_guest(tenant: str, script: str) -> None:
    """Start a shell script in a machine and leave it running."""
    _agent(tenant, {"execute": "guest-exec", "arguments": {"path": "/bin/sh", "arg": ["-c", script]}})


def kill(program: str, mark: str) -> None:
    """Kill, with no chance to clean up, the processes of *program* with *mark* in their command line."""
    found = [pid for pid, words in processes() if words and Path(words[0]).name == program and mark in " ".join(words)]
    assert found, f"no {program} runs with {mark}"
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    deadline = Deadline(SystemClock(), 20, interval_s=0.05)
    while any(Path(f"/proc/{pid}").exists() and _alive(pid) for pid in found):
        assert deadline.wait(), f"{program} does not die"


def processes() -> list[tuple[int, list[str]]]:
    """Return all processes with their command lines."""
    return [(int(entry.name), _words(entry)) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _words(entry: Path) -> list[str]:
    try:
        return (entry / "cmdline").read_bytes().decode(errors="replace").rstrip("\0").split("\0")
    except OSError:
        return []  # it ended meanwhile


def _agent(tenant: str, call: dict[str, Any]) -> Any:
    argv = ["virsh", "--connect", "qemu:///system", "qemu-agent-command", f"ms-{tenant}", json.dumps(call)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["return"]
