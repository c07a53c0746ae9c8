"""The stores of backups on all targets of a platform, each opened when it is first asked for."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from mailstead.backup.errors import NoStore
from mailstead.backup.port import Target
from mailstead.backup.store.backups import Backups
from mailstead.security.model import Secret
from mailstead.sites.backups import BackupTarget

from .errors import NoSuchTarget

Reach = Callable[[BackupTarget], Target]


class Places:
    """Targets by name. *cache* is a folder for indexes, which may be deleted at any time; None: in memory."""

    def __init__(
        self, targets: Sequence[BackupTarget], reach: Reach, key: Callable[[], Secret], cache: Path | None = None
    ) -> None:
        self._wanted = {target.name: target for target in targets}
        self._reach, self._key, self._cache = reach, key, cache
        self._open: dict[str, Backups] = {}

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._wanted)

    def wanted(self, name: str) -> BackupTarget:
        """Return what the platform file says of a target. Raises NoSuchTarget."""
        if name not in self._wanted:
            known = ", ".join(self._wanted) or "none"
            remedy = f"the platform has {known}; add a [[backup_target]] to mailstead.toml"
            raise NoSuchTarget(f"there is no backup target {name}", field="target", value=name, remedy=remedy)
        return self._wanted[name]

    def store(self, name: str) -> Backups:
        """Return the store on a target, made there if there is none. Raises NoSuchTarget, ForeignStore, Unreachable."""
        wanted = self.wanted(name)
        if name not in self._open:
            opened = Backups if self.is_second(name) else Backups.make
            self._open[name] = opened(self._reach(wanted), self._key(), self._cache_of(name))
        return self._open[name]

    def second(self, name: str) -> BackupTarget | None:
        """Return where the second copy of a target is kept, if there is to be one."""
        wanted = self.wanted(name)
        return self.wanted(wanted.second) if wanted.second else None

    def copies(self, name: str) -> list[str]:
        """Return a target and those that its copies lie on."""
        second = self.second(name)
        return [name, second.name] if second else [name]

    def refuse_held(self, tenant: str) -> None:
        """Raise SnapshotHeld while a hold lies on a backup of the tenant, on any target."""
        for store in self._there():
            store.refuse_held(tenant)

    def destroy(self, tenant: str, run: str) -> None:
        """Destroy the tenant's backups on all targets; may be repeated. Raises SnapshotHeld before anything goes."""
        self.refuse_held(tenant)
        for store in self._there():
            store.destroy(tenant, run)

    def reach(self, target: BackupTarget) -> Target:
        """Return the bare target. Raises NoCredentials."""
        return self._reach(target)

    def is_second(self, name: str) -> bool:
        """Say whether it holds copies: such a store is founded by the first copying, under the same keys."""
        return any(target.second == name for target in self._wanted.values())

    def _there(self) -> Iterator[Backups]:
        for name in self._wanted:
            try:
                store = self.store(name)
            except NoStore:  # nothing was copied there yet
                continue
            yield store

    def _cache_of(self, name: str) -> Path | None:
        return self._cache / name if self._cache else None
