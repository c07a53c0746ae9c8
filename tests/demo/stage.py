"""The demonstration run as its user runs it: the installed program, in processes of its own that can be killed."""

import base64
import json
import os
import shutil
import signal
import smtplib
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mailstead.cli.demo.cast import HOME
from mailstead.ground.clock import Deadline, SystemClock
from mailstead.orders.desk import LedgerDesk
from mailstead.orders.model import OrderView, Outcome
from mailstead.orders.store import OrderLedger
from mailstead.state.database import Database

PROGRAM = Path(sys.executable).parent / "mailstead"
PATIENCE_S = 900


class Stage:
    """The demonstration's platform, driven by its command line."""

    def __init__(self, home: Path = HOME) -> None:
        self.home = home

    def run(self, *words: str, status: int | None = 0) -> str:
        """Run `mailstead words…` to its end and return what it printed; demand its exit status."""
        done = subprocess.run(
            [PROGRAM, *words],
            env=os.environ | {"MAILSTEAD_HOME": str(self.home)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        told = f"mailstead {' '.join(words)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert status is None or done.returncode == status, told
        return done.stdout

    def json(self, *words: str, status: int | None = 0) -> Any:
        """Run a command and read its JSON."""
        return json.loads(self.run("--json", *words, status=status))

    def kill_at(self, step: str, *words: str) -> None:
        """Run a command and kill it, with no chance to clean up, as soon as *step* of any order is under way."""
        process = subprocess.Popen(
            [PROGRAM, *words],
            env=os.environ | {"MAILSTEAD_HOME": str(self.home)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self.await_order(lambda view: any(found.name == step and _begun(found) for found in view.steps), process)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def await_order(self, seen: Callable[[OrderView], bool], process: "subprocess.Popen[bytes]") -> None:
        """Return when an order that is open looks as *seen* says; fail if the process ends before."""
        deadline = Deadline(SystemClock(), PATIENCE_S, interval_s=0.02)
        while deadline.wait():
            if any(seen(view) for view in self._open_orders()):
                return
            assert process.poll() is None, "the command ended before it could be killed"
        raise AssertionError("the step was never reached")

    def _open_orders(self) -> list[OrderView]:
        file = self.home / "state.sqlite"
        if not file.exists() or not (self.home / "orders.sqlite").exists():
            return []
        database = Database(f"sqlite:///{file}")
        try:
            views = LedgerDesk(OrderLedger(database), SystemClock()).list(limit=20)
        finally:
            database.close()
        return [view for view in views if view.status.is_open]

    def guest(self, tenant: str, *argv: str) -> str:
        """Run a program in a machine by way of virsh, which is none of ours."""
        call = {"execute": "guest-exec", "arguments": {"path": argv[0], "arg": argv[1:], "capture-output": True}}
        pid = _agent(tenant, call)["pid"]
        deadline = Deadline(SystemClock(), 60, interval_s=0.3)
        while deadline.wait():
            status = _agent(tenant, {"execute": "guest-exec-status", "arguments": {"pid": pid}})
            if status["exited"]:
                return base64_text(status.get("out-data", ""))
        raise AssertionError(f"{argv} in {tenant} did not end")


def _begun(step: Any) -> bool:
    return step.outcome is Outcome.RUNNING


def _agent(tenant: str, call: dict[str, Any]) -> Any:
    argv = ["virsh", "--connect", "qemu:///system", "qemu-agent-command", f"ms-{tenant}", json.dumps(call)]
    return json.loads(subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout)["return"]


def base64_text(text: str) -> str:
    """Return what the guest agent sent."""
    return base64.b64decode(text).decode()


def ours_on_this_machine() -> list[str]:
    """Return everything of the demonstration that can be found on this machine, by the system's own tools."""
    found = []
    domains = _said("virsh", "--connect", "qemu:///system", "list", "--all", "--name").split()
    found += [f"machine {name}" for name in domains if name.startswith("ms-")]
    found += [f"bridge {name}" for name in _said("ovs-vsctl", "--timeout=5", "list-br").split() if name == "msdemo0"]
    found += [f"table {line}" for line in _said("nft", "list", "tables").splitlines() if "mailstead" in line]
    links = json.loads(_said("ip", "-j", "link") or "[]")
    found += [f"device {link['ifname']}" for link in links if link["ifname"].startswith("ms")]
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        words = _read(process)
        if str(HOME) in words:
            found.append(f"process {words}")
    return found + [f"folder {HOME}"] * HOME.exists()


def _read(path: Path) -> str:
    try:
        return path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _said(*argv: str) -> str:
    if shutil.which(argv[0]) is None:
        return ""
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60).stdout


def rcpt(server: str, address: str) -> int:
    """Return what port 25 answers to a stranger's RCPT."""
    with smtplib.SMTP(server, 25, timeout=60) as smtp:
        smtp.ehlo("stranger.example")
        smtp.mail("")  # a bounce has no sender, and so no domain that this closed network could not look up
        return smtp.rcpt(address)[0]


def submit(server: str, user: str, password: str, recipient: str) -> None:
    """Send a mail by submission with TLS; raise smtplib's errors."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with smtplib.SMTP_SSL(server, 465, timeout=60, context=context) as smtp:
        smtp.login(user, password)
        smtp.sendmail(user, [recipient], f"From: {user}\r\nTo: {recipient}\r\nSubject: still flowing\r\n\r\nyes\r\n")
