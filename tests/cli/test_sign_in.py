"""mailstead sign-in …: providers of OpenID Connect."""

import io
from pathlib import Path

import pytest

from mailstead.security.store import Vault
from mailstead.state.database import Database
from mailstead.wiring.founding import PLATFORM_FILE
from mailstead.wiring.sign_ins import secret_name

from .conftest import Say

CORP = """
[[sign_in]]
name = "corp"
label = "Corp"
issuer = "https://login.corp.example"
client_id = "mailstead"

[sign_in.second_factor]
values = ["mfa"]
"""
SECRET = "of the client, and of nobody else"


@pytest.fixture
def corp(say: Say, home: Path) -> Say:
    """A platform whose file names a provider."""
    with (home / PLATFORM_FILE).open("a") as file:
        file.write(CORP)
    return say


def test_providers_are_listed(corp: Say) -> None:
    (row,) = corp("--json", "sign-in", "list").value
    told = {"name": "corp", "label": "Corp", "issuer": "https://login.corp.example", "second_factor": "amr: mfa"}
    assert row == told


def test_without_one_it_is_told_how_to_add_it(say: Say) -> None:
    assert "docs/sign-in.md" in say("sign-in", "list").out


def test_a_secret_comes_by_standard_input_and_is_kept_in_the_vault(
    corp: Say, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))
    said = corp("sign-in", "secret", "corp")
    assert said.status == 0
    assert SECRET not in said.out + said.err
    vault = Vault(Database(f"sqlite:///{home}/state.sqlite"), home / "mailstead.key")
    assert vault.get("", secret_name("corp")).reveal_text() == SECRET


def test_a_provider_is_asked_what_it_is(corp: Say) -> None:
    told = corp("--json", "sign-in", "check", "corp").value
    assert (told["issuer"], told["keys"], told["pkce"], told["findings"]) == ("https://login.corp.example", 1, True, [])


@pytest.mark.parametrize(
    ("words", "given", "status"),
    [(("secret", "corp"), "\n", 2), (("secret", "other"), "x", 4), (("check", "other"), "", 4)],
    ids=["empty", "other", "check"],
)
def test_what_cannot_be_done_is_refused(
    corp: Say, words: tuple[str, ...], given: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    said = corp("--json", "sign-in", *words)
    assert said.status == status
    assert said.error["remedy"]


def test_what_opens_somebodys_account_is_listed_and_taken_away(corp: Say) -> None:
    corp("person", "add", "olga@ops.example", "--role", "owner")
    assert "signs in here alone" in corp("person", "sign-in", "list", "olga@ops.example").out
    assert corp("--json", "person", "sign-in", "remove", "olga@ops.example", "x").error["code"] == "not-found"
