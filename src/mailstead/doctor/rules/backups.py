"""Every tenant that is to be protected is, and what is kept of it can be read."""

from collections.abc import Iterator

from mailstead.doctor.facts import Facts
from mailstead.doctor.model import Finding
from mailstead.protection.model import Known, Rules
from mailstead.protection.plan import rules_for


def overdue(facts: Facts) -> Iterator[Finding]:
    for name, rules, known in _protected(facts):
        if facts.now - known.last >= rules.overdue:
            since = f"the last good one is of {known.good:%Y-%m-%d %H:%M} UTC" if known.good else "there is none"
            told = f"{name} is for too long without a good backup: {since}"
            remedy = f"mailstead backup run {name}"
            yield Finding("backup-overdue", f"backups of {name}", told, remedy, tenant=name)


def failing(facts: Facts) -> Iterator[Finding]:
    for name, _, known in _protected(facts):
        if known.failure:
            told = f"the last backup of {name} came to nothing: {known.failure}"
            remedy = f"mend that, then mailstead backup run {name}"
            yield Finding("backup-failing", f"backups of {name}", told, remedy, tenant=name)


def damaged(facts: Facts) -> Iterator[Finding]:
    for name, _, known in _protected(facts):
        if known.damage:
            told = f"of the backups of {name}, {known.damage}"
            remedy = f"take them from the second copy, then mailstead backup verify {name} --full"
            yield Finding("backup-damaged", f"backups of {name}", told, remedy, tenant=name)


def skipped(facts: Facts) -> Iterator[Finding]:
    """Yield as notes the tenants whose backups are turned off."""
    for name, entry in facts.serving():
        if facts.platform.backup_target and entry.tenant.backup.off:
            told = f"backups of {name} are turned off"
            remedy = "take `off` out of its table [backup] if that is no longer meant"
            yield Finding("backup-off", f"backups of {name}", told, remedy, tenant=name)


def _protected(facts: Facts) -> Iterator[tuple[str, Rules, Known]]:
    for name, entry in facts.serving():
        rules = rules_for(facts.platform, entry.tenant, entry.host)
        if rules.on and name in facts.kept.protection:
            yield name, rules, facts.kept.protection[name]
