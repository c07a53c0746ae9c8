"""Unbound, the real one: the resolver contract, and answers that are validated, refused or bogus."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from mailstead.dns.drivers.knot import KnotSettings, knot_name_server
from mailstead.dns.drivers.rfc2136 import Rfc2136NameServer
from mailstead.dns.drivers.unbound import UnboundDaemon, UnboundResolver, UnboundSettings
from mailstead.ground.clock import SystemClock

from .contract import ALL, ZONE, creating
from .resolver_contract import ResolverContract

pytestmark = pytest.mark.host

REVERSE = "113.0.203.in-addr.arpa"
WRONG = ("1 13 2 " + "00" * 32,)


class TestUnbound(ResolverContract):
    @pytest.fixture
    def resolver(self, unbound: UnboundSettings) -> UnboundResolver:
        return UnboundResolver(unbound)


@pytest.fixture
def server(knot: KnotSettings) -> Iterator[Rfc2136NameServer]:
    server = knot_name_server(knot, SystemClock())
    for zone in (ZONE, REVERSE):
        server.create(zone)
    server.apply(ZONE, creating(*ALL))
    yield server
    for zone in (ZONE, REVERSE):
        server.remove(zone)


@pytest.fixture
def settings(unbound: UnboundSettings, knot: KnotSettings) -> UnboundSettings:
    """The resolver, now asking Knot; `ensure_running` takes the change over."""
    changed = replace(unbound, authority=knot.listen[0])
    UnboundDaemon(changed, SystemClock()).ensure_running()
    return changed


def ask(settings: UnboundSettings, name: str, kind: str) -> dns.message.Message:
    address, port = settings.listen[0]
    question = dns.message.make_query(name, kind, want_dnssec=True)
    return dns.query.udp(question, address, timeout=20, port=port)


def is_validated(answer: dns.message.Message) -> bool:
    return bool(answer.flags & dns.flags.AD)


def test_answers_from_a_trusted_zone_are_validated(server: Rfc2136NameServer, settings: UnboundSettings) -> None:
    UnboundResolver(settings).trust({ZONE: server.anchors(ZONE)})
    answer = ask(settings, "_25._tcp.mail.acme.example", "TLSA")
    assert answer.rcode() == dns.rcode.NOERROR
    assert is_validated(answer)
    assert "3 1 1" in answer.answer[0].to_text()


def test_that_there_is_no_record_is_validated_too(server: Rfc2136NameServer, settings: UnboundSettings) -> None:
    UnboundResolver(settings).trust({ZONE: server.anchors(ZONE)})
    answer = ask(settings, "nobody.acme.example", "A")
    assert answer.rcode() == dns.rcode.NXDOMAIN
    assert is_validated(answer)


def test_a_zone_signed_by_another_key_fails(server: Rfc2136NameServer, settings: UnboundSettings) -> None:
    UnboundResolver(settings).trust({ZONE: WRONG})
    assert ask(settings, ZONE, "MX").rcode() == dns.rcode.SERVFAIL


def test_trust_put_right_heals_at_once(server: Rfc2136NameServer, settings: UnboundSettings) -> None:
    resolver = UnboundResolver(settings)
    resolver.trust({ZONE: WRONG})
    assert ask(settings, ZONE, "MX").rcode() == dns.rcode.SERVFAIL
    resolver.trust({ZONE: server.anchors(ZONE)})
    assert is_validated(ask(settings, ZONE, "MX"))


def test_a_zone_without_anchor_is_answered_without_validation(
    server: Rfc2136NameServer, settings: UnboundSettings
) -> None:
    UnboundResolver(settings).trust({ZONE: ()})
    answer = ask(settings, ZONE, "MX")
    assert answer.rcode() == dns.rcode.NOERROR
    assert not is_validated(answer)


def test_reverse_zones_of_documentation_addresses_are_validated(
    server: Rfc2136NameServer, settings: UnboundSettings
) -> None:
    UnboundResolver(settings).trust({REVERSE: server.anchors(REVERSE)})
    answer = ask(settings, f"9.{REVERSE}", "PTR")
    assert answer.rcode() == dns.rcode.NXDOMAIN
    assert is_validated(answer)


def test_a_closed_platform_refuses_other_names_at_once(settings: UnboundSettings) -> None:
    assert ask(settings, "www.debian.org", "A").rcode() == dns.rcode.REFUSED


def test_a_forgotten_zone_is_refused(server: Rfc2136NameServer, settings: UnboundSettings) -> None:
    resolver = UnboundResolver(settings)
    resolver.trust({ZONE: server.anchors(ZONE)})
    assert ask(settings, ZONE, "MX").rcode() == dns.rcode.NOERROR
    resolver.forget([ZONE])
    assert ask(settings, ZONE, "MX").rcode() == dns.rcode.REFUSED


def test_it_waits_on_service_addresses_that_are_not_up_yet(unbound: UnboundSettings) -> None:
    port = unbound.listen[0][1]
    more = replace(unbound, listen=(*unbound.listen, ("198.51.100.253", port)), clients=(IPv4Network("10.64.0.0/14"),))
    assert UnboundDaemon(more, SystemClock()).ensure_running().fresh


def test_trust_survives_a_restart(server: Rfc2136NameServer, settings: UnboundSettings) -> None:
    UnboundResolver(settings).trust({ZONE: server.anchors(ZONE)})
    daemon = UnboundDaemon(settings, SystemClock())
    daemon.stop()
    assert daemon.pid() is None
    assert daemon.ensure_running().fresh
    assert not daemon.ensure_running().fresh
    assert is_validated(ask(settings, ZONE, "MX"))
