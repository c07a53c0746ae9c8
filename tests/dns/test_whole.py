"""A tenant as the world sees it: published on Knot, validated by Unbound, judged healthy; then broken."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest

from mailstead.dns.drivers.knot import KnotSettings, knot_name_server
from mailstead.dns.drivers.unbound import UnboundDaemon, UnboundResolver, UnboundSettings
from mailstead.dns.judge import judge
from mailstead.dns.model import Record
from mailstead.dns.plan import records_for
from mailstead.dns.reverse import pointers, reverse_zones
from mailstead.dns.store import PLATFORM, RecordLedger
from mailstead.dns.workflow import Publisher
from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import Unreachable
from mailstead.state.database import Database, metadata

from .samples import ACME, SECOND

pytestmark = pytest.mark.host

REVERSE = reverse_zones((IPv4Network("203.0.113.0/24"), IPv6Network("2001:db8:6d73::/48")))
HOSTS = {address: ACME.mail_host for address in (ACME.ipv4, ACME.ipv6) if address}
WANTED: dict[str, frozenset[Record]] = {
    ACME.domain: records_for(ACME),
    SECOND.domain: records_for(SECOND),
    **pointers(HOSTS, REVERSE),
}


class Validated:
    """A Lookup that takes validated answers only."""

    def __init__(self, settings: UnboundSettings) -> None:
        self._address, self._port = settings.listen[0]

    def __call__(self, name: str, kind: str) -> tuple[str, ...]:
        question = dns.message.make_query(name, kind, want_dnssec=True)
        answer, _ = dns.query.udp_with_fallback(question, self._address, timeout=20, port=self._port)
        if answer.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN} or not answer.flags & dns.flags.AD:
            raise Unreachable(f"{name} {kind}: {dns.rcode.to_text(answer.rcode())}, not validated")
        wanted = dns.rdatatype.from_text(kind)
        return tuple(rdata.to_text() for rrset in answer.answer if rrset.rdtype == wanted for rdata in rrset)


@pytest.fixture
def publisher(knot: KnotSettings, tmp_path: Path) -> Iterator[Publisher]:
    database = Database(f"sqlite:///{tmp_path / 'state.db'}")
    with database.transaction() as connection:
        metadata.create_all(connection)
    publisher = Publisher(knot_name_server(knot, SystemClock()), RecordLedger(database))
    for zone in WANTED:
        publisher.open(zone, PLATFORM if zone in REVERSE else "acme")
    yield publisher
    for zone in WANTED:
        publisher.withdraw(zone, "acme")
        publisher.withdraw(zone, PLATFORM)
    assert not knot_name_server(knot, SystemClock()).zones() & set(WANTED)
    database.close()


@pytest.fixture
def resolver(unbound: UnboundSettings, knot: KnotSettings) -> UnboundSettings:
    settings = replace(unbound, authority=knot.listen[0])
    UnboundDaemon(settings, SystemClock()).ensure_running()
    return settings


def test_a_published_tenant_is_healthy_and_a_broken_one_is_not(
    publisher: Publisher, resolver: UnboundSettings, knot: KnotSettings
) -> None:
    server = knot_name_server(knot, SystemClock())
    for zone, wanted in WANTED.items():
        publisher.apply(zone, "acme", publisher.plan(zone, "acme", wanted))
        assert not publisher.plan(zone, "acme", wanted)
    UnboundResolver(resolver).trust({zone: server.anchors(zone) for zone in WANTED})
    lookup = Validated(resolver)
    assert judge(ACME, lookup) == ()
    assert judge(SECOND, lookup) == ()
    UnboundResolver(resolver).trust({ACME.domain: server.anchors(SECOND.domain)})
    assert "lookup-failed" in {finding.code for finding in judge(ACME, lookup)}
