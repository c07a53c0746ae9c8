"""The platform on real virtual machines, from the first command to the last. The tests share two machines, in order.

The demonstration itself checks mail, DANE, DKIM, isolation and nearly 150 things more for each tenant, and ends with
status 3 if any of them fails; what it prints is asked here only for the sentences that matter most.
"""

import smtplib
import subprocess
import threading
from collections.abc import Callable, Iterator

import pytest

from mailstead.cli.demo.cast import ANNA, GUSTAV, HOME
from mailstead.wiring import open_platform

from .stage import Stage, ours_on_this_machine, rcpt, submit

pytestmark = [pytest.mark.vm, pytest.mark.timeout(1500)]

KILLED_AT = ("lay network", "start machine", "open zones", "wait for the machine", "configure mail server")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Onboard both tenants, killed at five steps on the way; take everything down at the end."""
    if HOME.exists():
        pytest.fail(f"a demonstration is up in {HOME}: end it first with bin/demo --down")
    stage = Stage()
    try:
        for step in KILLED_AT:
            stage.kill_at(step, "demo")
        yield stage
    finally:
        stage.run("demo", "--down", status=None)


@pytest.fixture(scope="module")
def told(stage: Stage) -> str:
    """What the demonstration says when it is at last left to run to its end."""
    return stage.run("demo")


def test_after_five_kills_a_mail_goes_from_anna_to_gustav_with_dane_and_dkim(told: str) -> None:
    assert f"a mail from {ANNA.address} to {GUSTAV.address}" in told
    assert "Verified TLS connection established to mail.globex.example" in told
    for verdict in ("spf=pass", "dkim=pass header.d=acme.example header.s=ms1r", "header.s=ms1e", "dmarc=pass"):
        assert verdict in told


def test_every_forbidden_path_was_tried_and_refused(told: str) -> None:
    assert "globex-private-25" in told
    assert "host-22" in told
    assert " failed" not in told


def test_there_is_exactly_one_of_everything(stage: Stage, told: str) -> None:
    names = subprocess.run(
        ["virsh", "-c", "qemu:///system", "list", "--name"], capture_output=True, text=True, check=True
    ).stdout.split()
    assert sorted(name for name in names if name.startswith("ms-")) == ["ms-acme", "ms-globex"]
    ports = subprocess.run(["ovs-vsctl", "list-ports", "msdemo0"], capture_output=True, text=True, check=True)
    assert sorted(ports.stdout.split()) == ["ms-g100", "ms-g101", "ms-svc", "ms-t100", "ms-t101"]
    assert stage.json("drift") == []


def test_run_again_it_builds_nothing(stage: Stage, told: str) -> None:
    before = {order["order"] for order in stage.json("order", "list")}
    assert stage.json("apply", "--yes") == {"orders": []}
    assert {order["order"] for order in stage.json("order", "list")} == before


def test_mail_keeps_flowing_while_the_machine_grows(stage: Stage, told: str) -> None:
    with open_platform(HOME) as running:
        password = running.world.vault.get(ANNA.tenant, "demo-password").reveal_text()
        server = str(running.world.numbers.all()[ANNA.tenant].public_ipv4)
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
    assert stage.guest("acme", "/usr/bin/nproc").strip() == "2"


def test_a_resize_killed_halfway_is_finished_by_the_next_process(stage: Stage, told: str) -> None:
    stage.kill_at("start machine", "tenant", "resize", "globex", "--memory-mib", "896")
    (order,) = [order["order"] for order in stage.json("order", "list") if order["status"] == "running"]
    assert stage.json("order", "watch", order)["status"] == "done"
    assert stage.json("drift", "globex") == []


def test_a_suspended_tenant_answers_with_4xx_and_comes_back(stage: Stage, told: str) -> None:
    server = stage.json("tenant", "show", "globex")["address"]
    assert rcpt(server, GUSTAV.address) == 250
    stage.run("tenant", "suspend", "globex")
    assert 400 <= rcpt(server, GUSTAV.address) < 500
    stage.run("tenant", "resume", "globex")
    assert rcpt(server, GUSTAV.address) == 250


def test_what_hands_changed_is_named_and_healed(stage: Stage, told: str) -> None:
    subprocess.run(["ovs-vsctl", "set", "port", "ms-g101", "tag=100"], check=True)
    subprocess.run(["virsh", "-c", "qemu:///system", "setvcpus", "ms-acme", "1", "--config"], check=True)
    stage.guest("acme", "/bin/sh", "-c", "echo '# by hand' >> /etc/postfix/main.cf")
    found = stage.json("drift", status=3)
    changes = {change["subject"] for tenant in found for change in tenant["changes"]}
    assert {"segment globex", "machine acme", "file /etc/postfix/main.cf"} <= changes
    stage.run("apply", "--yes")
    assert stage.json("drift") == []


def test_a_removal_killed_halfway_is_finished_and_keeps_the_disks(stage: Stage, told: str) -> None:
    stage.kill_at("stop machine", "tenant", "remove", "globex", "--yes")
    (order,) = [order["order"] for order in stage.json("order", "list") if order["status"] == "running"]
    stage.run("order", "watch", order)
    assert (HOME / "machines" / "globex" / "data.qcow2").exists()
    domains = subprocess.run(
        ["virsh", "-c", "qemu:///system", "list", "--all", "--name"], capture_output=True, text=True, check=True
    )
    assert "ms-globex" not in domains.stdout.split()


def test_a_purge_destroys_the_disks_and_frees_the_numbers(stage: Stage, told: str) -> None:
    stage.run("tenant", "purge", "globex", "--confirm", "globex")
    assert not (HOME / "machines" / "globex").exists()
    assert [tenant["tenant"] for tenant in stage.json("tenant", "list")] == ["acme"]


def test_taken_down_it_leaves_nothing_behind(stage: Stage, told: str) -> None:
    assert ours_on_this_machine()
    stage.run("demo", "--down")
    assert ours_on_this_machine() == []


def _noting(work: Callable[[], None], failures: list[Exception]) -> None:
    """Call *work*; a failure in a thread would otherwise be lost."""
    try:
        work()
    except (OSError, smtplib.SMTPException) as error:
        failures.append(error)
