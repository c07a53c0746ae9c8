"""A stage for every test. Slow things that no test here is about are made cheap: RSA keys and password hashes."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from mailstead.lifecycle import chance, keys
from mailstead.security.model import Secret
from mailstead.security.passwords import hash_password

from .stage import Stage, open_stage


@pytest.fixture(autouse=True)
def _cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chance, "make_pair", cache(keys.make_pair))
    monkeypatch.setattr(chance, "hash_password", cheap_hash)


@cache
def _one_hash() -> str:
    return hash_password(Secret.of("a pass phrase that nobody uses"))


def cheap_hash(password: Secret) -> str:
    """Return a hash of the right form, with a salt part that differs from password to password."""
    kind, *rest, salt, digest = _one_hash().split("$")
    mark = sha256(password.reveal()).hexdigest()[:12]
    return "$".join([kind, *rest, mark + salt[12:], digest])


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = open_stage(tmp_path)
    yield made
    made.engine.close()
