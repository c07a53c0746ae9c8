"""What is read: SPF, DKIM, DMARC, mail headers, TLS hellos, certificates, refusals. All pure."""

from ipaddress import ip_address

import pytest
from cryptography.x509 import load_der_x509_certificate

from mailstead.dns.model import text_value
from mailstead.monitoring import chains, hello
from mailstead.monitoring.dkim import key_fault
from mailstead.monitoring.dmarc import policy_fault
from mailstead.monitoring.drivers.inside import judged_output
from mailstead.monitoring.facts import Answer, AnswerState, Knocked
from mailstead.monitoring.received import protocol_between, results
from mailstead.monitoring.spf import Result, evaluate

from . import cast

Zone = dict[tuple[str, str], tuple[str, ...]]


def zone(**texts: str) -> Zone:
    return {(f"{name}.example", "TXT"): (text_value(text),) for name, text in texts.items()}


def spf(data: Zone, address: str = "203.0.113.10") -> tuple[Result, int]:
    def lookup(name: str, kind: str) -> Answer:
        values = data.get((name, kind), ())
        return Answer(name, kind, AnswerState.FOUND if values else AnswerState.ABSENT, values)

    seen = evaluate(lookup, ip_address(address), "a.example")
    return seen.result, seen.lookups


@pytest.mark.parametrize(
    ("policy", "result"),
    [
        ("v=spf1 ip4:203.0.113.0/24 -all", Result.PASS),
        ("v=spf1 ip4:203.0.113.11 -all", Result.FAIL),
        ("v=spf1 ~all", Result.SOFTFAIL),
        ("v=spf1 ?all", Result.NEUTRAL),
        ("v=spf1", Result.NEUTRAL),
        ("v=spf10 +all", Result.NONE),
        ("v=spf1 all", Result.PASS),
        ("v=spf1 ip4:nonsense -all", Result.PERMERROR),
        ("v=spf1 ptr -all", Result.PERMERROR),
        ("v=spf1 a:%{d} -all", Result.PERMERROR),
        ("v=spf1 unknown=x ip4:203.0.113.10 -all", Result.PASS),
    ],
)
def test_spf_without_lookups(policy: str, result: Result) -> None:
    assert spf(zone(a=policy))[0] is result


def test_spf_follows_hosts_exchanges_includes_and_redirects() -> None:
    data = zone(a="v=spf1 include:b.example redirect=c.example", b="v=spf1 -ip4:0.0.0.0/0", c="v=spf1 mx/28 -all")
    data[("c.example", "MX")] = ("10 m.example.",)
    data[("m.example", "A")] = ("203.0.113.1",)
    assert spf(data) == (Result.PASS, 3)


def test_spf_of_ipv6() -> None:
    assert spf(zone(a="v=spf1 ip6:2001:db8::/32 -all"), "2001:db8::1")[0] is Result.PASS
    data = zone(a="v=spf1 a//64 -all") | {("a.example", "AAAA"): ("2001:db8::1",)}
    assert spf(data, "2001:db8::2") == (Result.PASS, 1)


def test_spf_stops_at_ten_lookups() -> None:
    assert spf(zone(a="v=spf1 redirect=a.example"))[0] is Result.PERMERROR
    assert spf(zone(a="v=spf1 " + "a:x.example " * 10 + "-all")) == (Result.FAIL, 10)
    assert spf(zone(a="v=spf1 " + "a:x.example " * 11 + "-all"))[0] is Result.PERMERROR


def test_two_spf_policies_are_none() -> None:
    data: Zone = {("a.example", "TXT"): (text_value("v=spf1 +all"), text_value("v=spf1 -all"))}
    assert spf(data)[0] is Result.PERMERROR


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"v=DKIM1; k=rsa; p={cast.rsa_key().public}", ""),
        (f"p={cast.rsa_key().public}", ""),
        (f"v=DKIM1; k=ed25519; s=email; p={cast.ed25519_key().public}", ""),
        (f"v=DKIM1; k=rsa; p={cast.rsa_key(1024).public}", "1024 bits"),
        ("v=DKIM1; p=", "revoked"),
        ("v=DKIM1; p=AAAA", "no RSA public key"),
        ("v=DKIM1; p=*", "no base64"),
        ("v=DKIM1; k=ed25519; p=AAAA", "32 octets"),
        ("v=DKIM1; k=dsa; p=AAAA", "no key type"),
        ("v=DKIM2; p=AAAA", "no version"),
        ("v=DKIM1; t=y; p=AAAA", "only a test"),
        ("nonsense", "cannot be read"),
        ("v=DKIM1; p=AAAA; p=BBBB", "cannot be read"),
    ],
)
def test_dkim_keys(text: str, fault: str) -> None:
    found = key_fault(text_value(text))
    assert fault in found
    assert bool(found) == bool(fault)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("v=DMARC1; p=reject; rua=mailto:a@b.example, mailto:c@d.example; sp=none; np=reject; adkim=s; psd=n", ""),
        ("v=DMARC1;p=none;pct=50;unknown=1", ""),
        ("p=reject; v=DMARC1", "begin with"),
        ("v=DMARC1; rua=mailto:a@b.example", "p= is missing"),
        ("v=DMARC1; p=maybe", "p=maybe"),
        ("v=DMARC1; p=reject; adkim=x", "adkim=x"),
        ("v=DMARC1; p=reject; rua=postmaster", "rua=postmaster"),
        ("v=DMARC1; p=reject; t=y", "only a test"),
        ("v=DMARC1 p=reject", "begin with"),
    ],
)
def test_dmarc_policies(text: str, fault: str) -> None:
    found = policy_fault(text_value(text))
    assert fault in found
    assert bool(found) == bool(fault)


HEADER = b"""Received: from mail.acme.example by mail.acme.example with LMTP id 1 for <anna@acme.example>; now
Authentication-Results: mail.acme.example;
\tdkim=fail reason="signature (bad; really)" header.d=x.example (comment; with dkim=pass (nested));
\tdkim=pass header.d=globex.example header.s=r1; spf=pass (mail.acme.example: ok) smtp.mailfrom=g@globex.example;
\tdmarc=pass (policy=reject) header.from=globex.example
Received: from mail.globex.example (mail.globex.example [203.0.113.20])
\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits))
\tby mail.acme.example (Postfix) with ESMTPS id 4X for <anna@acme.example>; now
Authentication-Results: mail.acme.example; spf=fail; dkim=fail

"""


def test_the_topmost_results_of_the_receiving_host_count() -> None:
    assert results(HEADER, "mail.acme.example") == {"dkim": "pass", "spf": "pass", "dmarc": "pass"}
    assert results(HEADER, "mail.globex.example") == {}
    assert results(b"Subject: x\n\n", "mail.acme.example") == {}


def test_the_hand_over_between_two_hosts_is_found() -> None:
    assert protocol_between(HEADER, "mail.globex.example", "mail.acme.example") == "ESMTPS"
    assert protocol_between(HEADER, "mail.elsewhere.example", "mail.acme.example") == ""


def test_a_hello_offers_what_it_is_told() -> None:
    hello_bytes = hello.client_hello(hello.OLD, "mail.acme.example", bytes(32))
    assert hello_bytes[:3] == b"\x16\x03\x01"
    assert hello.record_length(hello_bytes) == len(hello_bytes) - 5
    assert hello_bytes[9:11] == b"\x03\x02"
    assert b"mail.acme.example" in hello_bytes


def server_hello(version: int, cipher: int, compression: int) -> bytes:
    body = (
        version.to_bytes(2, "big") + bytes(32) + b"\x20" + bytes(32) + cipher.to_bytes(2, "big") + bytes([compression])
    )
    message = b"\x02" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x03" + len(message).to_bytes(2, "big") + message


def test_a_server_that_compresses_is_seen() -> None:
    assert hello.server_choice(server_hello(0x0303, 0xC02B, 1)) == hello.Choice(0x0303, 0xC02B, 1)


@pytest.mark.parametrize(
    "answer", [b"\x15\x03\x03\x00\x02\x02\x46", b"", server_hello(0x0303, 1, 0)[:46], b"HTTP/1.1 400"]
)
def test_an_alert_or_nonsense_is_a_refusal(answer: bytes) -> None:
    assert hello.server_choice(answer) is None


def test_tlsa_values_are_held_against_the_chain() -> None:
    leaf = cast.leaf()
    assert chains.tlsa_matches(f"3 1 1 {leaf.digest}", leaf.chain)
    assert chains.tlsa_matches(f"3 0 0 {leaf.chain[0].hex()}", leaf.chain)
    assert chains.tlsa_matches(f"2 1 1 {leaf.root_digest.upper()}", leaf.chain)
    assert not chains.tlsa_matches(f"3 1 1 {leaf.root_digest}", leaf.chain)
    assert not chains.tlsa_matches(f"1 1 1 {leaf.digest}", leaf.chain)


def test_wildcards_cover_one_label() -> None:
    certificate = load_der_x509_certificate(cast.authority().issue(["*.acme.example"]).chain[0])
    assert chains.covers(certificate, "mail.acme.example")
    assert not chains.covers(certificate, "a.mail.acme.example")
    assert not chains.covers(certificate, "acme.example")


@pytest.mark.parametrize(
    ("status", "said", "outcome"),
    [
        (0, "", Knocked.OPEN),
        (124, "", Knocked.TIMEOUT),
        (1, "bash: connect: Connection refused", Knocked.REFUSED),
        (1, "bash: connect: No route to host", Knocked.UNREACHABLE),
        (1, "bash: connect: Network is unreachable", Knocked.UNREACHABLE),
        (1, "bash: connect: Connection timed out", Knocked.TIMEOUT),
        (127, "bash: not found", Knocked.UNTRIED),
    ],
)
def test_what_bash_says_is_understood(status: int, said: str, outcome: Knocked) -> None:
    assert judged_output(status, said).outcome is outcome
