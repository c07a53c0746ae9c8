"""A stage for every test. Slow things that no test here is about are made cheap: RSA keys and password hashes."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from mailstead.lifecycle import chance, keys
from mailstead.security.model import Secret
from mailstead.security.passwords import hash_password

from .scenes import Scenes
from .stage import Stage, open_stage
from .sweep import Sweep

_one_pair = cache(keys.make_pair)


@pytest.fixture(scope="module", autouse=True)  # no longer: mailbox users of other folders' tests sign in
def _cheap_keys() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chance, "make_pair", _one_pair)
        patch.setattr(chance, "hash_password", cheap_hash)
        yield


@cache
def _one_hash() -> str:
    return hash_password(Secret.of("a pass phrase that nobody uses"))


def cheap_hash(password: Secret) -> str:
    """Return a hash of the right form, with a salt part that differs from password to password."""
    kind, *rest, salt, digest = _one_hash().split("$")
    mark = sha256(password.reveal()).hexdigest()[:12]
    return "$".join([kind, *rest, mark + salt[12:], digest])


@pytest.fixture(scope="session")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Scenes:
    return Scenes(tmp_path_factory.mktemp("scenes"))


@pytest.fixture(scope="session")
def sweep(scenes: Scenes, tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return Sweep(scenes, tmp_path_factory.mktemp("sweep"))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = open_stage(tmp_path)
    yield made
    made.close()
