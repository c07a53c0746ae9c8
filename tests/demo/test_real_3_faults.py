"""What the platform stands on is killed, cut or filled, on real virtual machines: each is told, each is healed."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from mailstead.cli.demo.cast import ANNA, HOME

from . import moments
from .pool import Pool
from .programs import begin_in_guest, in_guest, kill, processes, said
from .stage import Stage, mails_kept, serving, submit, until

pytestmark = [pytest.mark.vm, pytest.mark.timeout(2400), pytest.mark.usefixtures("told")]

BOTH = {"acme": 250, "globex": 250}
BULK_LINES = 3_000_000  # 30 MB
BULK = "/var/vmail/bulk"


def test_a_switch_and_rules_that_are_gone_are_told_and_laid_anew(stage: Stage) -> None:
    kill("ovs-vswitchd", "db.sock")
    subprocess.run(["nft", "delete", "table", "inet", "mailstead"], check=True)
    assert "services start" in _said_when_silent(stage)
    stage.run("services", "start")
    assert {"segment acme", "segment globex"} <= stage.drifting()
    stage.run("apply", "--yes")
    assert serving(stage) == BOTH
    assert stage.drifting() == set()


def test_a_switch_database_that_was_killed_comes_back_as_it_was(stage: Stage) -> None:
    kill("ovsdb-server", "db.sock")
    assert "services start" in _said_when_silent(stage)
    stage.run("services", "start")
    assert serving(stage) == BOTH
    assert stage.drifting() == set()


def test_an_order_goes_on_when_the_killed_name_server_and_resolver_are_back(stage: Stage) -> None:
    with stage.at(moments.step_begun("lay network"), "domain", "add", "acme", "acme-two.example") as command:
        kill("knotd", str(HOME))
        kill("unbound", str(HOME))
        until(moments.step_tries_again("unreachable"), command)
        stage.run("services", "start")
        command.wait()
    stage.gone_on("acme")
    resolved = said("dig", "+dnssec", "+short", "@198.51.100.53", "MX", "acme-two.example")
    assert "10 mail.acme.example." in resolved
    assert "RRSIG" in resolved or "MX 13 2" in resolved


def test_an_order_goes_on_when_the_killed_libvirtd_is_back_and_machines_never_stood_still(stage: Stage) -> None:
    before = _qemu()
    adding = ("mailbox", "add", "bert@acme.example")
    with stage.at(moments.step_begun("configure mail server"), *adding) as command:
        kill("libvirtd", "-d")
        assert serving(stage) == BOTH
        stage.run("services", "start")
        command.wait()
    stage.gone_on("acme")
    assert _qemu() == before
    assert stage.drifting() == set()


def test_a_machine_whose_disk_has_no_room_stands_still_is_told_and_goes_on_without_a_loss(
    stage: Stage, pool: Pool
) -> None:
    with pool.full(leave_mib=4):
        assert serving(stage) == BOTH
        begin_in_guest("acme", f"yes mailstead | head -n {BULK_LINES} > {BULK}.part && sync && mv {BULK}.part {BULK}")
        until(moments.paused("acme"))
        assert "machine acme" in stage.drifting()
        with stage.at(moments.told("host-full", ["acme"]), "apply", "--yes"):
            assert "stands still: no room on the host" in str(moments.errors())
    stage.run("apply", "--yes")
    assert stage.drifting() == set()
    assert serving(stage) == BOTH
    until(_written)
    assert _checksum() == hashlib.sha256(b"mailstead\n" * BULK_LINES).hexdigest()


def test_a_killed_qemu_is_told_and_started_again_with_the_mail_that_was_there(stage: Stage) -> None:
    submit(stage.address("acme"), ANNA.address, stage.password(ANNA), ANNA.address)
    kept, checksum = mails_kept("acme"), _checksum()
    kill("qemu-system-x86_64", "guest=ms-acme")
    assert "machine acme" in stage.drifting()
    for disk in ("system", "data"):
        checked = subprocess.run(["qemu-img", "check", str(HOME / "machines" / "acme" / f"{disk}.qcow2")], check=False)
        assert checked.returncode in {0, 3}, f"the {disk} disk is corrupt"  # 3: blocks taken and not used yet
    stage.run("apply", "--yes")
    assert mails_kept("acme") >= kept > 0
    assert _checksum() == checksum
    assert serving(stage) == BOTH


def test_after_all_of_it_there_is_nothing_for_the_doctor_to_find(stage: Stage) -> None:
    assert stage.findings() == ()


def _said_when_silent(stage: Stage) -> str:
    """Return what `mailstead drift` says while something that it must ask does not answer."""
    return "".join(stage.told("drift", status=None))


def _qemu() -> list[int]:
    """Return the process ids of all QEMUs."""
    return sorted(pid for pid, words in processes() if Path(words[0]).name == "qemu-system-x86_64")


def _written() -> bool:
    """Say whether the writer in acme, which stood still with its machine, has come to its end."""
    return Path(BULK).name in in_guest("acme", "/bin/ls", str(Path(BULK).parent)).split()


def _checksum() -> str:
    """Return the SHA-256 of the bulk on acme's data disk, read from the disk and not from memory."""
    read = f"sync; echo 3 > /proc/sys/vm/drop_caches; sha256sum {BULK}"
    return in_guest("acme", "/bin/sh", "-c", read).partition(" ")[0]
