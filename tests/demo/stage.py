"""The demonstration run as its user runs it: the installed program, in processes of its own that can be killed."""

import json
import os
import signal
import smtplib
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mailstead.cli.demo.cast import ANNA, GUSTAV, HOME, Player
from mailstead.doctor.model import Finding
from mailstead.ground.clock import Deadline, SystemClock
from mailstead.wiring import open_platform

from .moments import Moment
from .programs import in_guest, processes, said

PROGRAM = Path(sys.executable).parent / "mailstead"
PATIENCE_S = 1800  # two machines at once, emulated, on a processor that others use too
PATIENCE_OF_MAIL_S = 180
SUBJECT = "still flowing"


class Stage:
    """The demonstration's platform, driven by its command line."""

    def __init__(self, home: Path = HOME) -> None:
        self.home = home

    def run(self, *words: str, status: int | None = 0) -> str:
        """Run `mailstead words…` to its end and return what it printed; demand its exit status."""
        return self.told(*words, status=status)[0]

    def told(self, *words: str, status: int | None = 0) -> tuple[str, str]:
        """Run a command; return what it printed, and what it said on standard error."""
        done = subprocess.run(
            [PROGRAM, *words],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        told = f"mailstead {' '.join(words)} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert status is None or done.returncode == status, told
        return done.stdout, done.stderr

    def json(self, *words: str, status: int | None = 0) -> Any:
        """Run a command and read its JSON."""
        return json.loads(self.run("--json", *words, status=status))

    @contextmanager
    def at(self, moment: Moment, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Run a command beside us; go on when the moment has come, and kill the command at the end if it still runs."""
        process = subprocess.Popen(
            [PROGRAM, *words],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            until(moment, process)
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def kill_at(self, moment: Moment, *words: str) -> None:
        """Run a command and kill it, with no chance to clean up, as soon as the moment has come."""
        with self.at(moment, *words) as process:
            assert process.poll() is None, "the command ended before it could be killed"

    def finish(self, tenant: str) -> None:
        """Carry out the tenant's open order to its end, in a new process."""
        (order,) = [found for found in self.json("order", "list") if found["tenant"] == tenant and _open(found)]
        assert self.json("order", "watch", order["order"])["status"] == "done"

    def gone_on(self, tenant: str) -> None:
        """See that the tenant's latest order was carried out; one that gave up before services were back goes on."""
        order = next(found for found in self.json("order", "list") if found["tenant"] == tenant)
        if order["status"] == "failed":
            self.run("order", "retry", order["order"])
        assert self.json("order", "show", order["order"])["status"] == "done"

    def drifting(self) -> set[str]:
        """Return the subjects that `mailstead drift` names."""
        found = self.json("drift", status=None)
        return {change["subject"] for tenant in found for change in tenant["changes"]}

    def findings(self) -> tuple[Finding, ...]:
        """Return what the doctor finds wrong."""
        with open_platform(self.home) as running:
            return running.doctor.examine()

    def password(self, player: Player) -> str:
        with open_platform(self.home) as running:
            return running.world.vault.get(player.tenant, "demo-password").reveal_text()

    def address(self, tenant: str) -> str:
        """Return the tenant's public IPv4 address."""
        with open_platform(self.home) as running:
            return str(running.world.numbers.all()[tenant].public_ipv4)

    @property
    def _environment(self) -> dict[str, str]:
        return os.environ | {"MAILSTEAD_HOME": str(self.home)}


def until(moment: Moment, process: "subprocess.Popen[bytes] | None" = None) -> None:
    """Return when the moment has come; fail if the process ends before."""
    deadline = Deadline(SystemClock(), PATIENCE_S, interval_s=0.003)
    while not moment():
        ended = process is not None and process.poll() is not None
        assert not ended or moment(), "the command ended before the moment came"
        assert deadline.wait(), "the moment never came"


def serving(stage: Stage) -> dict[str, int]:
    """Return how both tenants' port 25 answers a stranger."""
    return {player.tenant: rcpt(stage.address(player.tenant), player.address) for player in (ANNA, GUSTAV)}


def rcpt(server: str, address: str) -> int:
    """Return what port 25 answers to a stranger's RCPT; 0 where nobody answers."""
    try:
        with smtplib.SMTP(server, 25, timeout=PATIENCE_OF_MAIL_S) as smtp:
            smtp.ehlo("stranger.example")
            smtp.mail("")  # a bounce has no sender, and so no domain that this closed network could not look up
            return smtp.rcpt(address)[0]
    except OSError:
        return 0


def submit(server: str, user: str, password: str, recipient: str) -> None:
    """Send a mail by submission with TLS, again when put off (4xx), as mail programs do; raise smtplib's errors."""
    tries = Deadline(SystemClock(), 120, interval_s=2)
    while True:
        try:
            return _submit(server, user, password, recipient)
        except smtplib.SMTPResponseException as error:
            if error.smtp_code >= 500 or not tries.wait():
                raise


def _submit(server: str, user: str, password: str, recipient: str) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with smtplib.SMTP_SSL(server, 465, timeout=PATIENCE_OF_MAIL_S, context=context) as smtp:
        smtp.login(user, password)
        smtp.sendmail(user, [recipient], f"From: {user}\r\nTo: {recipient}\r\nSubject: {SUBJECT}\r\n\r\nyes\r\n")


def mails_kept(tenant: str) -> int:
    """Return how many of `submit`'s mails lie on the tenant's data disk."""
    found = in_guest(tenant, "/bin/grep", "--recursive", "--files-with-matches", f"^Subject: {SUBJECT}", "/var/vmail")
    return len(found.split())


def ours_on_this_machine() -> list[str]:
    """Return everything of the demonstration that can be found on this machine, by the system's own tools."""
    found = [f"machine {name}" for name in machines()]
    found += [f"bridge {name}" for name in said("ovs-vsctl", "--timeout=5", "list-br").split() if name == "msdemo0"]
    found += [f"table {line}" for line in said("nft", "list", "tables").splitlines() if "mailstead" in line]
    links = json.loads(said("ip", "-j", "link") or "[]")
    found += [f"device {link['ifname']}" for link in links if link["ifname"].startswith("ms")]
    found += [f"process {words}" for _, words in processes() if str(HOME) in " ".join(words)]
    return found + [f"folder {HOME}"] * HOME.exists()


def machines() -> list[str]:
    """Return the machines of ours that libvirt knows, running or not."""
    names = said("virsh", "--connect", "qemu:///system", "list", "--all", "--name").split()
    return sorted(name for name in names if name.startswith("ms-"))


def ports() -> list[str]:
    """Return the ports on the demonstration's bridge."""
    return sorted(said("ovs-vsctl", "--timeout=5", "list-ports", "msdemo0").split())


def bound(port: str) -> bool:
    """Say whether the port of a machine has been given to a tenant."""
    return "mailstead-machine-of" in said("ovs-vsctl", "--timeout=5", "get", "Port", port, "external_ids")


def _open(order: dict[str, Any]) -> bool:
    return order["status"] in ("queued", "running", "waiting")
