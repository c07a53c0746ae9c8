"""A secret does not show itself by accident."""

import json
import logging
import pickle
from dataclasses import dataclass

import pytest

from mailstead.security.model import Secret


@dataclass(frozen=True)
class Holder:
    name: str
    key: Secret


def test_no_way_of_printing_shows_it(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret.of("hunter2")
    holder = Holder("acme", secret)
    logging.getLogger("test").warning("made %s for %r", secret, holder)
    texts = [str(secret), repr(secret), f"{secret:>40}", "%s" % secret, str([secret]), repr(holder), caplog.text]  # noqa: UP031
    assert all("hunter2" not in text and "***" in text for text in texts)


def test_it_is_revealed_when_asked() -> None:
    assert Secret.of("grün").reveal() == "grün".encode()
    assert Secret.of(b"x").reveal_text() == "x"


def test_it_goes_into_no_json_pickle_or_set() -> None:
    secret = Secret.of("hunter2")
    for leak in (json.dumps, pickle.dumps, hash):
        with pytest.raises(TypeError):
            leak(secret)


def test_equal_values_are_equal() -> None:
    assert Secret.of("a") == Secret.of(b"a")
    assert Secret.of("a") != Secret.of("b")
    assert Secret.of("a") != "a"
