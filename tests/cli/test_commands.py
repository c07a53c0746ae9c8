"""The commands: what they teach, what they give in words and in JSON, and with which status they end."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from mailstead.cli.app import app
from mailstead.cli.program import WORDS
from mailstead.wiring.memory import Outside

from .conftest import Say

ACME = ("tenant", "add", "acme", "--domain", "acme.example")


def _commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    command = getattr(command, "real", command)
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands(below, (*path, name))


COMMANDS = dict(_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_and_each_of_its_words(say: Say, path: tuple[str, ...]) -> None:
    said = say(*path, "--help")
    assert said.status == 0
    assert "Usage:" in said.out
    command = COMMANDS[path]
    assert command.help, "a command says what it does"
    assert command.help.rstrip().endswith((".", "…", "1024")), command.help
    for option in command.params:
        if option.param_type_name == "option":
            assert option.help, f"{' '.join(path)}: {option.name} has no help"


@pytest.mark.parametrize("word", WORDS)
def test_the_list_of_commands_says_of_each_what_it_says_itself(word: str) -> None:
    assert COMMANDS[word,].help.startswith(WORDS[word].help.rstrip("."))


def test_the_list_of_commands_waits_for_nothing_that_they_need() -> None:
    listed = "import sys; from mailstead.cli import main\ntry: main()\nfinally: print('loaded:', *sys.modules)"
    said = subprocess.run([sys.executable, "-c", listed, "--help"], capture_output=True, text=True, check=True)
    loaded = said.stdout.partition("loaded:")[2].split()
    assert "mailstead.cli.app" in loaded
    assert {"mailstead.wiring", "sqlalchemy", "pydantic", "dbos"}.isdisjoint(loaded)


def test_the_issues_commands_are_all_there() -> None:
    wanted = {
        "tenant": "add show list resize suspend resume remove purge",
        "order": "list show watch cancel retry",
        "mailbox": "add list set remove import",
        "alias": "add list set remove",
        "list": "add list set remove",
        "domain": "add list set remove",
    }
    for group, names in wanted.items():
        assert {(group, name) for name in names.split()} <= COMMANDS.keys()
    assert {("plan",), ("apply",), ("drift",), ("check",), ("schema",), ("demo",)} <= COMMANDS.keys()


def test_the_release_is_told(say: Say) -> None:
    assert say("--version").out.startswith("mailstead 0.")


def test_json_may_stand_anywhere(say: Say) -> None:
    say(*ACME)
    first = say("--json", "tenant", "list").value
    assert first == say("tenant", "--json", "list").value == say("tenant", "list", "--json").value
    assert first[0]["tenant"] == "acme"


@pytest.mark.parametrize("what", ["platform", "tenant"])
def test_the_schema_is_one_that_names_every_key(say: Say, what: str) -> None:
    schema = say("schema", what).value
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    assert {"platform": "sites", "tenant": "domains"}[what] in schema["required"]
    known = set(schema["$defs"])
    assert known
    for reference in _references(schema):
        assert reference.removeprefix("#/$defs/") in known
    for definition in schema["$defs"].values():
        assert "enum" in definition or definition["additionalProperties"] is False


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (entry for key, entry in value.items() if key == "$ref")
        for entry in value.values():
            yield from _references(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _references(entry)


def test_an_unknown_schema_is_a_misuse(say: Say) -> None:
    assert say("schema", "nonsense").status == 2


def test_a_tenants_whole_life_in_commands(say: Say) -> None:
    added = say("--json", *ACME)
    assert (added.status, added.value["status"]) == (0, "done")
    assert len(added.value["steps"]) == 12
    mailbox = say("--json", "mailbox", "add", "anna@acme.example")
    assert mailbox.value["password"]
    assert say("mailbox", "set", "anna@acme.example", "--quota-mib", 9, "--disable").status == 0
    assert say("alias", "add", "info@acme.example", "--to", "anna@acme.example").status == 0
    assert say("list", "add", "all@acme.example", "--member", "anna@acme.example").status == 0
    assert say("domain", "add", "acme", "acme.test").status == 0
    assert say("domain", "set", "acme.test", "--catch-all", "anna@acme.example").status == 0
    shown = say("tenant", "show", "acme", "--toml")
    assert 'catch_all = "anna@acme.example"' in shown.out
    assert mailbox.value["password"] not in shown.out
    assert say("tenant", "resize", "acme", "--memory-mib", 1024).status == 0
    assert say("tenant", "suspend", "acme").status == 0
    assert say("tenant", "resume", "acme").status == 0
    assert say("--json", "plan").value == {"files": [], "tenants": []}
    assert say("drift").status == 0
    assert say("tenant", "remove", "acme", "--yes").status == 0
    early = say("--json", "tenant", "purge", "acme", "--confirm", "acme")
    assert (early.status, early.error["code"]) == (2, "conflict")
    assert say("tenant", "purge", "acme", "--confirm", "globex", "--now").status == 1
    assert say("tenant", "purge", "acme", "--confirm", "acme", "--now").status == 0
    assert say("--json", "tenant", "list").value == []
    assert {order["status"] for order in say("--json", "order", "list").value} == {"done"}


def test_limits_are_given_shown_planned_and_lifted(say: Say, home: Path) -> None:
    assert say(*ACME, "--bandwidth-mbit", 50, "--nested").status == 0
    assert say("tenant", "resize", "acme", "--disk-iops", 500, "--no-nested").status == 0
    shown = say("--json", "tenant", "show", "acme").value
    assert (shown["bandwidth_mbit"], shown["disk_iops"], shown["nested"]) == (50, 500, False)
    file = say("tenant", "show", "acme", "--toml").out
    assert "disk_iops = 500" in file
    (home / "tenants" / "acme.toml").write_text(file.replace("500", "900").replace("bandwidth_mbit = 50\n", ""))
    assert say("--json", "plan").value["files"] == [{"kind": "update", "subject": "tenant acme", "loses": ""}]
    assert say("--json", "apply").status == 0
    shown = say("--json", "tenant", "show", "acme").value
    assert (shown["bandwidth_mbit"], shown["disk_iops"]) == (0, 900)
    assert say("drift").status == 0


def test_tenants_in_files_are_planned_then_applied(say: Say, home: Path) -> None:
    (home / "tenants" / "acme.toml").write_text('[[domains]]\nname = "acme.example"\n')
    planned = say("--json", "plan").value
    assert planned["files"] == [{"kind": "create", "subject": "tenant acme", "loses": ""}]
    applied = say("--json", "apply").value
    assert [order["status"] for order in applied["orders"]] == ["done"]
    assert say("--json", "apply").value == {"orders": []}


def test_drift_ends_with_3_and_apply_heals_it(say: Say, worlds: dict[str, Outside]) -> None:
    say(*ACME)
    worlds["one"].hosts["kvm1"].machines.stop("acme", graceful_s=0)
    said = say("--json", "drift")
    assert said.status == 3
    assert "machine acme" in [change["subject"] for change in said.value[0]["changes"]]
    assert say("apply", "--yes").status == 0
    assert say("drift").status == 0


def test_a_dry_run_shows_the_plan_and_changes_nothing(say: Say) -> None:
    subjects = [change["subject"] for change in say("--json", *ACME, "--dry-run").value["changes"]]
    assert {"segment acme", "machine acme", "data disk of acme"} <= set(subjects)
    assert say("--json", "tenant", "list").value == []


def test_check_looks_from_outside(say: Say) -> None:
    say(*ACME)
    said = say("--json", "check", "acme")
    assert said.status in {0, 3}
    assert json.dumps(said.value).count('"check"') > 10


def test_an_order_without_waiting_is_carried_out_by_whoever_watches_it(say: Say) -> None:
    given = say("--json", *ACME, "--no-wait").value
    assert given["status"] == "queued"
    assert say("--json", "order", "watch", given["order"]).value["status"] == "done"
    assert say("--json", "order", "retry", given["order"]).error["code"] == "not-retryable"


def test_a_cancelled_order_ends_with_8_when_it_is_watched(say: Say) -> None:
    order = say("--json", *ACME, "--no-wait").value["order"]
    assert say("order", "cancel", order).status == 0
    assert say("order", "watch", order).status == 8
    assert say("--json", "order", "retry", order).value["status"] == "done"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_is_told_how_to_complete(say: Say, shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_MAILSTEAD_COMPLETE", f"source_{shell}")
    assert f"_MAILSTEAD_COMPLETE=complete_{shell}" in say().out


def test_the_shell_completes_a_command(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_MAILSTEAD_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "mailstead tenant res")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert say().out.split() == ["resize", "resume"]


def test_founding_twice_keeps_what_is_there(say_real: Say, tmp_path: Path) -> None:
    first = say_real("--json", "init", at=tmp_path / "new")
    assert first.status == 0
    key = (tmp_path / "new" / "mailstead.key").read_bytes()
    assert say_real("--json", "init", at=tmp_path / "new").value == {"made": []}
    assert (tmp_path / "new" / "mailstead.key").read_bytes() == key


def test_forwarding_vacation_and_what_users_may_are_said_and_taken_back(say: Say) -> None:
    say(*ACME)
    for name in ("anna", "bert"):
        say("mailbox", "add", f"{name}@acme.example")
    anna = ("anna@acme.example",)
    assert say("mailbox", "forward", *anna, "--to", "x@far.example").status == 2
    assert say("tenant", "self-service", "acme", "--forwarding", "anywhere", "--aliases", "2").status == 0
    assert say("mailbox", "forward", *anna, "--to", "x@far.example", "--no-keep").status == 0
    days = ("--begins", "2026-07-01", "--ends", "2026-07-09", "--time-zone", "Europe/Berlin")
    assert say("mailbox", "vacation", *anna, "--text", "away", *days).status == 0
    shown = say("tenant", "show", "acme", "--toml").out
    for line in ("keep = false", "aliases = 2", 'text = "away"', 'begins = "2026-07-01"', "x@far.example"):
        assert line in shown
    assert say("mailbox", "vacation", *anna, "--off").status == 0
    assert say("mailbox", "forward", *anna, "--off").status == 0
    assert "far.example" not in say("tenant", "show", "acme", "--toml").out
