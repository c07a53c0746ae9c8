"""The life of tenants on real virtual machines: they grow, rest, and are brought back when hands changed them."""

import smtplib
import subprocess
import threading
from collections.abc import Callable

import pytest

from mailstead.cli.demo.cast import ANNA, GUSTAV

from . import moments
from .programs import in_guest
from .stage import Stage, rcpt, submit

pytestmark = [pytest.mark.vm, pytest.mark.timeout(2400), pytest.mark.usefixtures("told")]


def test_mail_keeps_flowing_while_the_machine_grows(stage: Stage) -> None:
    password, server = stage.password(ANNA), stage.address("acme")
    sent, ended = [], threading.Event()

    def keep_writing() -> None:
        while not ended.is_set():
            submit(server, ANNA.address, password, ANNA.address)
            sent.append(1)

    failures: list[Exception] = []
    writer = threading.Thread(target=lambda: _noting(keep_writing, failures))
    writer.start()
    try:
        stage.run("tenant", "resize", "acme", "--memory-mib", "1024", "--vcpus", "2")
    finally:
        ended.set()
        writer.join()
    assert not failures
    assert sent
    assert in_guest("acme", "/usr/bin/nproc").strip() == "2"


def test_a_resize_killed_before_the_guest_knows_its_processors_is_finished_by_the_next_process(stage: Stage) -> None:
    resize = ("tenant", "resize", "globex", "--memory-mib", "896", "--vcpus", "2")
    stage.kill_at(moments.processors_plugged("globex", 2), *resize)
    stage.finish("globex")
    assert in_guest("globex", "/usr/bin/nproc").strip() == "2"
    assert stage.drifting() == set()


def test_a_suspended_tenant_answers_with_4xx_and_comes_back(stage: Stage) -> None:
    server = stage.address("globex")
    assert rcpt(server, GUSTAV.address) == 250
    stage.run("tenant", "suspend", "globex")
    assert 400 <= rcpt(server, GUSTAV.address) < 500
    stage.run("tenant", "resume", "globex")
    assert rcpt(server, GUSTAV.address) == 250


def test_what_hands_changed_is_named_and_healed(stage: Stage) -> None:
    subprocess.run(["ovs-vsctl", "set", "port", "ms-g101", "tag=100"], check=True)
    subprocess.run(["virsh", "-c", "qemu:///system", "setvcpus", "ms-acme", "1", "--config"], check=True)
    in_guest("acme", "/bin/sh", "-c", "echo '# by hand' >> /etc/postfix/main.cf")
    assert {"segment globex", "machine acme", "file /etc/postfix/main.cf"} <= stage.drifting()
    stage.run("apply", "--yes")
    assert stage.drifting() == set()


def _noting(work: Callable[[], None], failures: list[Exception]) -> None:
    """Call *work*; a failure in a thread would otherwise be lost."""
    try:
        work()
    except (OSError, smtplib.SMTPException) as error:
        failures.append(error)
