"""Servers that misbehave, found by the real driver over the loopback."""

import ssl
from dataclasses import replace
from subprocess import run

import pytest

from mailstead.ground.errors import Unreachable
from mailstead.guests.drivers.memory import Call, MemoryGuests
from mailstead.guests.model import Output
from mailstead.monitoring.checks.relay import tricks
from mailstead.monitoring.drivers.inside import Inside, JournalLog
from mailstead.monitoring.drivers.resolving import Resolving
from mailstead.monitoring.facts import AnswerState, Knocked
from mailstead.monitoring.model import Finding, Report, Verdict
from mailstead.monitoring.target import Path
from mailstead.monitoring.workflow import check
from mailstead.security.model import Secret

from . import cast
from .contract import Scene, failures
from .loopback import loopback
from .servers import Manners, Names, mail_world, resolver


def look(manners: Manners, *only: str, names: Names | None = None, timeout_s: float = 4, **changes: object) -> Report:
    target = cast.target(**changes)
    with loopback(target, Scene(), manners, names, timeout_s=timeout_s) as (outside, _):
        return check(target, outside, only=only)


def failed(report: Report, code: str) -> list[Finding]:
    return [finding for finding in report.of(code) if finding.verdict is Verdict.FAILED]


def test_an_open_relay_is_found_and_nothing_is_sent_through_it() -> None:
    target = cast.target()
    with loopback(target, Scene(), Manners(relays=frozenset("*"))) as (outside, world):
        report = check(target, outside, only=("smtp",))
        assert len(failed(report, "smtp.open-relay")) == len(tricks(target))
        assert world.data_commands == 0


@pytest.mark.parametrize("trick", tricks(cast.target()))
def test_each_trick_that_works_is_named(trick: str) -> None:
    recipient = tricks(cast.target())[trick].recipient
    found = failed(look(Manners(relays=frozenset({recipient})), "smtp"), "smtp.open-relay")
    assert f"mail.acme.example:25 {trick}" in {finding.subject for finding in found}


def test_relaying_that_is_only_put_off_is_a_warning() -> None:
    report = look(Manners(relay_refusal="454 4.7.1 Relay access denied"), "smtp")
    assert {finding.verdict for finding in report.of("smtp.open-relay")} == {Verdict.WARNING}


def test_a_forged_sender_that_nothing_stops_is_found() -> None:
    scene = Scene()
    scene.text("acme.example", "v=spf1 ip4:127.0.0.0/8 ip4:203.0.113.10 -all")
    report = look(Manners(), "smtp", names=Names(scene.records))
    assert failures(report) == {"smtp.forged-sender"}


def test_a_forged_sender_is_a_warning_where_the_policy_is_none() -> None:
    report = look(Manners(), "smtp", domains=(cast.naming(dmarc="none"),))
    assert [finding.verdict for finding in report.of("smtp.forged-sender")] == [Verdict.WARNING]


def test_missing_starttls_is_found() -> None:
    report = look(Manners(starttls=False), "tls")
    assert {f.subject.partition(":")[2] for f in failed(report, "tls.starttls")} == {"25", "587", "4190"}


def test_tls_1_0_is_found_whatever_the_local_library_offers() -> None:
    report = look(Manners(oldest=ssl.TLSVersion.TLSv1, ciphers="ALL:@SECLEVEL=0"), "tls")
    assert len(failed(report, "tls.old-versions")) == 6
    assert all("TLS 1." in finding.detail for finding in failed(report, "tls.old-versions"))


def test_a_cipher_that_encrypts_nothing_is_found() -> None:
    report = look(Manners(ciphers="HIGH:!aNULL:eNULL:@SECLEVEL=0"), "tls")
    assert {"ECDHE-ECDSA-NULL-SHA" in finding.detail for finding in failed(report, "tls.ciphers")} == {True}


def test_anonymous_ciphers_are_a_fault_only_where_passwords_travel() -> None:
    report = look(Manners(ciphers="HIGH:aNULL:@SECLEVEL=0"), "tls")
    assert {f.subject.partition(":")[2] for f in failed(report, "tls.ciphers")} == {"465", "587", "993", "443", "4190"}


def test_sign_in_before_tls_is_found() -> None:
    found = failed(look(Manners(auth_before_tls=True), "auth"), "auth.plaintext")
    assert {finding.subject.partition(":")[2] for finding in found} == {"25", "587", "4190"}


def test_a_server_that_takes_any_password_is_found() -> None:
    found = failed(look(Manners(any_password=True), "auth"), "auth.wrong-password")
    assert {finding.subject.partition(":")[2] for finding in found} == {"465", "587", "993"}


def test_a_password_put_off_proves_nothing() -> None:
    report = look(Manners(wrong_password="454 4.3.0 Try again later"), "auth")
    verdicts = {f.subject.partition(":")[2]: f.verdict for f in report.of("auth.wrong-password")}
    assert verdicts == {"465": Verdict.WARNING, "587": Verdict.WARNING, "993": Verdict.PASSED}


def test_a_forged_sender_put_off_proves_nothing() -> None:
    report = look(Manners(own_refusal="451 4.7.1 Try again later"), "smtp")
    assert [finding.verdict for finding in report.of("smtp.forged-sender")] == [Verdict.WARNING]


def test_a_forged_sender_that_is_refused_passes() -> None:
    report = look(Manners(own_refusal="550 5.7.1 Sign in first"), "smtp")
    assert [finding.verdict for finding in report.of("smtp.forged-sender")] == [Verdict.PASSED]


def test_a_silent_server_is_found_within_a_bounded_time() -> None:
    report = look(Manners(silent=True), "auth", "tls", timeout_s=0.3)
    assert {"tls.handshake", "auth.plaintext", "auth.wrong-password"} == failures(report)
    assert report.seconds < 10


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("version: STSv1\nmode: testing\nmx: mail.acme.example\nmax_age: 604800\n", "mode"),
        ("version: STSv1\nmode: enforce\nmx: mail.globex.example\nmax_age: 604800\n", "mx does not name"),
        ("version: STSv1\nmode: enforce\nmx: mail.acme.example\nmax_age: 60\n", "max_age"),
        ("mode: enforce\n", "version"),
        ("", "404"),
    ],
)
def test_a_wrong_mta_sts_policy_is_found(policy: str, said: str) -> None:
    (found,) = failed(look(Manners(policy=policy), "mta-sts"), "mta-sts.policy")
    assert said in found.detail


def test_a_policy_host_without_a_certificate_of_its_name_is_found() -> None:
    leaf = cast.authority().issue(["mail.acme.example"])
    (found,) = failed(look(Manners(leaf=leaf), "mta-sts"), "mta-sts.policy")
    assert "certificate" in found.detail


def test_settings_for_another_host_are_found() -> None:
    report = look(Manners(autoconfig="<hostname>mail.elsewhere.example</hostname>"), "autoconfig")
    assert failures(report) == {"autoconfig.page"}


@pytest.mark.parametrize("results", ["spf=fail; dkim=pass; dmarc=pass", "spf=pass; dkim=pass", ""])
def test_mail_that_does_not_authenticate_is_found(results: str) -> None:
    assert failures(look(Manners(results=results), "mail")) == {"mail.authentication"}


def test_mail_handed_over_in_the_clear_is_found() -> None:
    assert failures(look(Manners(protocol="ESMTP"), "mail")) == {"mail.tls"}


def test_no_password_is_sent_to_a_server_that_cannot_prove_its_name() -> None:
    report = look(Manners(leaf=cast.Authority().issue()), "mail")
    assert all("certificate verify failed" in finding.detail for finding in report.findings)
    assert failures(report) == {"mail.roundtrip"}


def test_probes_are_deleted_again() -> None:
    target = cast.target()
    with loopback(target, Scene()) as (outside, world):
        report = check(target, outside, only=("mail",))
        assert report.passed
        assert sum(map(len, world.mail.values())) == 0


def test_a_wrong_probe_password_says_so() -> None:
    report = look(Manners(), "mail", probe=replace(cast.ANNA, password=Secret.of("guessed")), other=None)
    (found,) = report.of("mail.roundtrip")
    assert "sign-in refused: 535" in found.detail
    assert "guessed" not in str(report.as_dict())


def test_answers_without_the_ad_bit_are_found() -> None:
    names = Names(cast.records())
    names.plain = {"acme.example", "_25._tcp.mail.acme.example"}
    report = look(Manners(), "dns", "tls", names=names)
    assert failures(report) == {"dns.dnssec", "dane.tlsa"}


def test_answers_that_do_not_validate_are_found() -> None:
    names = Names(cast.records())
    names.bogus = {"acme.example", "_25._tcp.mail.acme.example"}
    report = look(Manners(), "dns", "tls", names=names)
    assert {"dns.dnssec", "dns.lookup", "dane.tlsa"} <= failures(report)


def test_a_resolver_that_only_fails_is_found() -> None:
    names = Names(cast.records())
    names.dead = True
    assert {"dns.lookup", "dns.srv"} <= failures(look(Manners(), "dns", names=names))


def test_a_silent_resolver_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="the resolver at 127.0.0.1"):
        Resolving("127.0.0.1", 1, timeout_s=0.2).lookup("acme.example", "MX")


def test_answers_too_long_for_udp_come_by_tcp() -> None:
    scene = Scene()
    scene.text("acme.example", *(f"{n} {'x' * 200}" for n in range(20)))
    with resolver(Names(scene.records)) as port:
        answer = Resolving("127.0.0.1", port).lookup("acme.example", "TXT")
    assert len(answer.values) == 20


def test_what_is_not_there_is_told_from_what_is_empty() -> None:
    with resolver(Names(cast.records())) as port:
        ask = Resolving("127.0.0.1", port).lookup
        assert ask("nobody.acme.example", "A").state is AnswerState.ABSENT
        assert ask("acme.example", "A").state is AnswerState.EMPTY
        assert ask("autoconfig.acme.example", "A").aliases == ("mail.acme.example",)


def this_machine() -> MemoryGuests:
    """A guest channel into this very machine."""

    def really(call: Call) -> Output:
        done = run(list(call.argv), input=call.stdin, capture_output=True, timeout=call.timeout_s, check=False)
        return Output(done.returncode, done.stdout, done.stderr)

    guests = MemoryGuests({"timeout": really})
    guests.put("acme")
    return guests


def test_a_way_is_really_tried() -> None:
    inside = Inside(this_machine(), "acme")
    with mail_world(Manners()) as world:
        assert inside.try_path(Path("x", "127.0.0.1", world.ports[25])).outcome is Knocked.OPEN
    closed = inside.try_path(Path("x", "127.0.0.1", 1))
    assert closed.outcome is Knocked.REFUSED
    assert "refused" in closed.said


def test_a_host_name_is_never_read_as_a_command() -> None:
    facts = Inside(this_machine(), "acme").try_path(Path("x", "$(echo 127.0.0.1)", 1))
    assert facts.outcome is Knocked.UNTRIED


def test_a_machine_without_the_log_shows_none() -> None:
    silent = MemoryGuests()
    assert JournalLog(silent)(cast.ANNA, "mail.globex.example") == ()
    assert Inside(silent, "acme").try_path(cast.PEER_IMAP).outcome is Knocked.UNTRIED
