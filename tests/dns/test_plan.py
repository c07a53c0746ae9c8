"""What a mail domain publishes."""

from dataclasses import replace
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest

from mailstead.dns.model import DkimKey, Record, text_of
from mailstead.dns.naming import namings_of, tls_names
from mailstead.dns.plan import RECIPE, TLSA_PORTS, platform_records, records_for, zone_of
from mailstead.dns.policies import mta_sts, mta_sts_policy
from mailstead.dns.reverse import pointers, reverse_zones
from mailstead.ground.errors import InvalidInput
from mailstead.tenants.model import Tenant

from .samples import ACME, RSA, SECOND


def values(records: frozenset[Record], name: str, kind: str) -> list[str]:
    return sorted(record.value for record in records if (record.name, record.kind) == (name, kind))


def text(records: frozenset[Record], name: str) -> str:
    (value,) = values(records, name, "TXT")
    return text_of(value)


def test_every_record_is_written_in_canonical_spelling() -> None:
    for record in records_for(ACME) | records_for(SECOND):
        assert Record.read(record.name, record.kind, record.ttl, record.value) == record


def test_mail_finds_the_machine() -> None:
    records = records_for(ACME)
    assert values(records, "acme.example", "MX") == ["10 mail.acme.example."]
    assert values(records, "mail.acme.example", "A") == ["203.0.113.7"]
    assert values(records, "mail.acme.example", "AAAA") == ["2001:db8:6d73::7"]


def test_a_second_domain_leads_to_the_same_machine_without_naming_its_addresses() -> None:
    records = records_for(SECOND)
    assert values(records, "acme-shop.example", "MX") == ["10 mail.acme.example."]
    assert all(record.name.endswith("acme-shop.example") for record in records)
    assert not {"A", "AAAA", "TLSA", "CAA"} & {record.kind for record in records}


def test_only_the_machine_may_send() -> None:
    records = records_for(ACME)
    assert text(records, "acme.example") == "v=spf1 ip4:203.0.113.7 ip6:2001:db8:6d73::7 -all"
    assert text(records, "mail.acme.example") == text(records, "acme.example")


def test_long_keys_are_cut_into_strings_of_255() -> None:
    (value,) = values(records_for(ACME), "ms-rsa._domainkey.acme.example", "TXT")
    assert text_of(value) == f"v=DKIM1; k=rsa; s=email; p={RSA.public}"
    assert all(len(piece) <= 255 for piece in value.strip('"').split('" "'))


def test_policies_follow_the_tenant() -> None:
    records = records_for(replace(ACME, dmarc="quarantine", mta_sts="none"))
    assert text(records, "_dmarc.acme.example") == "v=DMARC1; p=quarantine; rua=mailto:postmaster@acme.example"
    assert not [record for record in records if "mta-sts" in record.name]


def test_the_mta_sts_id_changes_exactly_with_the_policy() -> None:
    assert mta_sts(ACME) == mta_sts(replace(ACME, dmarc="none"))
    assert mta_sts(ACME) != mta_sts(replace(ACME, mta_sts="testing"))
    assert mta_sts_policy(ACME).splitlines()[:3] == [
        "version: STSv1",
        "mode: enforce",
        "mx: mail.acme.example",
    ]


def test_during_a_rollover_both_keys_are_announced_on_every_port() -> None:
    records = records_for(replace(ACME, tlsa=("ab" * 32, "cd" * 32)))
    for port in TLSA_PORTS:
        assert values(records, f"_{port}._tcp.mail.acme.example", "TLSA") == [
            f"3 1 1 {'ab' * 32}",
            f"3 1 1 {'cd' * 32}",
        ]


def test_clients_find_the_services_and_learn_what_is_not_offered() -> None:
    records = records_for(ACME)
    assert values(records, "_submissions._tcp.acme.example", "SRV") == ["0 1 465 mail.acme.example."]
    assert values(records, "_imaps._tcp.acme.example", "SRV") == ["0 1 993 mail.acme.example."]
    assert values(records, "_sieve._tcp.acme.example", "SRV") == ["0 1 4190 mail.acme.example."]
    assert values(records, "_pop3._tcp.acme.example", "SRV") == ["0 0 0 ."]
    assert values(records, "autodiscover.acme.example", "CNAME") == ["mail.acme.example."]


def test_a_key_of_the_wrong_size_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        DkimKey("x", "ed25519", "AAAA")
    assert caught.value.field == "dkim"


def test_an_unreadable_record_is_refused_with_its_value() -> None:
    with pytest.raises(InvalidInput) as caught:
        Record.read("acme.example", "A", 60, "not an address")
    assert caught.value.value == "not an address"


def test_reverse_zones_are_cut_at_octets_and_nibbles() -> None:
    ipv4 = (IPv4Network("198.18.0.0/15"), IPv4Network("203.0.113.0/24"))
    assert reverse_zones((*ipv4, IPv6Network("2001:db8:6d73::/48"))) == (
        "113.0.203.in-addr.arpa",
        "18.198.in-addr.arpa",
        "19.198.in-addr.arpa",
        "3.7.d.6.8.b.d.0.1.0.0.2.ip6.arpa",
    )


def test_pointers_lie_in_the_zone_of_their_pool() -> None:
    zones = reverse_zones([IPv4Network("203.0.113.0/24"), IPv6Network("2001:db8:6d73::/48")])
    hosts: dict[IPv4Address | IPv6Address, str] = {
        IPv4Address("203.0.113.7"): "mail.acme.example",
        IPv6Address("2001:db8:6d73::7"): "mail.acme.example",
        IPv4Address("192.0.2.1"): "elsewhere.example",
    }
    found = pointers(hosts, zones)
    assert found["113.0.203.in-addr.arpa"] == {Record("7.113.0.203.in-addr.arpa", "PTR", 3600, "mail.acme.example.")}
    assert len(found["3.7.d.6.8.b.d.0.1.0.0.2.ip6.arpa"]) == 1
    assert sum(len(records) for records in found.values()) == 2


def test_the_platform_zone_names_its_name_servers() -> None:
    hosts = {"ns1.mailstead.example": (IPv4Address("198.51.100.53"),), "ns.elsewhere.example": ()}
    records = platform_records("mailstead.example", hosts)
    assert records == {Record("ns1.mailstead.example", "A", 3600, "198.51.100.53")}


def test_the_closest_zone_holds_a_name() -> None:
    assert zone_of("a.b.example", ["example", "b.example", "xb.example"]) == "b.example"
    assert zone_of("a.test", ["example"]) is None


def test_the_recipe_is_numbered_anew_when_the_records_change() -> None:
    lines = sorted(str(record) for record in records_for(ACME) | records_for(SECOND))
    assert (RECIPE, sha256("\n".join(lines).encode()).hexdigest()[:16]) == (1, "3c7583cd0e6366af")


TENANT = Tenant.parse(
    {"name": "acme", "domains": [{"name": "acme.example"}, {"name": "acme-shop.example", "dmarc": "none"}]}
)


def test_a_tenant_names_each_of_its_domains() -> None:
    one, two = namings_of(TENANT, ipv4=ACME.ipv4, ipv6=ACME.ipv6, dkim={"acme.example": (RSA,)}, tlsa=(), issuers=())
    assert (one.is_primary, two.is_primary) == (True, False)
    assert (one.dmarc, two.dmarc) == ("reject", "none")
    assert (one.dkim, two.dkim) == ((RSA,), ())
    assert one.mail_host == two.mail_host == "mail.acme.example"


def test_the_certificate_names_what_clients_ask_for() -> None:
    assert tls_names([ACME, SECOND]) == (
        "mail.acme.example",
        "autoconfig.acme.example",
        "autodiscover.acme.example",
        "mta-sts.acme.example",
        "autoconfig.acme-shop.example",
        "autodiscover.acme-shop.example",
        "mta-sts.acme-shop.example",
    )
