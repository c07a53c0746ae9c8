"""What goes wrong on the wire, against real servers: wrong keys, lost answers, silence, others at work."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace

import dns.message
import dns.rcode
import pytest

from mailstead.dns.drivers.bind import BindSettings, bind_name_server
from mailstead.dns.drivers.knot import KnotSettings, knot_name_server
from mailstead.dns.drivers.rfc2136 import GivenZones, Rfc2136NameServer
from mailstead.dns.drivers.wire import Tsig, Wire
from mailstead.dns.errors import BadKey, NoSuchZone, ServerFailed, UpdateRefused, ZoneChanged
from mailstead.dns.model import Record
from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import OutcomeUnknown, Unreachable
from mailstead.security.model import Secret

from .conftest import LOOPBACK, free_port
from .contract import ALIAS, ALL, HOST, MX, ZONE, creating

pytestmark = pytest.mark.host


@pytest.fixture(params=["knot", "bind"])
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    """The way to a real server that serves ZONE."""
    settings: KnotSettings | BindSettings = request.getfixturevalue(request.param)
    clock = SystemClock()
    if isinstance(settings, KnotSettings):
        server, (address, port) = knot_name_server(settings, clock), settings.listen[0]
    else:
        server, address, port = bind_name_server(settings, clock), settings.address, settings.port
    server.create(ZONE)
    yield Wire(address, port, settings.tsig, timeout_s=2)
    server.remove(ZONE)


def over(wire: Wire) -> Rfc2136NameServer:
    return Rfc2136NameServer(wire, GivenZones([ZONE]))


def test_a_key_the_server_does_not_know_is_named(wire: Wire) -> None:
    stranger = replace(wire, tsig=Tsig("stranger", "hmac-sha256", Secret.of(bytes(32))))
    with pytest.raises(BadKey) as caught:
        over(stranger).records(ZONE)
    assert caught.value.value == "stranger"
    with pytest.raises(BadKey):
        stranger.update(dns.message.from_wire(_update_wire()))


def test_a_wrong_secret_is_named_and_never_shown(wire: Wire) -> None:
    secret = b"not the secret of this server..."
    forged = replace(wire, tsig=replace(wire.tsig, secret=Secret.of(secret)))
    with pytest.raises(BadKey) as caught:
        over(forged).records(ZONE)
    shown = repr(forged) + str(caught.value) + str(caught.value.as_dict())
    assert secret.decode() not in shown


def _update_wire() -> bytes:
    return dns.message.make_query(ZONE, "SOA").to_wire()


def test_a_zone_that_is_not_there_is_named(wire: Wire) -> None:
    with pytest.raises((NoSuchZone, UpdateRefused)) as caught:
        over(wire).records("elsewhere.example")
    assert caught.value.value == "elsewhere.example"


@dataclass(frozen=True, slots=True)
class LosesAnswers(Wire):
    """Sends updates, and loses what the server says."""

    def update(self, message: dns.message.Message) -> dns.rcode.Rcode:
        Wire.update(self, message)
        raise OutcomeUnknown("lost")


def test_a_lost_answer_after_success_heals_by_reading_again(wire: Wire) -> None:
    losing = LosesAnswers(wire.address, wire.port, wire.tsig)
    over(losing).apply(ZONE, creating(*ALL))
    assert over(wire).records(ZONE) == ALL


@dataclass(frozen=True, slots=True)
class LosesUpdates(Wire):
    """Loses updates before the server sees them."""

    def update(self, message: dns.message.Message) -> dns.rcode.Rcode:
        raise OutcomeUnknown("lost")


def test_an_update_lost_on_its_way_is_unknown_and_may_be_repeated(wire: Wire) -> None:
    losing = LosesUpdates(wire.address, wire.port, wire.tsig)
    with pytest.raises(OutcomeUnknown) as caught:
        over(losing).apply(ZONE, creating(MX))
    assert caught.value.retry
    over(wire).apply(ZONE, creating(MX))
    assert over(wire).records(ZONE) == {MX}


@dataclass(frozen=True, slots=True)
class IsOvertaken(Wire):
    """Somebody else writes between our reading and our writing."""

    theirs: Record = MX

    def update(self, message: dns.message.Message) -> dns.rcode.Rcode:
        plain = Wire(self.address, self.port, self.tsig)
        over(plain).apply(ZONE, creating(self.theirs))
        return Wire.update(self, message)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (MX, Record(ZONE, "MX", 3600, "5 mx.elsewhere.example.")),
        (ALIAS, Record(ALIAS.name, "A", 3600, "192.0.2.1")),
        (HOST, Record(HOST.name, "CNAME", 3600, "elsewhere.example.")),
    ],
    ids=str,
)
def test_what_changed_since_the_plan_is_not_written_over(wire: Wire, ours: Record, theirs: Record) -> None:
    overtaken = IsOvertaken(wire.address, wire.port, wire.tsig, theirs=theirs)
    with pytest.raises(ZoneChanged) as caught:
        over(overtaken).apply(ZONE, creating(ours))
    assert caught.value.retry
    assert over(wire).records(ZONE) == {theirs}


def test_nobody_there_is_unreachable(wire: Wire) -> None:
    with pytest.raises(Unreachable) as caught:
        over(replace(wire, port=free_port())).records(ZONE)
    assert not isinstance(caught.value, OutcomeUnknown)


def test_a_server_that_says_nothing_leaves_the_outcome_unknown(wire: Wire) -> None:
    with socket.create_server((LOOPBACK, 0)) as silent:
        mute = replace(wire, port=silent.getsockname()[1], timeout_s=0.2)
        with pytest.raises(OutcomeUnknown):
            mute.update(dns.message.make_query(ZONE, "SOA"))
        with pytest.raises(Unreachable):
            mute.ask(ZONE, "SOA")


@pytest.mark.parametrize(
    ("rcode", "error"),
    [
        (dns.rcode.REFUSED, UpdateRefused),
        (dns.rcode.NOTAUTH, NoSuchZone),
        (dns.rcode.NOTZONE, NoSuchZone),
        (dns.rcode.SERVFAIL, ServerFailed),
    ],
)
def test_every_refusal_has_a_word_of_its_own(rcode: dns.rcode.Rcode, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        Wire(LOOPBACK, 53, Tsig("mailstead", "hmac-sha256", Secret.of(b""))).refuse(ZONE, rcode)
    assert caught.value.remedy  # type: ignore[attr-defined]  # every error of ours has one


def test_given_zones_are_never_made() -> None:
    with pytest.raises(NoSuchZone):
        GivenZones([ZONE]).create("elsewhere.example")
    GivenZones([ZONE]).create(ZONE)
