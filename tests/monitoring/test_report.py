"""Findings and reports as values, and how a check goes on when parts of it cannot."""

import re
import threading
from collections.abc import Callable
from pathlib import Path as File

import pytest

from mailstead.ground.errors import Unreachable
from mailstead.monitoring.checks import dane, isolation, round_trip, tls
from mailstead.monitoring.drivers.memory import MemoryOutside
from mailstead.monitoring.facts import Answer, Knocked, MailFacts, PathFacts, PortFacts, TlsFacts
from mailstead.monitoring.model import Finding, Report, Verdict, failed, passed, skipped, warned
from mailstead.monitoring.workflow import check

from . import cast
from .contract import HEALTHY_CODES


def test_a_report_fails_by_failures_only() -> None:
    fine = (passed("dns.mx", "acme.example", "ok"), warned("a", "b", "c", "d"), skipped("a", "b", "c"))
    assert Report("acme", fine).passed
    assert not Report("acme", (*fine, failed("a", "b", "c", "d"))).passed


def test_a_report_as_json() -> None:
    report = Report("acme", (failed("dns.mx", "acme.example", "none", "mailstead apply acme", ["seen"]),), 1.23456)
    assert report.as_dict() == {
        "format": 1,
        "tenant": "acme",
        "passed": False,
        "counts": {"failed": 1, "warning": 0, "skipped": 0, "passed": 0},
        "seconds": 1.235,
        "findings": [
            {
                "check": "dns.mx",
                "subject": "acme.example",
                "verdict": "failed",
                "detail": "none",
                "remedy": "mailstead apply acme",
                "evidence": ["seen"],
            }
        ],
    }


def test_every_code_is_written_down() -> None:
    page = File(__file__).parents[2] / "docs" / "formats" / "check-report.md"
    written = set(re.findall(r"^\| `([a-z0-9-]+\.[a-z<>-]+|isolation)`", page.read_text(), re.MULTILINE))
    emitted = {code if not code.startswith("isolation.") else "isolation.<label>" for code in HEALTHY_CODES}
    assert emitted | {"dns.lookup", "isolation"} == written


def test_no_password_stands_in_a_repr() -> None:
    assert cast.PASSWORD not in repr(cast.target())


def memory() -> MemoryOutside:
    return MemoryOutside(cast.target(), cast.records, chain=cast.leaf().chain)


def test_a_far_side_that_does_not_answer_fails_its_check_and_no_other() -> None:
    class Deaf(MemoryOutside):
        def handshake(self, *_: object) -> TlsFacts:
            raise Unreachable("mail.acme.example:25 did not answer", remedy="start it")

    report = check(cast.target(), Deaf(cast.target(), cast.records))
    assert {f.remedy for f in report.of("tls.handshake")} == {"start it"}
    assert all(f.verdict is Verdict.PASSED for f in report.findings if f.check != "tls.handshake")


def test_a_check_that_breaks_does_not_take_the_report_with_it() -> None:
    class Odd(MemoryOutside):
        def handshake(self, *_: object) -> TlsFacts:
            return TlsFacts(25, version="TLSv1.3", chain=(b"no certificate",))

    report = check(cast.target(), Odd(cast.target(), cast.records))
    assert all("the check itself broke: ValueError" in f.detail for f in report.of("tls.handshake"))
    assert report.of("mail.roundtrip")


def test_what_is_not_done_in_time_is_reported_as_such() -> None:
    released = threading.Event()

    class Slow(MemoryOutside):
        def knock(self, address: object, port: int) -> PortFacts:
            released.wait(5)
            return super().knock(cast.ACME_IP, port)

    report = check(cast.target(), Slow(cast.target(), cast.records), limit_s=0.1, only=("ports",))
    released.set()
    assert {finding.verdict for finding in report.findings} == {Verdict.FAILED}
    assert all("not done within" in finding.detail for finding in report.findings)


@pytest.mark.parametrize("judge", [isolation.judge_allowed, isolation.judge_forbidden])
def test_a_way_that_could_not_be_tried_proves_nothing(judge: Callable[..., Finding]) -> None:
    facts = PathFacts(Knocked.UNTRIED, "the guest agent does not answer")
    assert judge(cast.target(), cast.PEER_IMAP, facts).verdict is Verdict.SKIPPED


@pytest.mark.parametrize(
    ("log", "verdict"),
    [
        ((), Verdict.SKIPPED),
        (("Untrusted TLS connection established to mail.acme.example[203.0.113.10]:25: TLSv1.3",), Verdict.FAILED),
        (("Verified TLS connection established to mail.acme.example[203.0.113.10]:25: TLSv1.3",), Verdict.PASSED),
        (("Verified TLS connection established to mail.other.example[203.0.113.10]:25: TLSv1.3",), Verdict.SKIPPED),
    ],
)
def test_dane_is_judged_by_the_senders_log(log: tuple[str, ...], verdict: Verdict) -> None:
    facts = MailFacts("m", 1.0, b"Subject: x\n\n", deleted=True, sender_log=log)
    assert round_trip.judge_dane(cast.GUSTAV, cast.ANNA, facts).verdict is verdict


def test_slow_mail_and_a_probe_left_behind_are_warnings() -> None:
    facts = MailFacts("m", 61.0, b"Subject: x\n\n", deleted=False)
    findings = list(round_trip.judge_way(cast.ANNA, cast.ANNA, facts))
    warnings = {finding.check for finding in findings if finding.verdict is Verdict.WARNING}
    assert warnings == {"mail.delivery-time", "mail.cleaning"}


def test_compression_and_old_best_versions_are_failures() -> None:
    facts = TlsFacts(465, None, "TLSv1.1", "x", cast.leaf().chain, compression="DEFLATE")
    found = {f.check for f in tls.judge(cast.target(), facts, cast.NOW) if f.verdict is Verdict.FAILED}
    assert found == {"tls.compression", "tls.version"}


def test_missing_tlsa_is_a_failure_for_mail_and_a_warning_elsewhere() -> None:
    target = cast.target()
    for port, verdict in ((25, Verdict.FAILED), (993, Verdict.WARNING)):
        answer = memory().lookup("_1._tcp.mail.acme.example", "TLSA")
        assert isinstance(answer, Answer)
        assert dane.judge(target, answer, TlsFacts(port, chain=cast.leaf().chain)).verdict is verdict
