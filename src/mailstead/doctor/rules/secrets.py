"""Secrets, keys, certificates and sights belong to tenants."""

from collections.abc import Iterable, Iterator

from mailstead.doctor.facts import Facts
from mailstead.doctor.model import Finding, ForgetTraces


def of_nobody(facts: Facts) -> Iterator[Finding]:
    kept = facts.kept
    yield from _of_nobody(facts, "secret-orphan", "secrets", kept.secrets)
    yield from _of_nobody(facts, "certificate-orphan", "certificates", kept.rollovers)
    yield from _of_nobody(facts, "dkim-orphan", "DKIM keys", kept.dkim)
    yield from _of_nobody(facts, "sight-orphan", "sights", kept.sights)


def _of_nobody(facts: Facts, code: str, what: str, names: Iterable[str]) -> Iterator[Finding]:
    for name in facts.strangers(names):
        told = f"{what} are kept for {name}, who is no tenant"
        # What still lies on a host may be worth adopting, and its disks could not be read without these.
        fix = ForgetTraces(name) if facts.nowhere(name) else None
        remedy = "mailstead doctor --fix" if fix else f"first see what {name} still has on hosts"
        yield Finding(code, f"{what} of {name}", told, remedy, tenant=name, fix=fix)
