"""A platform whose state came from a backup looks and plans, until a person lets it act. Decision 0112."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from mailstead.ground.clock import Clock
from mailstead.ground.errors import Conflict, InvalidInput, MailsteadError, Refused
from mailstead.lifecycle.adoption import Adoption
from mailstead.lifecycle.recovery import Proposal
from mailstead.orders import plan
from mailstead.orders.failures import as_failure
from mailstead.orders.model import Inputs, Json, OrderView
from mailstead.orders.port import Desk, Ledger
from mailstead.orders.worn import WornDesk
from mailstead.security.audit import Act
from mailstead.security.audit_store import AuditTrail
from mailstead.state.store import StandingStore
from mailstead.tenants.model import Tenant

from .claims import HostClaims

FIRST_STEP = 1


class NotCompared(Refused):
    """Something did not answer, so that state and world cannot be compared."""

    code = "not-compared"


class NotCarriedOn(MailsteadError):
    """The order was open in a state that was restored; nobody knows how far it came since."""

    code = "not-carried-on"


class GatedDesk(WornDesk):
    """A `Desk` that takes nothing while *refuse* raises; orders can be read, and cancelled."""

    def __init__(self, desk: Desk, refuse: Callable[[], None]) -> None:
        super().__init__(desk)
        self._refuse = refuse

    def start(self, kind: str, *, key: str, tenant: str, host: str | None, inputs: Inputs) -> str:
        self._refuse()
        return super().start(kind, key=key, tenant=tenant, host=host, inputs=inputs)

    def admit(self, kind: str) -> None:
        self._refuse()
        super().admit(kind)

    def retry(self, order: str) -> OrderView:
        self._refuse()
        return super().retry(order)

    def send(self, order: str, event: str, value: Json = None) -> None:
        self._refuse()
        super().send(order, event, value)

    def watch(self, order: str) -> Iterator[OrderView]:
        if self.show(order).status.is_open:
            self._refuse()  # it would stand still for ever
        return super().watch(order)


@dataclass(frozen=True, slots=True)
class Quarantine:
    """What can be done about it."""

    standing: StandingStore
    claims: HostClaims
    adoption: Adoption
    ledger: Ledger
    clock: Clock
    trail: AuditTrail

    @property
    def why(self) -> str:
        """Why the platform is in quarantine; empty when it is not."""
        return self.standing.get().quarantine

    def open_orders(self) -> list[OrderView]:
        """Return the orders that the restored state left open."""
        return [order for order in self.ledger.active() if order.status.is_open] if self.why else []

    def proposals(self) -> list[Proposal]:
        """Return what to adopt, recreate or leave."""
        return self.adoption.proposals()

    def adopt(self, name: str, wanted: Tenant | None = None) -> list[str]:
        """Take over a tenant that is there (see `Adoption.adopt`)."""
        self.trail.note(Act("quarantine.adopt", name, name))
        return self.adoption.adopt(name, wanted)

    def take_over(self, host: str) -> None:
        """Claim a host whoever has it."""
        self.trail.note(Act("host.claim", "", host))
        self.claims.take_over(host)

    def release(self, host: str) -> None:
        """Give a host up."""
        self.trail.note(Act("host.release", "", host))
        self.claims.release(host)

    def refuse_other_name(self, typed: str, name: str) -> None:
        """Raise InvalidInput unless *typed* is the platform's *name*: a confirmation that no habit gives."""
        if typed != name:
            remedy = f"type {name}"
            raise InvalidInput(f"this platform is not named {typed!r}", field="platform", value=typed, remedy=remedy)

    def leave(self) -> list[str]:
        """Let the platform act; return what was taken over from the world, in words. May be repeated when cut short.

        Nothing outside is changed but the claims on hosts: their generation rises, so that an older copy of this
        platform is refused there. Raises Conflict out of quarantine, NotCompared when something is silent.
        """
        if not self.why:
            raise Conflict("the platform is not in quarantine", field="state", remedy="nothing is to be done")
        seen = self.adoption.seen()
        if seen.silent:
            remedy = "start it (mailstead services start), or take it out of mailstead.toml; then compare again"
            raise NotCompared(f"{seen.silent[0]} does not answer", field="host", value=seen.silent[0], remedy=remedy)
        self.trail.note(Act("quarantine.leave", "", self.standing.get().platform, {"why": self.why}))
        done = self.adoption.trust(seen)
        done += [self._not_carried_on(order) for order in self.open_orders()]
        self.standing.leave(self.claims.newest() + 1)
        self.claims.raise_known()
        return done

    def _not_carried_on(self, order: OrderView) -> str:
        message = "the order was open in a restored state, and was not carried on"
        error = NotCarriedOn(message, remedy=f"if it is still wanted: mailstead order retry {order.id}")
        self.ledger.change(order.id, plan.failed(self.clock.now(), as_failure(error), FIRST_STEP))
        return f"order {order.id} ({order.kind} {order.tenant}) was not carried on"


def told(proposals: list[Proposal]) -> list[dict[str, Any]]:
    """Return rows for a table."""
    return [{name: getattr(it, name) for name in ("action", "subject", "found", "command")} for it in proposals]
