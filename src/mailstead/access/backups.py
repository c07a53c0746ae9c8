"""Backups, as one caller may see them, order them, and bring machines back from them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from mailstead.backup.model import Hold, Snapshot
from mailstead.backup.plan import Judgement
from mailstead.ground.plans import ChangePlan
from mailstead.ground.rhythms import Rhythm
from mailstead.orders.model import OrderView
from mailstead.people.model import Right
from mailstead.protection.model import Known, Rules
from mailstead.protection.plan import rules_for
from mailstead.protection.schedule import Candidate, is_overdue, next_begin
from mailstead.protection.verbs import Protection
from mailstead.tenants.model import Backup, Tenant
from mailstead.tenants.store import Summary

from .asking import Asking


@dataclass(frozen=True, slots=True)
class BackupView:
    """A snapshot, why it is kept, and the holds on it."""

    snapshot: Snapshot
    reasons: tuple[str, ...]
    holds: tuple[Hold, ...]


@dataclass(frozen=True, slots=True)
class ProtectionView:
    """How a tenant is protected. `target` is empty for those who are not told, `next` None: nothing of it is kept."""

    tenant: str
    on: bool
    target: str
    rules: Rules
    known: Known | None
    next: datetime | None
    overdue: bool


class BackupAccess:
    """The backups of each tenant."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def get(self, tenant: str) -> ProtectionView:
        """Say how a tenant is protected, without asking where backups lie. Raises NotFound."""
        entry = self._asking.tenant(Right.MACHINES_READ, tenant)
        return self._view(tenant, entry.host, self._verbs.rules(tenant), self._verbs.known(tenant))

    def page(self, *, after: str = "", limit: int = 50, search: str = "") -> list[ProtectionView]:
        """Return up to *limit* tenants in the order of their names, behind *after*, whose name holds *search*."""
        self._asking.demand(Right.MACHINES_READ)
        found = self._asking.tenants.overview(after=after, limit=limit, search=search)
        known = self._verbs.ground.book.of([one.name for one in found], self._asking.caller.scope)
        return [self._in_short(one, known.get(one.name)) for one in found]

    def troubled(self, limit: int = 50) -> list[ProtectionView]:
        """Return who is without a good backup for too long, or whose backups fail or are damaged, the longest first."""
        self._asking.demand(Right.MACHINES_READ)
        if not (running := self._asking.running).platform.backup_target:
            return []
        overdue = running.world.clock.now() - timedelta(hours=running.platform.backup.overdue_hours)
        known = self._verbs.ground.book.troubled(overdue, limit=limit, scope=self._asking.caller.scope)
        found = self._asking.tenants.named(known)
        return [self._in_short(found[name], one) for name, one in known.items() if name in found]

    def set_rules(self, tenant: str, rules: Backup, *, expected: int | None = None) -> OrderView:
        """Give a tenant rules of its own. Raises Changed, NoSuchTarget."""
        entry = self._asking.tenant(Right.TENANTS_WRITE, tenant)
        if rules.target:
            self._verbs.ground.places.wanted(rules.target)
        wanted = partial(_with_rules, rules)
        return self._asking.change(entry, "tenant.backup", tenant, wanted, expected=expected)

    def all(self, tenant: str) -> list[BackupView]:
        """Return what is kept of a tenant, the oldest first. Raises NotFound, NotProtected, Unreachable."""
        self._asking.tenant(Right.MACHINES_READ, tenant)
        holds = self._verbs.holds(tenant)
        return [_seen(judged, holds) for judged in self._verbs.judged(tenant)]

    def loss(self, tenant: str, snapshot: int | None = None, disks: Sequence[str] = ()) -> ChangePlan[str]:
        """Return what bringing disks (none named: all) back in place would lose. Raises NoSuchSnapshot, NoBackup."""
        self._asking.tenant(Right.MACHINES_READ, tenant)
        return self._verbs.loss(tenant, snapshot, disks)

    def run(self, tenant: str, rhythm: Rhythm | None = None) -> OrderView:
        """Make a backup now. Raises NotProtected, NotOfDriver."""
        self._asking.tenant(Right.MACHINES_WRITE, tenant)
        verbs, told = self._verbs, rhythm or "as the rules say"
        return self._asking.order("backup.run", tenant, told, lambda: verbs.run(tenant, rhythm))

    def collect(self, tenant: str) -> OrderView:
        """Free the room that no backup needs. Raises NotProtected."""
        self._asking.tenant(Right.MACHINES_WRITE, tenant)
        verbs = self._verbs
        return self._asking.order("backup.collect", tenant, tenant, lambda: verbs.collect(tenant))

    def verify(self, tenant: str) -> OrderView:
        """Read everything that is kept of a tenant. Raises NotProtected."""
        self._asking.tenant(Right.MACHINES_WRITE, tenant)
        verbs = self._verbs
        return self._asking.order("backup.verify", tenant, tenant, lambda: verbs.verify(tenant))

    def drill(self, tenant: str, snapshot: int | None = None) -> OrderView:
        """Try a backup out, or the newest. Raises DrillUnderWay, NoBackup, NotOfDriver."""
        self._asking.tenant(Right.MACHINES_WRITE, tenant)
        verbs = self._verbs
        return self._asking.order("backup.drill", tenant, _named(snapshot), lambda: verbs.drill(tenant, snapshot))

    def prune(self, tenant: str, snapshots: Collection[int]) -> OrderView:
        """Remove those of *snapshots* that the rules give up. Raises NotProtected, StillKept for any other."""
        self._asking.tenant(Right.TENANTS_PURGE, tenant)
        verbs = self._verbs
        told = ", ".join(map(str, sorted(snapshots)))
        return self._asking.order("backup.prune", tenant, told, lambda: verbs.prune(tenant, snapshots))

    def hold(self, tenant: str, snapshot: int, reason: str) -> BackupView:
        """Lay a legal hold on a snapshot. Raises NoSuchSnapshot, SnapshotGoing."""
        self._asking.tenant(Right.MACHINES_WRITE, tenant)
        verbs, by = self._verbs, self._asking.caller.actor
        told, named = self._asking.told, _named(snapshot)
        told("backup.hold", tenant, named, lambda: verbs.hold(tenant, snapshot, reason=reason, by=by), reason=reason)
        return self._one(tenant, snapshot)

    def release(self, tenant: str, snapshot: int) -> BackupView:
        """Lift all holds on a snapshot. Raises NoSuchHold."""
        self._asking.tenant(Right.TENANTS_PURGE, tenant)
        verbs = self._verbs
        self._asking.told("backup.release", tenant, _named(snapshot), lambda: verbs.release(tenant, snapshot))
        return self._one(tenant, snapshot)

    def restore(
        self, tenant: str, snapshot: int | None = None, disks: Sequence[str] = (), *, allow_loss: Collection[str] = ()
    ) -> OrderView:
        """Bring disks (none named: all) back in place, after a backup of what is there.

        Raises StepUpNeeded, UnsafePlan unless "machine NAME" is in *allow_loss*, NoSuchSnapshot, NoBackup.
        """
        self._asking.tenant(Right.MACHINES_RESTORE, tenant)
        verbs, told = self._verbs, f"{', '.join(disks) or 'machine'}, {_named(snapshot)}"
        return self._asking.order(
            "backup.restore", tenant, told, lambda: verbs.restore(tenant, snapshot, disks, allow_loss=allow_loss)
        )

    def undo(self, tenant: str, order: str) -> OrderView:
        """Take back a restore that did not come to its end. Raises StepUpNeeded, NotFound, NotUndoable."""
        self._asking.tenant(Right.MACHINES_RESTORE, tenant)
        verbs = self._verbs
        return self._asking.order("backup.undo", tenant, order, lambda: verbs.undo(tenant, order))

    @property
    def _verbs(self) -> Protection:
        return self._asking.running.protection

    def _in_short(self, tenant: Summary, known: Known | None) -> ProtectionView:
        return self._view(
            tenant.name, tenant.host, rules_for(self._asking.running.platform, tenant, tenant.host), known
        )

    def _view(self, tenant: str, host: str | None, rules: Rules, known: Known | None) -> ProtectionView:
        now = self._asking.running.world.clock.now()
        one = Candidate(tenant, host or "", rules, known or Known(now))
        target = rules.target if self._asking.sees_hosts else ""
        told = replace(rules, target=target)
        return ProtectionView(tenant, rules.on, target, told, known, next_begin(one, now), is_overdue(one, now))

    def _one(self, tenant: str, snapshot: int) -> BackupView:
        return next(view for view in self.all(tenant) if view.snapshot.number == snapshot)


def _seen(judged: Judgement, holds: Sequence[Hold]) -> BackupView:
    mine = tuple(hold for hold in holds if hold.snapshot == judged.snapshot.number)
    return BackupView(judged.snapshot, judged.reasons, mine)


def _with_rules(rules: Backup, tenant: Tenant) -> Tenant:
    return tenant.changed(backup=rules)


def _named(snapshot: int | None) -> str:
    return f"snapshot {snapshot}" if snapshot else "the newest snapshot"
