"""People and tokens at the command line: what an operator at the machine itself does with them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from .conftest import Say

OLGA = ("person", "add", "olga@ops.example", "--role", "owner")


@pytest.fixture
def olga(say: Say) -> Say:
    assert say(*OLGA).status == 0
    return say


def test_a_new_platform_has_its_first_owner_by_one_command(say_real: Say, tmp_path: Path) -> None:
    said = say_real("init", "--owner", "olga@ops.example", at=tmp_path / "fresh")
    assert said.status == 0, said
    assert "made" in said.out
    assert "https://localhost:8443/invitation/" in said.out
    listed = say_real("--json", "person", "list", at=tmp_path / "fresh")
    assert [(row["address"], row["role"]) for row in listed.value] == [("olga@ops.example", "owner")]


def test_a_bad_owner_founds_nothing(say_real: Say, tmp_path: Path) -> None:
    said = say_real("--json", "init", "--owner", "no address", at=tmp_path / "fresh")
    assert (said.status, said.error["field"]) == (2, "address")
    assert not (tmp_path / "fresh").exists()


def test_who_is_invited_gets_a_link_and_the_trail_names_the_operator(olga: Say) -> None:
    said = olga("--json", "person", "add", "otto@ops.example", "--role", "admin", "--language", "de")
    assert said.value["link"].startswith("https://localhost:8443/invitation/")
    trail = olga("--json", "audit", "list").value[0]
    assert (trail["action"], trail["subject"]) == ("person.invite", "otto@ops.example")
    assert trail["actor"].startswith("os:")
    assert said.value["link"].rpartition("/")[2] not in trail["details"]


def test_a_tenants_administrator_is_shown_with_the_tenant(olga: Say) -> None:
    olga("tenant", "add", "acme", "--domain", "acme.example")
    said = olga("person", "add", "alice@acme.example", "--role", "tenant-admin", "--tenant", "acme")
    assert said.status == 0, said
    shown = olga("--json", "person", "show", "alice@acme.example").value
    assert (shown["tenants"], shown["factors"], shown["disabled"]) == (["acme"], [], False)
    assert "acme" in olga("person", "list", "--search", "alice").out


REFUSED = [
    (("person", "add", "x@y.example", "--role", "tenant-admin"), 2, "invalid-input"),
    (("person", "add", "x@y.example", "--role", "god"), 2, "invalid-input"),
    (("person", "add", "x@y.example", "--role", "user", "--tenant", "initech"), 4, "not-found"),
    (("person", "add", "OLGA@ops.example", "--role", "reader"), 2, "person-there"),
    (("person", "show", "nobody@ops.example"), 4, "not-found"),
    (("person", "disable", "olga@ops.example"), 2, "last-owner"),
    (("person", "remove", "olga@ops.example", "--yes"), 2, "last-owner"),
    (("person", "change", "olga@ops.example", "--role", "reader"), 2, "last-owner"),
    (("person", "factor", "remove", "olga@ops.example", "x"), 4, "not-found"),
    (("token", "add", "olga@ops.example", "x", "--scope", "people:write"), 2, "invalid-input"),
    (("token", "add", "olga@ops.example", "x", "--scope", "all"), 2, "invalid-input"),
    (("token", "add", "olga@ops.example", "x", "--scope", "mail:read", "--days", "400"), 2, "invalid-input"),
]


@pytest.mark.parametrize(("words", "status", "code"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_done_is_refused(olga: Say, words: tuple[str, ...], status: int, code: str) -> None:
    said = olga("--json", *words)
    assert (said.status, said.error["code"]) == (status, code)
    assert said.error["remedy"]
    assert [row["address"] for row in olga("--json", "person", "list").value] == ["olga@ops.example"]


def test_somebody_is_changed_disabled_enabled_reset_and_removed(olga: Say) -> None:
    olga("person", "add", "otto@ops.example", "--role", "admin")
    changed = olga("--json", "person", "change", "otto@ops.example", "--role", "reader").value
    assert changed["role"] == "reader"
    assert olga("--json", "person", "disable", "otto@ops.example").value["disabled"] is True
    assert olga("--json", "person", "enable", "otto@ops.example").value["disabled"] is False
    assert "/invitation/" in olga("--json", "person", "reset", "otto@ops.example").value["link"]
    assert olga("person", "remove", "otto@ops.example", "--yes").status == 0
    assert "otto" not in olga("person", "list").out
    deeds = [row["action"] for row in olga("--json", "audit", "list").value][:5]
    assert deeds == ["person.remove", "person.reset", "person.enable", "person.disable", "person.change"]


def test_a_token_is_shown_once_listed_and_revoked(olga: Say) -> None:
    made = olga("--json", "token", "add", "olga@ops.example", "backup script", "--scope", "tenants:read").value
    assert made["token"].startswith("mst_")
    listed = olga("--json", "token", "list", "olga@ops.example")
    assert made["token"] not in listed.out
    assert [(row["name"], row["scopes"]) for row in listed.value] == [("backup script", ["tenants:read"])]
    assert olga("token", "revoke", "olga@ops.example", made["id"]).status == 0
    assert olga("--json", "token", "list", "olga@ops.example").value == []


def test_who_is_signed_in_nowhere_and_has_no_factor_is_told_so(olga: Say) -> None:
    assert "signed in nowhere" in olga("person", "session", "list", "olga@ops.example").out
    assert "no second factor" in olga("person", "factor", "list", "olga@ops.example").out
    assert olga("--json", "person", "session", "revoke", "olga@ops.example").value == {"ended": 0}


def test_a_link_and_a_session_do_not_come_back_with_an_old_state(olga: Say, home: Path, tmp_path: Path) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("a backup has a passphrase of its own\n")
    passphrase.chmod(0o600)
    assert rows(home, "links") == 1
    assert olga("state", "backup", tmp_path / "backup", "--passphrase-file", passphrase).status == 0
    said = olga("state", "restore", tmp_path / "backup", "--passphrase-file", passphrase, "--replace")
    assert said.status == 0, said
    assert (rows(home, "people"), rows(home, "links")) == (1, 0)


def rows(home: Path, table: str) -> int:
    with closing(sqlite3.connect(home / "state.sqlite")) as connection:
        number: int = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  # ours
    return number
