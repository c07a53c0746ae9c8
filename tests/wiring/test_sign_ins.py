"""Providers as the platform's file names them."""

from pathlib import Path
from typing import Any

import pytest

from mailstead.ground.clock import VirtualClock
from mailstead.ground.errors import InvalidInput, MailsteadError
from mailstead.security.keyfile import create_key_file
from mailstead.security.model import Secret
from mailstead.security.store import Vault
from mailstead.sites.model import Platform
from mailstead.state.database import Database
from mailstead.wiring.sign_ins import keep_secret, providers_of
from tests.people.peer import CLIENT, SECRET, serving

CORP: dict[str, Any] = {"name": "corp", "label": "Corp", "issuer": "https://login.example", "client_id": CLIENT}
HOSTS = {"sites": [{"name": "home", "hosts": [{"name": "kvm1", "driver": "memory"}]}]}


def _platform(**sign_in: object) -> Platform:
    return Platform.parse({**HOSTS, "sign_in": [CORP | sign_in]})


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    create_key_file(tmp_path / "key")
    database = Database("sqlite://")
    database.migrate()
    return Vault(database, tmp_path / "key")


def test_a_provider_of_the_file_is_asked_with_the_secret_of_the_vault(tmp_path: Path, vault: Vault) -> None:
    clock = VirtualClock()
    with serving(tmp_path, clock) as peer:
        platform = _platform(issuer=peer.issuer, private=True, trust="peer.pem")
        there = providers_of(platform, tmp_path, vault, clock)["corp"]
        with pytest.raises(MailsteadError, match="no client secret") as refusal:
            there.standing()
        assert refusal.value.remedy == "keep it: mailstead sign-in secret corp"
        keep_secret(vault, "corp", Secret.of(SECRET))
        assert there.standing().keys == 1
        assert (there.label, there.issuer) == ("Corp", peer.issuer)


def test_private_addresses_are_asked_where_the_file_says_so_and_nowhere_else(tmp_path: Path, vault: Vault) -> None:
    with serving(tmp_path, VirtualClock()) as peer:
        there = providers_of(_platform(issuer=peer.issuer, trust="peer.pem"), tmp_path, vault, VirtualClock())["corp"]
        with pytest.raises(MailsteadError, match="not on the internet"):
            there.standing()
        assert not peer.asked


@pytest.mark.parametrize(("content", "code"), [(None, "not-found"), ("no certificate", "invalid-input")])
def test_certificates_that_cannot_be_read_are_told(
    tmp_path: Path, vault: Vault, content: str | None, code: str
) -> None:
    if content:
        (tmp_path / "ca.pem").write_text(content)
    with pytest.raises(MailsteadError) as refusal:
        providers_of(_platform(trust="ca.pem"), tmp_path, vault, VirtualClock())
    assert (refusal.value.code, refusal.value.field) == (code, "trust")


WRONG: dict[str, dict[str, object]] = {
    "no TLS": {"issuer": "http://login.example"},
    "a query": {"issuer": "https://login.example/?tenant=x"},
    "a fragment": {"issuer": "https://login.example/#x"},
    "a password": {"issuer": "https://olga:secret@login.example"},
    "no host": {"issuer": "https://"},
    "two lines": {"label": "Corp\nMore"},
    "no label": {"label": ""},
    "a space in it": {"client_id": "mail stead"},
    "a path": {"name": "../corp"},
    "no values": {"second_factor": {"claim": "amr", "values": []}},
    "unknown": {"client_secret": "does not belong into a file"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_meant_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidInput):
        _platform(**WRONG[wrong])


def test_two_providers_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidInput, match="two sign-ins are named corp"):
        Platform.parse({**HOSTS, "sign_in": [CORP, CORP]})
