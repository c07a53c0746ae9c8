"""Which rules hold for whom, and upon which snapshot the next one builds. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from mailstead.backup.model import Kind, Snapshot
from mailstead.backup.plan import Retention
from mailstead.ground.rhythms import Keep, Rhythm, zone_of
from mailstead.sites.model import Platform
from mailstead.tenants.model import Backup, Status

from .model import Rules


class Wanted(Protocol):
    """A tenant, or what a list tells of one."""

    @property
    def backup(self) -> Backup: ...

    @property
    def status(self) -> Status: ...


def rules_for(platform: Platform, tenant: Wanted, host: str | None) -> Rules:
    """Return what holds for a tenant that lives on *host*."""
    off = tenant.backup.off or tenant.status is Status.REMOVED
    return rules_of(platform, tenant.backup.changed(off=off), host)


def rules_of(platform: Platform, own: Backup, host: str | None) -> Rules:
    """Return what holds for one in service with such rules of its own."""
    common, zone = platform.backup, zone_of(platform.zone(host))
    return Rules(
        target=_target(platform, own),
        hours=own.hours or common.hours,
        zone=zone,
        jitter=timedelta(minutes=common.jitter_minutes),
        every=timedelta(hours=common.every_hours),
        full_every=timedelta(days=common.full_days),
        rhythm=own.rhythm or common.rhythm,
        retention=_retention(own.keep or common.keep, zone.key),
        consistent=common.consistent if own.consistent is None else own.consistent,
        overdue=timedelta(hours=common.overdue_hours),
        verify_days=common.verify_days,
        mib_s=common.mib_s,
    )


@dataclass(frozen=True, slots=True)
class Footing:
    """What is asked for, upon which snapshot, and each disk's name for that moment."""

    kind: Kind
    base: int | None = None
    points: Mapping[str, str] | None = None


def footing(snapshots: Sequence[Snapshot], rules: Rules, now: datetime, wanted: Rhythm | None = None) -> Footing:
    """Return upon what the next snapshot builds; *wanted* is what somebody asked for, None: what the rules say."""
    fulls = [snapshot for snapshot in snapshots if snapshot.kind is Kind.FULL]
    if not fulls or wanted is Rhythm.FULL:
        return Footing(Kind.FULL)
    rhythm = wanted or rules.rhythm
    stale = bool(rules.full_every) and now - fulls[-1].taken >= rules.full_every
    if rhythm is Rhythm.FULL or (stale and wanted is None):
        return Footing(Kind.FULL)
    base = fulls[-1] if rhythm is Rhythm.DIFFERENTIAL else snapshots[-1]
    return Footing(Kind(rhythm), base.number, {disk.name: disk.point for disk in base.disks})


def check_part(now: datetime, days: int) -> int:
    """Return which of *days* equal parts is checked today, from 1.

    >>> check_part(datetime(2026, 1, 1), 30), check_part(datetime(2026, 1, 2), 30)
    (1, 2)
    """
    return (now.date().toordinal() - _FIRST) % days + 1


_FIRST = date(2026, 1, 1).toordinal()


def _target(platform: Platform, own: Backup) -> str:
    names = [target.name for target in platform.backup_target]
    if own.off or not names:
        return ""
    return own.target or platform.backup.target or names[0]


def _retention(keep: Keep, zone: str) -> Retention:
    return Retention(
        last=keep.last,
        hourly=keep.hourly,
        daily=keep.daily,
        weekly=keep.weekly,
        monthly=keep.monthly,
        yearly=keep.yearly,
        age=timedelta(days=keep.days),
        zone=zone_of(zone),
    )
