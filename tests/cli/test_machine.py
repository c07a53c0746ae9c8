"""mailstead machine …, mailstead host drain | resume | events: in words and in JSON, on hosts in memory."""

from datetime import timedelta
from pathlib import Path

import pytest

from mailstead.hypervisors.drivers.memory_operations import MemoryEvents
from mailstead.hypervisors.operating import HostEvent
from mailstead.wiring import found_platform
from mailstead.wiring.memory import Outside

from .conftest import PLATFORM, Say

TWO = PLATFORM.replace("\n[dns]", '[[sites.hosts]]\nname = "kvm2"\ndriver = "memory"\n\n[dns]')


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A platform of two hosts."""
    found_platform(tmp_path / "home", TWO)
    return tmp_path / "home"


@pytest.fixture
def acme(say: Say) -> str:
    """A tenant in service, and the host it is on."""
    assert say("tenant", "add", "acme", "--domain", "acme.example").status == 0
    host: str = say("--json", "tenant", "show", "acme").value["host"]
    return host


def _other(host: str) -> str:
    return {"kvm1": "kvm2", "kvm2": "kvm1"}[host]


def test_a_machine_is_shown(say: Say, acme: str) -> None:
    shown = say("--json", "machine", "show", "acme").value
    assert (shown["node"], shown["state"], shown["checkpoints"]) == (acme, "on", [])
    assert "heartbeat" in say("machine", "show", "acme").out


def test_a_checkpoints_life(say: Say, acme: str) -> None:
    assert say("machine", "checkpoint", "list", "acme").out.strip() == "acme has no checkpoints"
    made = say("machine", "checkpoint", "make", "acme", "before-update")
    assert "production checkpoint before-update of acme" in made.out
    listed = say("--json", "machine", "checkpoint", "list", "acme").value
    assert [(row["label"], row["kind"]) for row in listed] == [("before-update", "production")]
    again = say("--json", "machine", "checkpoint", "make", "acme", "before-update")
    assert (again.status, again.error["code"]) == (2, "checkpoint-there")
    kept = say("--json", "machine", "checkpoint", "restore", "acme", "before-update")
    assert (kept.status, kept.error["code"]) == (2, "unsafe-plan")
    assert "--allow-loss 'machine acme'" in kept.error["remedy"]
    words = ("machine", "checkpoint", "restore", "acme", "before-update", "--allow-loss", "machine acme", "--yes")
    restored = say(*words)
    assert restored.status == 0
    assert "loses all mail and changes of acme since" in restored.out
    assert say("drift").status == 0
    assert say("machine", "checkpoint", "remove", "acme", "before-update", "--yes").status == 0
    gone = say("--json", "machine", "checkpoint", "remove", "acme", "before-update")
    assert (gone.status, gone.error["code"]) == (4, "no-such-checkpoint")


@pytest.mark.parametrize("label", ["Before", "a b", "a'; Remove-VM", "a\nb"])
def test_a_label_that_cannot_be_is_refused(say: Say, acme: str, label: str) -> None:
    said = say("--json", "machine", "checkpoint", "make", "acme", label)
    assert (said.status, said.error["code"], said.error["field"]) == (2, "bad-label", "label")


def test_a_machine_is_exported_and_never_taken_in_beside_itself(say: Say, acme: str) -> None:
    exported = say("--json", "machine", "export", "acme", "--to", "friday").value
    assert exported["status"] == "done"
    assert "acme/export/friday" in exported["configuration"]
    twice = say("--json", "machine", "export", "acme", "--to", "friday")
    assert (twice.status, twice.value["error"]["code"]) == (2, "export-there")
    beside = say("--json", "machine", "import", "acme", "--from", exported["configuration"])
    assert (beside.status, beside.error["code"]) == (2, "machine-there")


def test_what_was_lost_is_taken_in_from_its_export(say: Say, acme: str, worlds: dict[str, Outside]) -> None:
    exported = say("--json", "machine", "export", "acme", "--to", "friday").value
    worlds["one"].hosts[acme].machines.remove("acme")
    nowhere = say("--json", "machine", "import", "acme", "--from", "/nowhere/x.vmcx")
    assert (nowhere.status, nowhere.value["error"]["code"]) == (4, "no-such-export")
    assert say("machine", "import", "acme", "--from", exported["configuration"], "--yes").status == 0
    assert say("--json", "machine", "show", "acme").value["state"] == "off"
    assert say("apply", "acme", "--yes").status == 0
    assert say("drift").status == 0


def test_a_machine_moves_with_all_that_is_its(say: Say, acme: str) -> None:
    moved = say("--json", "machine", "move", "acme", "--node", _other(acme)).value
    assert (moved["status"], len(moved["steps"])) == ("done", 5)
    assert say("--json", "machine", "show", "acme").value["node"] == _other(acme)
    assert say("drift").status == 0
    assert say("--json", "machine", "move", "acme", "--node", _other(acme)).value["status"] == "done"


def test_a_move_to_nowhere_is_refused(say: Say, acme: str) -> None:
    said = say("--json", "machine", "move", "acme", "--node", "hv99")
    assert (said.status, said.error["code"]) == (2, "unknown-host")


def test_a_host_is_emptied_takes_nobody_and_comes_back(say: Say, acme: str) -> None:
    planned = say("--json", "host", "drain", acme, "--dry-run").value
    assert planned == {"host": acme, "by_cluster": False, "moves": [{"tenant": "acme", "to": _other(acme)}]}
    drained = say("--json", "host", "drain", acme, "--reason", "new firmware")
    assert (drained.status, drained.value) == (0, {"host": acme, "moved": ["acme"]})
    assert say("--json", "machine", "show", "acme").value["node"] == _other(acme)
    listed = {row["host"]: row["maintenance"] for row in say("--json", "host", "list").value}
    assert "new firmware" in listed[acme]
    assert listed[_other(acme)] == ""
    assert say("drift").status == 0
    back = say("--json", "machine", "move", "acme", "--node", acme)
    assert (back.status, back.error["code"]) == (2, "host-in-maintenance")
    assert "new firmware" in back.error["message"]
    added = say("--json", "tenant", "add", "globex", "--domain", "globex.example").value
    assert added["status"] == "done"
    assert say("--json", "tenant", "show", "globex").value["host"] == _other(acme)
    assert say("--json", "host", "drain", _other(acme)).error["code"] == "host-in-maintenance"
    assert say("host", "resume", acme).status == 0
    assert say("machine", "move", "acme", "--node", acme, "--yes").status == 0


def test_what_a_host_logged_is_shown(say: Say, acme: str, worlds: dict[str, Outside]) -> None:
    assert say("host", "events", acme).out.strip() == "nothing since 1h"
    log = worlds["one"].hosts[acme].events
    assert isinstance(log, MemoryEvents)
    now = worlds["one"].clock.now()
    for hours, number in ((5, 1), (0, 18590)):
        log.lines.append(HostEvent(now - timedelta(hours=hours), "error", "Hyper-V-Worker-Admin", number, "fatal"))
    assert [row["number"] for row in say("--json", "host", "events", acme).value] == [18590]
    assert [row["number"] for row in say("--json", "host", "events", acme, "--since", "1d").value] == [1, 18590]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("events", "kvm1", "--since", "yesterday"), "invalid-input"),
        (("events", "hv99"), "not-found"),
        (("drain", "hv99"), "unknown-host"),
        (("resume", "hv99"), "unknown-host"),
    ],
)
def test_bad_words_about_hosts_are_refused(say: Say, words: tuple[str, ...], code: str) -> None:
    assert say("--json", "host", *words).error["code"] == code


def test_a_tenant_that_is_not_there_is_told(say: Say) -> None:
    for words in (("show", "nobody"), ("move", "nobody", "--node", "kvm1"), ("export", "nobody", "--to", "x")):
        assert say("--json", "machine", *words).error["code"] == "not-found"
