"""mailstead backup … and mailstead restore …: in words and in JSON, on a host and targets in memory."""

from pathlib import Path

import pytest

from mailstead.wiring import found_platform

from .conftest import PLATFORM, Say

TARGETS = """
[[backup_target]]
name = "near"
kind = "memory"
second = "far"

[[backup_target]]
name = "far"
kind = "memory"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A platform with two targets."""
    found_platform(tmp_path / "home", PLATFORM + TARGETS)
    return tmp_path / "home"


@pytest.fixture
def acme(say: Say) -> str:
    """A tenant in service."""
    assert say("tenant", "add", "acme", "--domain", "acme.example").status == 0
    return "acme"


def test_a_backups_life(say: Say, acme: str) -> None:
    assert say("backup", "list", acme).out.strip() == "there is no backup of acme"
    made = say("backup", "run", acme)
    assert "snapshot 1 (full, filesystem consistent)" in made.out
    report = say("--json", "backup", "run", acme, "--kind", "differential").value["report"]
    assert (report["snapshot"], report["kind"]) == (2, "differential")
    listed = say("--json", "backup", "list", acme).value
    assert [(row["snapshot"], row["kind"]) for row in listed] == [(1, "full"), (2, "differential")]
    (row,) = say("--json", "backup", "list").value
    assert (row["tenant"], row["target"], row["snapshot"], row["overdue"]) == (acme, "near", 2, False)
    shown = say("--json", "backup", "show", acme, "2").value
    assert (shown["changes_since"], len(shown["disks"])) == (1, 2)
    assert say("backup", "verify", acme, "--full").status == 0
    assert "mail is served from snapshot 2" in say("backup", "drill", acme).out
    assert say("backup", "collect", acme).status == 0


def test_a_machine_and_a_disk_come_back(say: Say, acme: str) -> None:
    say("backup", "run", acme)
    kept = say("--json", "restore", "machine", acme)
    assert (kept.status, kept.error["code"]) == (2, "unsafe-plan")
    shown = say("restore", "machine", acme, "--dry-run")
    assert "loses all mail and changes of acme since" in shown.out
    loss = ("--allow-loss", "machine acme", "--yes")
    assert say("restore", "machine", acme, *loss).status == 0
    assert say("restore", "disk", acme, "data", "--snapshot", "1", "--no-safety", *loss).status == 0
    missing = say("--json", "restore", "disk", acme, "floppy", *loss)
    assert (missing.status, missing.error["code"]) == (4, "no-such-snapshot")
    order = say("--json", "order", "list", "--limit", "1").value[0]["order"]
    assert say("--json", "restore", "undo", acme, order, "--yes").error["code"] == "not-undoable"


def test_a_machine_comes_back_beside_is_listed_and_removed(say: Say, acme: str) -> None:
    say("backup", "run", acme)
    made = say("restore", "machine", acme, "--beside", "trial")
    assert made.status == 0
    assert "acme_trial" in made.out
    (row,) = say("--json", "restore", "list", acme).value
    assert (row["name"], row["machine"], row["power"]) == ("trial", "acme_trial", "on")
    again = say("--json", "restore", "machine", acme, "--beside", "trial")
    assert (again.status, again.error["code"]) == (2, "beside-there")
    assert say("restore", "remove", acme, "trial", "--yes").status == 0
    assert say("restore", "list", acme).out.strip() == "there is no machine beside that of acme"


def test_a_machine_does_not_come_back_on_a_host_that_is_none(say: Say, acme: str) -> None:
    say("backup", "run", acme)
    assert "loses all mail" in say("restore", "machine", acme, "--host", "moon", "--dry-run").out
    loss = ("--allow-loss", "machine acme", "--yes")
    assert say("--json", "restore", "machine", acme, "--host", "moon", *loss).error["code"] == "unknown-host"
    assert say("restore", "machine", acme, "--host", "moon", "--beside", "trial", *loss).status == 2


def test_a_backups_disks_are_read_while_they_are_attached(say: Say, acme: str, tmp_path: Path) -> None:
    say("backup", "run", acme)
    socket = tmp_path / "disks"
    image = tmp_path / "data.raw"
    copy = ("qemu-img", "convert", "-O", "raw", f"nbd+unix:///data?socket={socket}", str(image))
    made = say("backup", "attach", acme, str(socket), "--", *copy)
    assert made.status == 0
    assert f"nbd+unix:///data?socket={socket}" in made.out
    assert image.stat().st_size == 4 << 30
    assert not socket.exists()
    socket.touch()
    assert say("--json", "backup", "attach", acme, str(socket)).error["code"] == "place-unfit"


def test_a_disk_is_downloaded_once(say: Say, acme: str, tmp_path: Path) -> None:
    say("backup", "run", acme)
    file = tmp_path / "data.qcow2"
    assert say("restore", "download", acme, "data", str(file)).status == 0
    assert file.exists()
    again = say("--json", "restore", "download", acme, "data", str(file))
    assert (again.status, again.error["code"]) == (2, "place-unfit")


def test_a_hold_keeps_and_prune_shows_first(say: Say, acme: str) -> None:
    say("backup", "run", acme)
    assert say("backup", "hold", acme, "1", "--reason", "a lawsuit").status == 0
    assert say("--json", "backup", "list", acme).value[0]["hold"] == "a lawsuit"
    (row,) = say("--json", "backup", "prune", acme, "--dry-run").value
    assert "held" in row["kept_as"]
    assert say("backup", "prune", acme, "--yes").status == 0
    assert say("backup", "release", acme, "1", "--yes").status == 0
    assert say("--json", "backup", "release", acme, "1").error["code"] == "no-such-hold"
    assert say("--json", "backup", "hold", acme, "9", "--reason", "x").error["code"] == "no-such-snapshot"


def test_targets_are_checked_and_keys_exported(say: Say, acme: str, tmp_path: Path) -> None:
    assert [row["target"] for row in say("--json", "backup", "target", "list").value] == ["near", "far"]
    assert say("backup", "target", "add", "near").status == 0
    say("backup", "run", acme)
    assert say("--json", "backup", "target", "check", "near").value["tenants"] == [acme]
    assert say("--json", "backup", "target", "check", "moon").error["code"] == "no-such-target"
    secret, file = tmp_path / "secret", tmp_path / "keys.json"
    secret.write_text("a pass phrase of many words\n")
    secret.chmod(0o600)
    assert say("backup", "keys", "export", str(file), "--passphrase-file", str(secret)).status == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"mailstead-backup-keys" in file.read_bytes()


def test_without_targets_it_is_said_what_is_missing(say: Say, home: Path, acme: str) -> None:
    file = home / "mailstead.toml"
    file.write_text(PLATFORM)
    refused = say("--json", "backup", "run", acme)
    assert (refused.status, refused.error["code"]) == (2, "not-protected")
    assert "backup_target" in refused.error["remedy"]
