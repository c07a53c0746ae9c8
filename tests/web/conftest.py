"""One house for the tests of a module: setting it up costs a second of password hashes."""

from collections.abc import Iterator

import pytest

from .house import House, house_in


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_in(tmp_path_factory.mktemp("house")) as made:
        yield made
