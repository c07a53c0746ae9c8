"""What every name server behind the port must do; each driver's test subclasses this with its fixtures."""

import pytest

from mailstead.dns.errors import NoSuchZone
from mailstead.dns.model import Record, text_value
from mailstead.dns.ownership import compare_zone
from mailstead.dns.port import NameServer, ZoneSerials
from mailstead.ground.plans import Change, ChangePlan

ZONE = "acme.example"
MX = Record(ZONE, "MX", 3600, "10 mail.acme.example.")
HOST = Record("mail.acme.example", "A", 3600, "203.0.113.7")
KEY = Record("a._domainkey.acme.example", "TXT", 3600, text_value("v=DKIM1; k=rsa; p=" + "A" * 392))
TLSA = Record("_25._tcp.mail.acme.example", "TLSA", 300, f"3 1 1 {'ab' * 32}")
SRV = Record("_imap._tcp.acme.example", "SRV", 3600, "0 0 0 .")
CAA = Record("mail.acme.example", "CAA", 3600, '0 issue "ca.mailstead.example"')
ALIAS = Record("autoconfig.acme.example", "CNAME", 3600, "mail.acme.example.")
ALL = frozenset({MX, HOST, KEY, TLSA, SRV, CAA, ALIAS})
THEIRS = Record("www.acme.example", "A", 600, "192.0.2.80")


def creating(*records: Record) -> ChangePlan[Record]:
    return ChangePlan(tuple(Change(str(record), None, record) for record in records))


class Server(NameServer, ZoneSerials):
    """Both ports in one, as every driver has them."""


class NameServerContract:
    @pytest.fixture
    def zone(self, server: Server) -> str:
        server.remove(ZONE)
        server.create(ZONE)
        return ZONE

    def test_a_new_zone_is_listed_and_empty(self, server: Server, zone: str) -> None:
        assert zone in server.zones()
        assert server.records(zone) == frozenset()

    def test_creating_twice_keeps_what_the_zone_holds(self, server: Server, zone: str) -> None:
        server.apply(zone, creating(MX))
        server.create(zone)
        assert server.records(zone) == {MX}

    def test_records_come_back_exactly_as_they_went_in(self, server: Server, zone: str) -> None:
        server.apply(zone, creating(*ALL))
        assert server.records(zone) == ALL

    def test_applying_twice_is_no_error(self, server: Server, zone: str) -> None:
        server.apply(zone, creating(*ALL))
        server.apply(zone, creating(*ALL))
        assert server.records(zone) == ALL

    def test_a_plan_changes_and_removes(self, server: Server, zone: str) -> None:
        server.apply(zone, creating(*ALL))
        moved = Record(HOST.name, "A", 3600, "203.0.113.8")
        wanted = (ALL - {HOST, SRV}) | {moved}
        plan = compare_zone(wanted, server.records(zone), ALL)
        server.apply(zone, plan)
        server.apply(zone, plan)
        assert server.records(zone) == wanted

    def test_a_changed_time_to_live_is_brought_about(self, server: Server, zone: str) -> None:
        server.apply(zone, creating(MX))
        shorter = Record(MX.name, "MX", 60, MX.value)
        server.apply(zone, compare_zone({shorter}, server.records(zone), {MX}))
        assert server.records(zone) == {shorter}

    def test_an_alias_becomes_a_host_in_one_go(self, server: Server, zone: str) -> None:
        server.apply(zone, creating(ALIAS))
        host = Record(ALIAS.name, "A", 3600, "203.0.113.9")
        server.apply(zone, compare_zone({host}, server.records(zone), {ALIAS}))
        assert server.records(zone) == {host}

    def test_foreign_records_outlive_ours(self, server: Server, zone: str) -> None:
        server.apply(zone, creating(THEIRS))
        server.apply(zone, compare_zone(ALL, server.records(zone), ()))
        server.apply(zone, compare_zone((), server.records(zone), ALL))
        assert server.records(zone) == {THEIRS}

    def test_a_removed_zone_is_gone_and_removing_twice_is_no_error(self, server: Server, zone: str) -> None:
        server.apply(zone, creating(MX))
        server.remove(zone)
        server.remove(zone)
        assert zone not in server.zones()
        with pytest.raises(NoSuchZone):
            server.records(zone)
        with pytest.raises(NoSuchZone):
            server.anchors(zone)

    def test_a_zone_made_anew_holds_nothing_of_before(self, server: Server, zone: str) -> None:
        server.apply(zone, creating(*ALL))
        server.remove(zone)
        server.create(zone)
        assert server.records(zone) == frozenset()

    def test_the_serial_tells_whether_anything_changed(self, server: Server, zone: str) -> None:
        before = server.serials([zone])
        assert server.serials([zone]) == before
        server.apply(zone, creating(MX))
        assert server.serials([zone])[zone] > before[zone]
        assert server.serials(["nowhere.example"]) == {}

    def test_a_zone_is_signed_and_its_anchor_stays(self, server: Server, zone: str) -> None:
        (anchor,) = server.anchors(zone)
        tag, algorithm, digest_type, digest = anchor.split()
        assert int(tag) <= 65535
        assert (algorithm, digest_type, len(digest)) == ("13", "2", 64)
        server.apply(zone, creating(MX))
        assert server.anchors(zone) == (anchor,)

    def test_reverse_zones_are_zones_like_any(self, server: Server) -> None:
        reverse, pointer = "113.0.203.in-addr.arpa", "7.113.0.203.in-addr.arpa"
        server.create(reverse)
        server.apply(reverse, creating(Record(pointer, "PTR", 3600, "mail.acme.example.")))
        assert server.records(reverse) == {Record(pointer, "PTR", 3600, "mail.acme.example.")}
        server.remove(reverse)

    def test_more_changes_than_one_message_takes(self, server: Server, zone: str) -> None:
        many = [Record(f"h{n}.acme.example", "A", 300, f"203.0.113.{n}") for n in range(250)]
        server.apply(zone, creating(*many))
        assert server.records(zone) == frozenset(many)
