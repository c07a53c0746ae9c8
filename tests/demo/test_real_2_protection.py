"""A mail, and then a whole machine, is lost on real virtual machines, and comes back out of its backups."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from mailstead.cli.demo.cast import ANNA, HOME
from mailstead.ground.clock import Deadline, SystemClock

from .mailbox import count, delete, flood, look, put
from .programs import said
from .stage import Stage, machines, rcpt, submit

pytestmark = [pytest.mark.vm, pytest.mark.timeout(2400), pytest.mark.usefixtures("told")]

LIBVIRT = ("virsh", "--connect", "qemu:///system")
OFFER, FLAGS = "The offer", {"\\Seen", "\\Flagged", "Offer"}
ARRIVED, ARRIVED_UTC = "03-Nov-2026 09:30:00 +0100", "03-Nov-2026 08:30:00 +0000"


def test_a_mail_that_its_user_deleted_comes_back_with_its_flags_and_date(stage: Stage) -> None:
    flood(stage, 500)
    full = _backup(stage, "full")
    put(stage, OFFER, r"(\Seen \Flagged Offer)", ARRIVED)
    changed = _backup(stage, "incremental")
    delete(stage, OFFER)
    assert look(stage, "INBOX", OFFER) == []
    assert _backup(stage, "differential") == changed + 1 == full + 2
    anna = ("--mailbox", ANNA.address)
    (found,) = stage.json("backup", "browse", "acme", *anna, "--all", "--search", OFFER)
    assert found["backups"] == f"{changed}-{changed}"
    back = ("restore", "mail", "acme", *anna, "--id", found["id"], "--snapshot", str(changed), "--into", "Found")
    assert "created  1" in stage.run(*back)
    assert "created  0" in stage.run(*back), "a mail comes back once"
    ((flags, arrived),) = look(stage, "Found", OFFER)
    assert flags == FLAGS
    assert arrived == ARRIVED_UTC


def test_a_machine_that_was_destroyed_is_restored_and_its_mail_flows_again(stage: Stage, tmp_path: Path) -> None:
    mails = count(stage)
    _shut_down("ms-acme")
    _backup(stage, "incremental")
    for disk in ("system", "data"):
        image, reference, restored = _image(disk), tmp_path / f"{disk}.raw", tmp_path / f"{disk}.qcow2"
        subprocess.run(["qemu-img", "convert", "-O", "raw", image, reference], check=True)
        stage.run("restore", "download", "acme", disk, str(restored))
        assert "identical" in said("qemu-img", "compare", str(reference), str(restored))
        reference.unlink()
    subprocess.run([*LIBVIRT, "undefine", "ms-acme", "--nvram", "--checkpoints-metadata"], check=True)
    for disk in ("system", "data"):
        _image(disk).unlink()
    assert "ms-acme" not in machines()
    stage.run("restore", "machine", "acme", "--allow-loss", "machine acme", "--yes")
    assert rcpt(stage.address("acme"), ANNA.address) == 250
    submit(stage.address("acme"), ANNA.address, stage.password(ANNA), ANNA.address)
    deadline = Deadline(SystemClock(), 300, interval_s=1)
    while count(stage) <= mails:
        assert deadline.wait(), "mail does not flow"
    assert look(stage, "Found", OFFER) == [(FLAGS, ARRIVED_UTC)]
    assert stage.findings() == ()
    assert stage.drifting() == set()


def test_a_drill_serves_mail_from_the_newest_backup_and_leaves_nothing(stage: Stage) -> None:
    before = machines()
    assert "mail is served from snapshot" in stage.run("backup", "drill", "acme")
    assert machines() == before
    assert stage.findings() == ()


def _backup(stage: Stage, kind: str) -> int:
    """Make a backup; return its number."""
    stage.run("backup", "run", "acme", "--kind", kind)
    newest: dict[str, Any] = max(stage.json("backup", "list", "acme"), key=lambda found: int(found["snapshot"]))
    assert (newest["kind"], newest["consistency"]) == (kind, "filesystem")
    return int(newest["snapshot"])


def _image(disk: str) -> Path:
    return HOME / "machines" / "acme" / f"{disk}.qcow2"


def _shut_down(machine: str) -> None:
    subprocess.run([*LIBVIRT, "shutdown", machine], check=True)
    deadline = Deadline(SystemClock(), 180, interval_s=1)
    while said(*LIBVIRT, "domstate", machine).strip() != "shut off":
        assert deadline.wait(), f"{machine} does not shut down"
