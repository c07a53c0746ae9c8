"""State, quarantine and claims at the command line."""

from pathlib import Path

import pytest

from .conftest import Say

ACME = ("tenant", "add", "acme", "--domain", "acme.example", "--mailbox", "anna@acme.example")
GLOBEX = ("tenant", "add", "globex", "--domain", "globex.example")


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.write_text("a backup has a passphrase of its own\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def restored(say: Say, tmp_path: Path, passphrase: Path) -> Say:
    """A platform with acme in its state; globex was served after the backup was made."""
    assert say("tenant", "add", "acme", "--domain", "acme.example").status == 0
    assert say("state", "backup", tmp_path / "backup", "--passphrase-file", passphrase).status == 0
    assert say(*GLOBEX, "--disk-iops", 500, "--bandwidth-mbit", 50, "--nested").status == 0
    said = say("state", "restore", tmp_path / "backup", "--passphrase-file", passphrase, "--replace")
    assert said.status == 0, said
    assert "kept aside: state.sqlite.before-" in said.out
    assert "mailstead quarantine show" in said.out
    return say


def test_a_backup_is_made_shown_and_tells_no_secret(say: Say, tmp_path: Path, passphrase: Path) -> None:
    say("tenant", "add", "acme", "--domain", "acme.example")
    made = say("--json", "state", "backup", tmp_path / "backup", "--passphrase-file", passphrase)
    assert made.value["rows"]["tenants"] == 1
    shown = say("--json", "state", "show", tmp_path / "backup", "--passphrase-file", passphrase)
    assert shown.value["tenants"] == ["acme"]
    bare = say("state", "show", tmp_path / "backup")
    assert "tenants 1" in bare.out
    assert "acme" not in bare.out


def test_bad_passphrases_and_files_are_refused(say: Say, tmp_path: Path, passphrase: Path) -> None:
    weak = tmp_path / "weak"
    weak.write_text("short\n")
    weak.chmod(0o600)
    backup = tmp_path / "backup"
    assert say("--json", "state", "backup", backup, "--passphrase-file", weak).error["code"] == "weak-password"
    assert not backup.exists()
    assert say("state", "backup", backup, "--passphrase-file", passphrase).status == 0
    assert say("--json", "state", "backup", backup, "--passphrase-file", passphrase).error["code"] == "conflict"
    wrong = say("--json", "state", "restore", backup, "--passphrase-file", weak, "--replace")
    assert (wrong.status, wrong.error["code"]) == (2, "wrong-passphrase")
    there = say("--json", "state", "restore", backup, "--passphrase-file", passphrase)
    assert (there.status, there.error["code"]) == (2, "state-there")
    weak.chmod(0o644)
    assert say("--json", "state", "show", backup, "--passphrase-file", weak).error["code"] == "key-file-exposed"
    passphrase.unlink()
    assert say("--json", "state", "show", tmp_path / "none").error["code"] == "invalid-input"


def test_in_quarantine_one_looks_and_plans_and_changes_nothing(restored: Say) -> None:
    for words in (GLOBEX, ("tenant", "suspend", "acme"), ("work", "--rounds", 1)):
        said = restored("--json", *words)
        assert (said.status, said.error["code"]) == (2, "quarantined"), words
        assert "mailstead quarantine leave" in said.error["remedy"]
    assert restored("tenant", "list").status == 0
    assert restored("plan").status == 0


def test_what_is_there_and_unknown_is_told_adopted_and_served(restored: Say, tmp_path: Path) -> None:
    shown = restored("--json", "quarantine", "show").value
    assert shown["quarantine"]
    (found,) = [it for it in shown["proposals"] if it["action"] == "adopt"]
    assert (found["subject"], found["command"]) == ("tenant globex", "mailstead quarantine adopt globex FILE")
    assert "machine on kvm1" in restored("quarantine", "show").out
    without = restored("--json", "quarantine", "adopt", "globex")
    assert (without.status, without.error["code"]) == (2, "invalid-input")
    assert "draft" in without.error["remedy"]
    draft = restored("quarantine", "draft", "globex")
    assert 'name = "globex.example"' in draft.out
    assert "bandwidth_mbit = 50\ndisk_iops = 500\nnested = true\n" in draft.out
    (tmp_path / "globex.toml").write_text(draft.out)
    assert restored("quarantine", "adopt", "globex", tmp_path / "globex.toml").status == 0
    assert restored("--json", "quarantine", "adopt", "nobody").error["code"] == "not-found"
    refused = restored("--json", "quarantine", "leave", "--platform", "another")
    assert (refused.status, refused.error["field"]) == (2, "platform")
    assert restored("quarantine", "leave", "--platform", "mailstead").status == 0
    assert restored("--json", "quarantine", "leave", "--platform", "mailstead").error["code"] == "conflict"
    assert restored("apply", "--yes").status == 0
    assert restored("drift").status == 0
    assert "not in quarantine" in restored("quarantine", "show").out


def test_whose_a_host_is_can_be_seen_given_up_and_claimed(say: Say) -> None:
    assert say(*ACME[:5]).status == 0
    (row,) = say("--json", "host", "claims").value
    assert (row["host"], row["holder"], row["generation"]) == ("kvm1", "ours", 1)
    assert say("host", "release", "kvm1", "--yes").status == 0
    (row,) = say("--json", "host", "claims").value
    assert row["holder"] == "nobody"
    assert say("host", "claim", "kvm1").status == 0
    assert say("host", "claim", "kvm1", "--take-over", "--yes").status == 0
    unknown = say("--json", "host", "claim", "kvm9")
    assert (unknown.status, unknown.error["code"]) == (4, "not-found")
