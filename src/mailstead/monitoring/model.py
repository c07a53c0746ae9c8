"""What a check finds: one finding for one duty, and the report of them all."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What came of a check; declared from worst to best, the order in which findings are shown."""

    FAILED = "failed"
    WARNING = "warning"
    SKIPPED = "skipped"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One duty looked at.

    `check` is a stable code, listed in docs/formats/check-report.md; `subject` is what was looked at
    ("acme.example", "mail.acme.example:25"); `remedy` is what an administrator types or changes, and stands
    with every failure; `evidence` is what was seen, line by line.
    """

    check: str
    subject: str
    verdict: Verdict
    detail: str
    remedy: str = ""
    evidence: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as JSON shows it."""
        return {
            "check": self.check,
            "subject": self.subject,
            "verdict": self.verdict.value,
            "detail": self.detail,
            "remedy": self.remedy,
            "evidence": list(self.evidence),
        }


def passed(check: str, subject: str, detail: str, evidence: Iterable[str] = ()) -> Finding:
    return Finding(check, subject, Verdict.PASSED, detail, "", tuple(evidence))


def failed(check: str, subject: str, detail: str, remedy: str, evidence: Iterable[str] = ()) -> Finding:
    return Finding(check, subject, Verdict.FAILED, detail, remedy, tuple(evidence))


def warned(check: str, subject: str, detail: str, remedy: str, evidence: Iterable[str] = ()) -> Finding:
    return Finding(check, subject, Verdict.WARNING, detail, remedy, tuple(evidence))


def skipped(check: str, subject: str, detail: str, remedy: str = "") -> Finding:
    return Finding(check, subject, Verdict.SKIPPED, detail, remedy)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything found about one tenant; `seconds` is how long looking took."""

    tenant: str
    findings: tuple[Finding, ...]
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether nothing failed; warnings and what was skipped do not fail a report."""
        return not any(finding.verdict is Verdict.FAILED for finding in self.findings)

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many findings there are of each verdict."""
        counted = Counter(finding.verdict for finding in self.findings)
        return {verdict: counted[verdict] for verdict in Verdict}

    def of(self, check: str) -> tuple[Finding, ...]:
        """Return the findings of one check."""
        return tuple(finding for finding in self.findings if finding.check == check)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON shows it; see docs/formats/check-report.md."""
        return {
            "format": 1,
            "tenant": self.tenant,
            "passed": self.passed,
            "counts": {verdict.value: count for verdict, count in self.counts.items()},
            "seconds": round(self.seconds, 3),
            "findings": [finding.as_dict() for finding in self.findings],
        }
