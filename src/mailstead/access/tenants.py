"""Tenants, as one caller may see and change them."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from mailstead.orders.model import OrderView
from mailstead.people.model import Right
from mailstead.tenants.changes import resized
from mailstead.tenants.files import as_toml
from mailstead.tenants.model import AccessRule, Status, Tenant
from mailstead.tenants.store import Entry, Summary

from .asking import Asking, expect
from .errors import NotConfirmed


class TenantAccess:
    """The tenants in the caller's scope."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def page(self, *, after: str = "", limit: int = 50, search: str = "") -> list[Entry]:
        """Return up to *limit* tenants in the order of their names, behind *after*, whose name holds *search*."""
        self._asking.demand(Right.TENANTS_READ)
        return [self._shown(entry) for entry in self._asking.tenants.page(after=after, limit=limit, search=search)]

    def overview(
        self, *, after: str = "", limit: int = 50, search: str = "", status: Status | None = None
    ) -> list[Summary]:
        """Return the same page in short, which is much faster: counts instead of mailboxes."""
        self._asking.demand(Right.TENANTS_READ)
        found = self._asking.tenants.overview(after=after, limit=limit, search=search, status=status)
        return found if self._asking.sees_hosts else [replace(one, host=None) for one in found]

    def owner_of(self, domain: str) -> str | None:
        """Return which of the caller's tenants has this mail domain."""
        self._asking.demand(Right.TENANTS_READ)
        return self._asking.tenants.owner_of(domain)

    def counts(self) -> dict[Status, int]:
        """Return how many of the caller's tenants stand how."""
        self._asking.demand(Right.TENANTS_READ)
        return self._asking.tenants.counts()

    def get(self, name: str) -> Entry:
        """Return one tenant; raise NotFound, also for one out of scope."""
        return self._shown(self._asking.tenant(Right.TENANTS_READ, name))

    def toml(self, name: str) -> str:
        """Return the file that says this tenant. Raises NotFound."""
        return as_toml(self.get(name).tenant)

    def add(self, tenant: Tenant) -> OrderView:
        """Bring a new tenant into service. Raises Conflict, DomainTaken, NoRoom."""
        self._asking.demand(Right.TENANTS_WRITE)
        details = {"wanted": tenant.model_dump(mode="json", exclude_defaults=True)}
        add = self._asking.running.lifecycle.add
        return self._asking.order("tenant.add", tenant.name, tenant.name, lambda: add(tenant), **details)

    def resize(
        self,
        name: str,
        *,
        vcpus: int | None = None,
        memory_mib: int | None = None,
        disk_gib: int | None = None,
        bandwidth_mbit: int | None = None,
        disk_iops: int | None = None,
        nested: bool | None = None,
        expected: int | None = None,
    ) -> OrderView:
        """Change sizes and limits; None leaves one as it is. Raises InvalidInput, NoRoom, Changed."""
        entry = self._asking.tenant(Right.TENANTS_WRITE, name)

        def step(tenant: Tenant) -> Tenant:
            return resized(
                tenant,
                vcpus=vcpus,
                memory_mib=memory_mib,
                disk_gib=disk_gib,
                bandwidth_mbit=bandwidth_mbit,
                disk_iops=disk_iops,
                nested=nested,
            )

        return self._asking.change(entry, "tenant.resize", name, step, expected=expected)

    def protect(self, name: str, rules: Sequence[AccessRule], *, expected: int | None = None) -> OrderView:
        """Give the tenant these access rules in place of those it has. Raises Changed."""
        entry = self._asking.tenant(Right.TENANTS_WRITE, name)

        def step(tenant: Tenant) -> Tenant:
            return tenant.changed(firewall=tuple(rules))

        return self._asking.change(entry, "tenant.firewall", name, step, expected=expected)

    def suspend(self, name: str) -> OrderView:
        """Refuse the tenant's mail for now (4xx), keeping all data."""
        self._asking.tenant(Right.TENANTS_WRITE, name)
        lifecycle = self._asking.running.lifecycle
        return self._asking.order("tenant.suspend", name, name, lambda: lifecycle.suspend(name))

    def resume(self, name: str) -> OrderView:
        """Bring a suspended tenant, or a removed one within its grace time, back into service."""
        self._asking.tenant(Right.TENANTS_WRITE, name)
        lifecycle = self._asking.running.lifecycle
        return self._asking.order("tenant.resume", name, name, lambda: lifecycle.resume(name))

    def remove(self, name: str, *, expected: int | None = None) -> OrderView:
        """Take a tenant out of service; its disks stay for the grace time. Raises Changed."""
        entry = self._asking.tenant(Right.TENANTS_WRITE, name)
        if there := self._asking.earlier():
            return there
        expect(entry, expected)
        lifecycle = self._asking.running.lifecycle
        return self._asking.order("tenant.remove", name, name, lambda: lifecycle.remove(name))

    def purge(self, name: str, *, confirm: str, early: bool = False) -> OrderView:
        """Destroy a removed tenant's data; *confirm* is its name. Raises StepUpNeeded, NotConfirmed, NotRemoved."""
        self._asking.tenant(Right.TENANTS_PURGE, name)
        if confirm != name:
            remedy = "give the tenant's name"
            raise NotConfirmed("this is not the tenant's name", field="confirm", value=confirm, remedy=remedy)
        lifecycle = self._asking.running.lifecycle
        purge = partial(lifecycle.purge, name, early=early)
        return self._asking.order("tenant.purge", name, name, purge, early=early)

    def _shown(self, entry: Entry) -> Entry:
        """Return the entry without where the machine is, for those who are not told of hosts."""
        tenant = entry.tenant
        if self._asking.sees_hosts or {entry.host, tenant.host, tenant.allowance.block_device} == {None}:
            return entry
        allowance = tenant.allowance.model_copy(update={"block_device": None})
        return replace(entry, host=None, tenant=tenant.model_copy(update={"host": None, "allowance": allowance}))
