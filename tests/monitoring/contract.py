"""What every view from outside must make of a world: healthy is healthy, and each fault is found where it lies."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from mailstead.dns.model import Record, text_value
from mailstead.monitoring.model import Report, Verdict
from mailstead.monitoring.target import CLOSED_PORTS, SERVICES, Path, Target

from . import cast

HEALTHY_CODES = {
    "dns.mx", "dns.address", "dns.spf", "dns.dkim", "dns.dmarc", "dns.tlsa", "dns.mta-sts", "dns.ptr", "dns.dnssec",
    "dns.tls-rpt", "dns.caa", "dns.srv", "dns.autoconfig", "ports.open", "ports.closed", "tls.starttls",
    "tls.handshake", "tls.version", "tls.old-versions", "tls.ciphers", "tls.compression", "tls.certificate",
    "tls.expiry", "tls.chain", "dane.tlsa", "smtp.open-relay", "smtp.forged-sender", "auth.plaintext",
    "auth.wrong-password", "mta-sts.policy", "autoconfig.page", "mail.roundtrip", "mail.delivery-time",
    "mail.cleaning", "mail.authentication", "mail.tls", "mail.dane", "isolation.peer-imap", "isolation.peer-smtp",
}  # fmt: skip


@dataclass
class Scene:
    """A world that can be spoiled before it is looked at."""

    records: set[Record] = field(default_factory=cast.records)
    served: set[int] = field(default_factory=lambda: {service.port for service in SERVICES})
    ways: set[Path] = field(default_factory=lambda: {cast.PEER_SMTP})
    loses_mail: bool = False
    leaf: cast.Leaf = field(default_factory=cast.leaf)

    def without(self, name: str, kind: str) -> None:
        self.records = {record for record in self.records if (record.name, record.kind) != (name, kind)}

    def instead(self, name: str, kind: str, *values: str) -> None:
        self.without(name, kind)
        self.records |= {Record(name, kind, 60, value) for value in values}

    def text(self, name: str, *texts: str) -> None:
        self.instead(name, "TXT", *map(text_value, texts))


def failures(report: Report) -> set[str]:
    return {finding.check for finding in report.findings if finding.verdict is Verdict.FAILED}


class OutsideContract(ABC):
    @abstractmethod
    def look(self, scene: Scene, target: Target, *only: str) -> Report:
        """Check *target* in *scene*."""

    @pytest.fixture
    def scene(self) -> Scene:
        return Scene()

    def check(self, scene: Scene, *only: str, **changes: object) -> Report:
        return self.look(scene, cast.target(**changes), *only)

    def test_a_healthy_tenant_passes_every_check(self, scene: Scene) -> None:
        report = self.check(scene)
        wrong = [finding for finding in report.findings if finding.verdict is not Verdict.PASSED]
        assert wrong == []
        assert {finding.check for finding in report.findings} == HEALTHY_CODES

    def test_every_failure_names_a_remedy(self, scene: Scene) -> None:
        scene.records, scene.served, scene.ways = set(), set(CLOSED_PORTS), {cast.PEER_IMAP}
        report = self.check(scene)
        assert len(failures(report)) > 15
        assert all(f.remedy for f in report.findings if f.verdict in {Verdict.FAILED, Verdict.WARNING})

    @pytest.mark.parametrize(
        ("kind", "values"),
        [
            ("MX", []),
            ("MX", ["10 mail.elsewhere.example."]),
            ("MX", ["0 ."]),
        ],
        ids=["missing", "wrong", "null"],
    )
    def test_a_bad_mx_is_found(self, scene: Scene, kind: str, values: list[str]) -> None:
        scene.instead("acme.example", kind, *values)
        assert "dns.mx" in failures(self.check(scene, "dns"))

    def test_an_mx_that_is_an_alias_is_found(self, scene: Scene) -> None:
        scene.without("mail.acme.example", "A")
        scene.instead("mail.acme.example", "CNAME", "mail.globex.example.")
        assert "dns.mx" in failures(self.check(scene, "dns"))

    def test_an_mx_that_runs_in_a_circle_is_found(self, scene: Scene) -> None:
        scene.without("mail.acme.example", "A")
        scene.instead("mail.acme.example", "CNAME", "turn.acme.example.")
        scene.instead("turn.acme.example", "CNAME", "mail.acme.example.")
        report = self.check(scene, "dns")
        assert any("circle" in finding.detail for finding in report.of("dns.mx"))

    @pytest.mark.parametrize(
        ("texts", "said"),
        [
            (["v=spf1 ip4:203.0.113.10 -all", "v=spf1 -all"], "2 SPF"),
            ([], "no SPF"),
            (["v=spf1 a:mail.globex.example -all"], "gets fail"),
            (["v=spf1 include:acme.example -all"], "includes itself"),
            (["v=spf1 " + "a:mail.globex.example " * 11 + "-all"], "11 lookups"),
        ],
        ids=["two", "none", "not ours", "loop", "eleven lookups"],
    )
    def test_a_bad_spf_policy_is_found(self, scene: Scene, texts: list[str], said: str) -> None:
        scene.text("acme.example", *texts)
        found = self.check(scene, "dns").of("dns.spf")
        assert any(said in finding.detail and finding.verdict is Verdict.FAILED for finding in found)

    def test_a_missing_signing_key_is_found(self, scene: Scene) -> None:
        scene.without("r1._domainkey.acme.example", "TXT")
        assert failures(self.check(scene, "dns")) == {"dns.dkim"}

    def test_a_signing_key_that_is_too_short_is_found(self, scene: Scene) -> None:
        short = cast.rsa_key(1024)
        scene.text("r1._domainkey.acme.example", f"v=DKIM1; k=rsa; s=email; p={short.public}")
        domains = (cast.naming(dkim=(short, cast.ed25519_key())),)
        assert failures(self.check(scene, "dns", domains=domains)) == {"dns.dkim"}

    @pytest.mark.parametrize(
        "texts",
        [
            [],
            ["v=DMARC1; p=none"],
            ["v=DMARC1; p=reject; rua=postmaster"],
            ["v=DMARC1; p=reject"] * 2 + ["v=DMARC1; p=none"],
        ],
        ids=["missing", "too weak", "malformed", "two"],
    )
    def test_a_bad_dmarc_policy_is_found(self, scene: Scene, texts: list[str]) -> None:
        scene.text("_dmarc.acme.example", *texts)
        assert "dns.dmarc" in failures(self.check(scene, "dns"))

    @pytest.mark.parametrize(
        ("name", "kind", "check"),
        [
            ("_smtp._tls.acme.example", "TXT", "dns.tls-rpt"),
            ("mail.acme.example", "CAA", "dns.caa"),
            ("_imaps._tcp.acme.example", "SRV", "dns.srv"),
            ("autoconfig.acme.example", "CNAME", "dns.autoconfig"),
            ("_mta-sts.acme.example", "TXT", "dns.mta-sts"),
            ("10.113.0.203.in-addr.arpa", "PTR", "dns.ptr"),
        ],
    )
    def test_a_missing_record_is_found(self, scene: Scene, name: str, kind: str, check: str) -> None:
        scene.without(name, kind)
        assert failures(self.check(scene, "dns")) == {check}

    def test_a_wrong_address_is_found(self, scene: Scene) -> None:
        scene.instead("mail.acme.example", "A", "203.0.113.99")
        assert failures(self.check(scene, "dns")) == {"dns.address"}

    def test_records_beside_the_planned_ones_are_a_warning(self, scene: Scene) -> None:
        scene.records.add(Record("mail.acme.example", "CAA", 60, '0 issue "other.example"'))
        report = self.check(scene, "dns")
        assert report.passed
        assert [finding.verdict for finding in report.of("dns.caa")] == [Verdict.WARNING]

    def test_a_tlsa_record_of_another_key_is_found(self, scene: Scene) -> None:
        scene.instead("_25._tcp.mail.acme.example", "TLSA", f"3 1 1 {'0' * 64}")
        assert failures(self.check(scene, "dns", "tls")) == {"dane.tlsa", "dns.tlsa"}

    def test_a_missing_tlsa_record_is_found(self, scene: Scene) -> None:
        scene.without("_25._tcp.mail.acme.example", "TLSA")
        assert failures(self.check(scene, "dns", "tls")) == {"dane.tlsa", "dns.tlsa"}

    def test_a_tlsa_record_of_the_authority_is_as_good(self, scene: Scene) -> None:
        scene.instead("_993._tcp.mail.acme.example", "TLSA", f"2 1 1 {cast.leaf().root_digest}")
        assert self.check(scene, "dns", "tls").passed

    def test_a_certificate_for_another_name_is_found(self, scene: Scene) -> None:
        scene.leaf = cast.authority().issue(["mail.globex.example"])
        assert "tls.certificate" in failures(self.check(scene, "tls"))

    def test_a_certificate_that_has_ended_is_found(self, scene: Scene) -> None:
        scene.leaf = cast.authority().issue(days=0.5)
        assert {"tls.expiry", "tls.chain"} <= failures(self.check(scene, "tls"))

    def test_a_certificate_that_should_be_renewed_is_a_warning(self, scene: Scene) -> None:
        scene.leaf = cast.authority().issue(begin=timedelta(days=-85))
        found = self.check(scene, "tls").of("tls.expiry")
        assert {finding.verdict for finding in found} == {Verdict.WARNING}

    def test_a_certificate_of_an_unknown_authority_is_found(self, scene: Scene) -> None:
        scene.leaf = cast.Authority().issue()
        assert "tls.chain" in failures(self.check(scene, "tls"))

    def test_a_service_that_does_not_answer_is_found(self, scene: Scene) -> None:
        scene.served.discard(4190)
        assert "ports.open" in failures(self.check(scene, "ports"))

    def test_a_port_that_should_be_closed_is_found(self, scene: Scene) -> None:
        scene.served.add(143)
        assert failures(self.check(scene, "ports")) == {"ports.closed"}

    def test_mail_that_does_not_arrive_is_found(self, scene: Scene) -> None:
        scene.loses_mail = True
        assert failures(self.check(scene, "mail")) == {"mail.roundtrip"}

    def test_without_a_mailbox_the_probe_is_skipped(self, scene: Scene) -> None:
        (found,) = self.check(scene, "mail", probe=None).of("mail.roundtrip")
        assert found.verdict is Verdict.SKIPPED

    def test_a_way_that_must_be_closed_is_found(self, scene: Scene) -> None:
        scene.ways.add(cast.PEER_IMAP)
        assert failures(self.check(scene, "isolation")) == {"isolation.peer-imap"}

    def test_a_way_that_must_be_open_is_found(self, scene: Scene) -> None:
        scene.ways.clear()
        assert failures(self.check(scene, "isolation")) == {"isolation.peer-smtp"}

    def test_a_domain_without_mta_sts_is_not_asked_for_it(self, scene: Scene) -> None:
        quiet = replace(cast.naming(), mta_sts="none")
        scene.without("_mta-sts.acme.example", "TXT")
        report = self.check(scene, "dns", "mta-sts", domains=(quiet,))
        assert report.passed
        assert [f.verdict for f in (*report.of("dns.mta-sts"), *report.of("mta-sts.policy"))] == [Verdict.SKIPPED] * 2
