"""The judgement of a mail domain."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import pytest

from mailstead.dns.judge import judge
from mailstead.dns.model import MailNaming, Record, text_value
from mailstead.dns.plan import records_for
from mailstead.dns.reverse import pointers
from mailstead.ground.errors import Unreachable

from .samples import ACME, SECOND

ZONES = ("113.0.203.in-addr.arpa", "3.7.d.6.8.b.d.0.1.0.0.2.ip6.arpa")
HOSTS = {address: ACME.mail_host for address in (ACME.ipv4, ACME.ipv6) if address}
HEALTHY = records_for(ACME) | records_for(SECOND) | {r for rs in pointers(HOSTS, ZONES).values() for r in rs}


class Dictionary:
    """A Lookup over records; names in `silent` give no answer."""

    def __init__(self, records: Iterable[Record], silent: Iterable[str] = ()) -> None:
        self._found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for record in records:
            self._found[record.name, record.kind].append(record.value)
        self._silent = set(silent)

    def __call__(self, name: str, kind: str) -> tuple[str, ...]:
        if name in self._silent:
            raise Unreachable(f"{name} {kind}: no answer")
        return tuple(self._found.get((name, kind), ()))


def codes(records: Iterable[Record], naming: MailNaming = ACME, silent: Iterable[str] = ()) -> list[str]:
    return [finding.code for finding in judge(naming, Dictionary(records, silent))]


def without(name: str, kind: str) -> set[Record]:
    return {record for record in HEALTHY if (record.name, record.kind) != (name, kind)}


def test_what_we_publish_is_healthy() -> None:
    assert codes(HEALTHY) == []
    assert codes(HEALTHY, SECOND) == []


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("acme.example", "MX", "mx-missing"),
        ("acme.example", "TXT", "spf-missing"),
        ("_dmarc.acme.example", "TXT", "dmarc-missing"),
        ("ms-rsa._domainkey.acme.example", "TXT", "dkim-missing"),
        ("_25._tcp.mail.acme.example", "TLSA", "tlsa-missing"),
        ("_mta-sts.acme.example", "TXT", "mta-sts-wrong"),
        ("7.113.0.203.in-addr.arpa", "PTR", "ptr-missing"),
    ],
)
def test_what_is_missing_is_named(name: str, kind: str, code: str) -> None:
    findings = judge(ACME, Dictionary(without(name, kind)))
    assert [finding.code for finding in findings] == [code]
    assert findings[0].remedy


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        (Record("acme.example", "MX", 1, "5 mx.elsewhere.example."), "mx-wrong"),
        (Record("acme.example", "TXT", 1, text_value("v=spf1 ~all")), "spf-multiple"),
        (Record("_dmarc.acme.example", "TXT", 1, text_value("v=DMARC1; p=none")), "dmarc-multiple"),
        (Record("mail.acme.example", "A", 1, "192.0.2.1"), "address-wrong"),
        (Record("7.113.0.203.in-addr.arpa", "PTR", 1, "other.example."), "ptr-wrong"),
        (Record("ms-rsa._domainkey.acme.example", "TXT", 1, text_value("v=DKIM1; p=AA")), "dkim-wrong"),
    ],
    ids=str,
)
def test_what_is_too_much_is_named(extra: Record, code: str) -> None:
    assert code in codes(HEALTHY | {extra})


def test_an_mx_that_is_an_alias_is_named() -> None:
    assert "mx-alias" in codes({*HEALTHY, Record("mail.acme.example", "CNAME", 1, "host.example.")})


def test_an_mx_that_runs_in_a_circle_is_named() -> None:
    circle = {
        Record("mail.acme.example", "CNAME", 1, "other.example."),
        Record("other.example", "CNAME", 1, "mail.acme.example."),
    }
    found = judge(ACME, Dictionary(HEALTHY | circle))
    assert found[0].code == "mx-loop"
    assert "mail.acme.example → other.example → mail.acme.example" in found[0].message


def test_a_null_mx_is_named() -> None:
    assert "mx-null" in codes({*without("acme.example", "MX"), Record("acme.example", "MX", 1, "0 .")})


def test_an_mx_without_address_is_named() -> None:
    records = {record for record in HEALTHY if record.name != "mail.acme.example"}
    assert "mx-without-address" in codes(records)


def spf(policy: str, *others: tuple[str, str]) -> set[Record]:
    texts = [("acme.example", policy), *others]
    return without("acme.example", "TXT") | {Record(name, "TXT", 1, text_value(text)) for name, text in texts}


def test_an_spf_policy_of_too_many_lookups_is_named() -> None:
    many = " ".join(f"include:s{n}.example" for n in range(6))
    others = [(f"s{n}.example", "v=spf1 a mx -all") for n in range(6)]
    assert codes(spf(f"v=spf1 {many} -all", *others)) == ["spf-too-many-lookups"]


def test_an_spf_policy_that_includes_itself_is_named() -> None:
    loop = ("other.example", "v=spf1 include:acme.example -all")
    assert codes(spf("v=spf1 include:other.example -all", loop)) == ["spf-loop"]


def test_an_open_spf_policy_is_named() -> None:
    assert codes(spf("v=spf1 mx ?all")) == ["spf-open"]


def test_an_spf_policy_that_forgets_the_machine_is_named() -> None:
    assert codes(spf("v=spf1 ip4:192.0.2.1 -all")) == ["spf-omits-host"]


def test_a_tlsa_record_of_another_key_is_named() -> None:
    assert codes(HEALTHY, replace(ACME, tlsa=("cd" * 32,))) == ["tlsa-wrong"]


def test_silence_is_a_finding_and_does_not_hide_the_rest() -> None:
    found = codes(without("acme.example", "MX"), silent=["_dmarc.acme.example"])
    assert found == ["mx-missing", "lookup-failed"]
