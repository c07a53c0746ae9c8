"""`mailstead serve` where it cannot answer: said in our words, with a code, before anything is served."""

from collections.abc import Iterator
from pathlib import Path
from socket import create_server

import pytest

from mailstead.cli.serve.place import Place
from mailstead.wiring.founding import PLATFORM_FILE

from .conftest import Say


@pytest.fixture
def port() -> Iterator[int]:
    """A port at which another program answers."""
    with create_server(("127.0.0.1", 0)) as door:
        yield door.getsockname()[1]


def test_a_port_that_is_taken(say_real: Say, port: int) -> None:
    said = say_real("--json", "serve", "--port", port)
    assert (said.status, said.error["code"], said.error["value"]) == (2, "port-taken", str(port))
    assert said.out == ""
    assert said.err.count("\n") == said.err.rstrip().count("\n") + 1, "nothing but our own error"


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::7"])
def test_an_address_of_another_machine(say_real: Say, address: str) -> None:
    said = say_real("--json", "serve", "--listen", address)
    assert (said.status, said.error["code"]) == (2, "cannot-listen")
    assert address in said.error["message"]


def test_what_is_no_address(say_real: Say) -> None:
    assert say_real("--json", "serve", "--listen", "here").error["field"] == "--listen"


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [(None, 4, "not-found"), (b"", 2, "bad-certificate"), (b"no PEM", 2, "bad-certificate"), (b"\xff", 4, "not-found")],
)
def test_a_certificate_that_cannot_be_used(
    say_real: Say, home: Path, given: bytes | None, status: int, code: str
) -> None:
    with create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    file = home / PLATFORM_FILE
    file.write_text(f'{file.read_text()}\n[web]\nport = {port}\ncertificate = "chain.pem"\nkey = "key.pem"\n')
    for name in ("chain.pem", "key.pem") if given is not None else ():
        (home / name).write_bytes(given or b"")
    said = say_real("--json", "serve")
    assert (said.status, said.error["code"]) == (status, code)


def test_a_place_is_free_again_at_once_after_it_was_left() -> None:
    with create_server(("127.0.0.1", 0)) as door:
        place = Place("127.0.0.1", door.getsockname()[1])
    place.taken().close()
    place.taken().close()
