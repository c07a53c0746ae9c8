"""How every verb begins and ends: the right, the scope, the trail, the order."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from mailstead.ground.errors import NotFound
from mailstead.orders.model import OrderView
from mailstead.orders.plan import order_id
from mailstead.people.errors import Forbidden, StepUpNeeded
from mailstead.people.model import Caller, Right
from mailstead.security.audit import Act
from mailstead.tenants.changes import Step
from mailstead.tenants.model import Tenant
from mailstead.tenants.store import Entry, TenantStore
from mailstead.wiring import Running

from .errors import Changed
from .keyed import KeyedDesk, Request
from .telling import told_change

T = TypeVar("T")
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asking:
    """One request of one caller. `running` acts in the caller's name; `request` is known when they gave a key."""

    running: Running
    caller: Caller
    request: Request | None = None

    @classmethod
    def of(cls, running: Running, caller: Caller, request: Request | None) -> "Asking":
        if request is None:
            return cls(running.acting_as(caller.actor, caller.source), caller)
        desk_told = running.desk_told
        keyed = replace(running, desk_told=lambda trail: KeyedDesk(desk_told(trail), request))
        return cls(keyed.acting_as(caller.actor, caller.source), caller, request)

    @property
    def tenants(self) -> TenantStore:
        """Those in the caller's scope."""
        return self.running.world.tenants.within(self.caller.scope)

    @property
    def sees_hosts(self) -> bool:
        """Whether the caller is told where things are: of the platform's hosts, tenants know nothing."""
        return self.caller.may(Right.HOSTS_READ)

    def demand(self, right: Right) -> None:
        """Raise Forbidden unless the caller has *right*, StepUpNeeded for a grave one; the log gets both."""
        try:
            self.caller.demand(right)
        except (Forbidden, StepUpNeeded) as refused:
            log.warning("%s: %r at %r asked for %s", refused.code, self.caller.actor, self.caller.source, right)
            raise

    def tenant(self, right: Right, name: str) -> Entry:
        """Return a tenant to which the caller may do this. Raises Forbidden, then NotFound."""
        self.demand(right)
        return self.tenants.get(name)

    def shown(self, order: OrderView) -> OrderView:
        """Return the order as the caller may see it."""
        return order if self.sees_hosts else replace(order, host=None)

    def change(
        self,
        entry: Entry,
        act: str,
        subject: str,
        step: Step,
        *,
        expected: int | None = None,
        allow_loss: Collection[str] = (),
    ) -> OrderView:
        """Order that a tenant become what *step* makes of it; *expected* is the revision that the caller saw.

        Raises Changed, and what `Lifecycle.change` raises.
        """
        name = entry.tenant.name
        if there := self.earlier():
            return there
        expect(entry, expected)
        details = told_change(entry.tenant, step(entry.tenant))
        unchanged = step if expected is None else _only_of(entry.tenant, step)
        return self.order(
            act, name, subject, lambda: self.running.lifecycle.change(name, unchanged, allow_loss=allow_loss), **details
        )

    def order(self, act: str, tenant: str, subject: str, do: Callable[[], str], **details: Any) -> OrderView:
        """Return the order that *do* gives; for a request that came before, the one that was given then."""
        return self.earlier() or self.shown(self.running.desk.show(self.told(act, tenant, subject, do, **details)))

    def earlier(self) -> OrderView | None:
        """Return the order of a request that comes again. Raises KeyReused if this is another one."""
        if self.request is None:
            return None
        try:
            there = self.running.desk.show(order_id(self.request.order_key))
        except NotFound:
            return None
        self.request.refuse_other(there)
        return self.shown(there)

    def told(self, act: str, tenant: str, subject: str, do: Callable[[], T], **details: Any) -> T:
        """Return what *do* returns, after the trail was told what the caller does, and from where. Never a secret."""
        return self.running.trail.telling(Act(act, tenant, subject[:200], details), do)


def expect(entry: Entry, revision: int | None) -> None:
    """Raise Changed unless the tenant stands at *revision*; None: however it stands."""
    if revision is not None and entry.revision != revision:
        raise _changed(entry.tenant.name)


def _only_of(known: Tenant, step: Step) -> Step:
    """Return *step* that refuses any other tenant than the one *known*: with Changed."""

    def guarded(tenant: Tenant) -> Tenant:
        if tenant != known:
            raise _changed(tenant.name)
        return step(tenant)

    return guarded


def _changed(name: str) -> Changed:
    remedy = "look at it again, and repeat what is still wanted"
    return Changed(f"{name} was changed by somebody else", field="tenant", value=name, remedy=remedy)
