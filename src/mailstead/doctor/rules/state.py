"""What the platform remembers is whole, not from the future, and nobody else's to read."""

from collections.abc import Iterator
from datetime import timedelta

from mailstead.doctor.facts import Facts
from mailstead.doctor.model import Finding, Restrict

TIME = "%Y-%m-%d %H:%M:%S"
CLOCKS_MAY_DIFFER = timedelta(seconds=60)


def audit(facts: Facts) -> Iterator[Finding]:
    verdict = facts.state.audit
    if verdict and verdict.fault:
        told = f"the audit chain is broken: {verdict.fault}"
        remedy = "keep a copy of the database as it is, find out who could write to it, and see mailstead audit verify"
        yield Finding("audit-broken", "audit chain", told, remedy)


def clock(facts: Facts) -> Iterator[Finding]:
    latest = facts.state.latest
    if latest and latest - facts.now > CLOCKS_MAY_DIFFER:
        told = f"the state was last written at {latest:{TIME}} UTC, and this machine's clock says {facts.now:{TIME}}"
        remedy = "set this machine's clock; leases and grace times follow it"
        yield Finding("clock-behind", "clock", told, remedy)


def exposed(facts: Facts) -> Iterator[Finding]:
    for path in facts.state.exposed:
        told = f"{path} can be read or written by others than its owner"
        yield Finding("file-exposed", f"file {path}", told, f"chmod 0600 {path}", fix=Restrict(path))
