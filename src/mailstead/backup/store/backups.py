"""The door to a store of backups: made or opened with the platform's key, then entered tenant by tenant."""

from pathlib import Path

from mailstead.backup.errors import ForeignStore
from mailstead.backup.model import Told
from mailstead.backup.port import Target
from mailstead.ground.names import parse_tenant_name
from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.security.model import Secret

from .copying import copied, foundation
from .destroying import destroy, refuse_held
from .export import exported
from .keys import TenantKeys
from .names import TENANTS, tenant_of
from .opening import broken_objects, make_store, open_store, tenant_key
from .tenant_store import TenantStore

_CACHE_FORMAT = 1


class Backups:
    """All tenants' backups on one target."""

    def __init__(self, target: Target, platform_key: Secret, cache: Path | None = None) -> None:
        """Open the store that is there. Raises NoStore, ForeignStore, Damaged.

        *cache* is a folder for indexes, which may be deleted at any time; None keeps them in memory.
        """
        self.id = open_store(target, platform_key)
        self._target, self._key, self._cache = target, platform_key, cache

    @classmethod
    def make(cls, target: Target, platform_key: Secret, cache: Path | None = None) -> "Backups":
        """Make the store if there is none yet, and open it. Raises TargetUnfit, ForeignStore, Damaged."""
        make_store(target, platform_key)
        return cls(target, platform_key, cache)

    def tenants(self, scope: Scope = EVERYTHING) -> list[str]:
        """Return who has backups here, of those that *scope* admits."""
        found = {tenant_of(entry.name) for entry in self._target.list(TENANTS)}
        return scope.within(sorted(found))

    def tenant(self, name: str) -> TenantStore:
        """Enter a tenant's backups; the first time its key is made. Raises Damaged."""
        tenant = parse_tenant_name(name)
        key = tenant_key(self._target, self._key, self.id, tenant)
        return TenantStore(self._target, TenantKeys(self.id, tenant, key), self._cache_of(tenant))

    def copy_to(self, second: Target, tenant: str, run: str, told: Told) -> int:
        """Bring what another target lacks of a tenant's backups there; return how many bytes that took.

        The first time the store is founded there, with the same keys. Raises ForeignStore where another one is.
        """
        here = self.tenant(tenant)
        foundation(self._target, second, tenant)
        copy = Backups(second, self._key)
        if copy.id != self.id:
            remedy = "give the second copy a folder or bucket of its own"
            raise ForeignStore("another store is where the second copy should be", field="target", remedy=remedy)
        with here.at_work(run), copy.tenant(tenant).at_work(run):
            return copied(self._target, second, tenant, told)

    def refuse_held(self, tenant: str) -> None:
        """Raise SnapshotHeld while a hold lies on anything of the tenant's."""
        refuse_held(self._target, tenant)

    def destroy(self, tenant: str, run: str) -> None:
        """Destroy all that is kept of a tenant, its key first; may be repeated. Raises SnapshotHeld."""
        destroy(self._target, parse_tenant_name(tenant), run)
        if cache := self._cache_of(tenant):
            cache.unlink(missing_ok=True)

    def verify(self) -> list[str]:
        """Return which of the objects are missing or damaged that keys and tenants hang on; each has its double."""
        return broken_objects(self._target, self._key, self.id)

    def export_keys(self, passphrase: Secret, scope: Scope = EVERYTHING) -> bytes:
        """Return tenants' keys under a passphrase: with it `tools/read_backup.py` restores disks without us."""
        keys = {name: tenant_key(self._target, self._key, self.id, name) for name in self.tenants(scope)}
        return exported(self.id, keys, passphrase)

    def _cache_of(self, tenant: str) -> Path | None:
        return self._cache / self.id / f"{tenant}.{_CACHE_FORMAT}.sqlite" if self._cache else None
