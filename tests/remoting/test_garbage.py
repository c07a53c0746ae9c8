"""Whatever a host answers while a session opens, it ends, and in an error of ours."""

import re
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypsrp.exceptions import WinRMTransportError

from mailstead.ground.clock import VirtualClock
from mailstead.ground.errors import MailsteadError
from mailstead.remoting.endpoint import Endpoint, Kerberos
from mailstead.remoting.errors import HostSilent
from mailstead.remoting.runspace import OPEN_S, Transport
from mailstead.remoting.session import Session
from tests.standin.wsman import NAMES

RSP = NAMES["rsp"]


class Playing(Transport):
    """Answers each message as a host would that has lost its mind."""

    def __init__(self, endpoint: Endpoint, clock: VirtualClock, answer: Callable[[bytes], bytes]) -> None:
        super().__init__(endpoint, clock)
        self._answer = answer
        self._connection.post = self._post  # type: ignore[method-assign]  # no network here

    def _post(self, message: bytes, timeout_s: float) -> Any:
        self._clock.sleep(1)
        return type("Response", (), {"status": 200, "body": self._answer(message)})


def _session(answer: Callable[[bytes], bytes]) -> Session:
    clock = VirtualClock()
    endpoint = Endpoint("hv01", "Mailstead.Host", Kerberos())
    session = Session(endpoint, clock)
    runspace = session._runspace
    runspace.transport = runspace.wsman.transport = Playing(endpoint, clock, answer)
    return session


def _envelope(message: bytes, body: str) -> bytes:
    number = re.search(rb"MessageID>([^<]*)<", message)
    relates = number[1].decode() if number else ""
    return (
        f'<s:Envelope xmlns:s="{NAMES["s"]}" xmlns:a="{NAMES["a"]}" xmlns:rsp="{RSP}"><s:Header>'
        f"<a:RelatesTo>{relates}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    ).encode()


def _received(fragments: bytes) -> str:
    stream = f'<rsp:Stream Name="stdout">{b64encode(fragments).decode()}</rsp:Stream>'
    return f"<rsp:ReceiveResponse>{stream}</rsp:ReceiveResponse>"


def _fragment(kind: int, xml: str) -> bytes:
    message = (1).to_bytes(4, "little") + kind.to_bytes(4, "little") + bytes(32) + xml.encode()
    return (1).to_bytes(8) + bytes(8) + b"\x03" + len(message).to_bytes(4) + message


KINDS = st.sampled_from([0x10002, 0x21005, 0x21009, 0x10006, 0x41004, 0x41006, 0x21100, 0xDEAD])
XML = st.sampled_from(
    [
        "",
        "<S>x</S>",
        "<Obj />",
        '<Obj RefId="0"><MS><I32 N="RunspaceState">7</I32></MS></Obj>',
        "<Obj><MS>",
        "\ufeff<Nil/>",
    ]
)
BODIES = st.one_of(
    st.just(""),
    st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=20),
    st.binary(max_size=60).map(_received),
    st.builds(_fragment, KINDS, XML).map(_received),
)


@given(BODIES)
@settings(max_examples=150, deadline=5000)
@pytest.mark.filterwarnings("ignore:.*RunspacePoolWarning.*")
def test_a_mad_host_gives_an_error_of_ours(body: str) -> None:
    session = _session(lambda message: _envelope(message, body))
    with pytest.raises(MailsteadError):
        session.open()


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=5000)
def test_so_does_one_that_speaks_no_soap(body: bytes) -> None:
    with pytest.raises(MailsteadError):
        _session(lambda _: body).open()


def test_a_host_that_answers_and_never_opens_is_given_up() -> None:
    session = _session(lambda message: _envelope(message, _received(b"")))
    with pytest.raises(HostSilent):
        session.open()
    assert session._clock.monotonic() < OPEN_S + 5


def test_a_status_without_a_fault_is_one_too() -> None:
    def refuse(_: bytes) -> bytes:
        raise WinRMTransportError("http", 502, "<html>Bad gateway</html>")

    with pytest.raises(MailsteadError):
        _session(refuse).open()
