"""A secret reaches the host whole, and nothing else sees it: no log, no error, no traceback, no clear message."""

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import MailsteadError
from mailstead.remoting.calls import Cmdlet
from mailstead.remoting.dotnet import PSCredential, SecureString, Text
from mailstead.remoting.endpoint import Basic, Endpoint
from mailstead.remoting.pool import Fleet
from mailstead.remoting.values import Credential
from mailstead.security.model import Secret
from tests.standin.certificates import Authority
from tests.standin.engine import SIMULATED, Run, simulates
from tests.standin.faults import Kind
from tests.standin.role import Role, Rule
from tests.standin.server import StandIn

CANARY = "cänary-4711 $'\"`\U0001f511"
DOOR = "door-canary-0815"


class SetKey(Cmdlet, name="Set-TestKey", module="Tests"):
    """Takes secrets of both kinds."""

    Name: Text
    Key: SecureString
    Account: PSCredential | None = None


@simulates(SetKey)
def set_key(run: Run, call: SetKey) -> None:
    run.world.append((call.Key, call.Account))


SIMULATION = SIMULATED.pop(SetKey)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Secret, Credential]]:
    monkeypatch.setitem(SIMULATED, SetKey, SIMULATION)
    return []


@pytest.fixture
def standin(tmp_path: Path, authority: Authority, told: list[tuple[Secret, Credential]]) -> Iterator[StandIn]:
    role = Role("Tests", {"Set-TestKey": {"Name": Rule(), "Key": Rule(), "Account": Rule()}})
    with StandIn(told, {"Tests": role}, tmp_path, authority=authority, passwords={"svc": DOOR}) as host:
        yield host


def test_secrets_arrive_and_show_nowhere(
    standin: StandIn, told: list[tuple[Secret, Credential]], caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("pypsrp", "urllib3", "spnego", "mailstead"):  # psrpcore is the host: it may see what it gets
        caplog.set_level(logging.DEBUG, name)
    account = Credential("EXAMPLE\\adm", Secret.of(CANARY))
    call = SetKey(Name="x", Key=Secret.of(CANARY), Account=account)
    endpoint = Endpoint(
        "localhost", "Tests", Basic("svc", Secret.of(DOOR)), standin.port, trust=standin.authority.trust
    )
    fleet = Fleet(SystemClock(), sessions_each=1)
    way = fleet.at(endpoint)
    way.run(call)
    way.run(call)
    assert told == [(Secret.of(CANARY), account)] * 2
    assert standin.actions["Send"] == 1  # the key is exchanged once a session
    texts = [repr(endpoint), repr(call), str(call), repr(way), repr(account)]
    for kind in (Kind.TERMINATING, Kind.LOST_ANSWER, Kind.GARBAGE, Kind.SESSION_LOST):
        way.run(call)  # so that the fault meets the call, and not the opening of a session
        standin.faults.add(kind, "" if kind is Kind.TERMINATING else "Receive")
        with pytest.raises(MailsteadError) as error:
            way.run(call)
        lines = traceback.TracebackException.from_exception(error.value, capture_locals=True).format()
        texts += ["".join(lines), str(error.value.as_dict())]
    fleet.close()
    logged = [record.getMessage() for record in caplog.records if record.name.startswith("pypsrp")]
    assert logged
    for text in texts + logged:
        assert "anary-4711" not in text
        assert DOOR not in text
