"""Quarantine after a restore, and whose the hosts are, as one caller may see and end it: operators alone."""

from dataclasses import dataclass

from mailstead.lifecycle.recovery import Proposal
from mailstead.orders.model import OrderView
from mailstead.people.model import Right
from mailstead.tenants.model import Tenant
from mailstead.wiring.claims import Holding

from .asking import Asking


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """Why the platform is in quarantine (empty: it is not), what is advised, and orders that will not be carried on."""

    why: str
    proposals: tuple[Proposal, ...]
    open_orders: tuple[OrderView, ...]


class QuarantineAccess:
    """`mailstead quarantine` and `mailstead host claim`. Looking asks every host: it takes its time."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def get(self) -> QuarantineView:
        """Hold world and state against each other; nothing is changed."""
        self._asking.demand(Right.PLATFORM_READ)
        quarantine = self._asking.running.quarantine
        return QuarantineView(quarantine.why, tuple(quarantine.proposals()), tuple(quarantine.open_orders()))

    def draft(self, name: str) -> Tenant:
        """Return what a tenant that is there, and not known, seems to be. Raises NotFound."""
        self._asking.demand(Right.PLATFORM_READ)
        return self._asking.running.quarantine.adoption.draft(name)

    def adopt(self, name: str, wanted: Tenant | None = None) -> list[str]:
        """Take over a tenant that is there, told in words. Raises NotFound, InvalidInput, Conflict, DomainTaken."""
        self._asking.demand(Right.PLATFORM_WRITE)
        quarantine = self._asking.running.quarantine
        return self._asking.told("tenant.adopt", name, name, lambda: quarantine.adopt(name, wanted))

    def leave(self, platform: str) -> list[str]:
        """Let the restored platform act; *platform* is its name, typed. Raises InvalidInput, Conflict, NotCompared."""
        self._asking.demand(Right.PLATFORM_WRITE)
        running = self._asking.running
        running.quarantine.refuse_other_name(platform, running.platform.name)
        return self._asking.told("platform.release", "", "platform", running.quarantine.leave)

    def holdings(self) -> list[Holding]:
        """Return which platform manages each host."""
        self._asking.demand(Right.HOSTS_READ)
        return self._asking.running.quarantine.claims.holdings()

    def claim(self, host: str, *, take_over: bool = False) -> list[Holding]:
        """Claim a host, with *take_over* from another platform, too. Raises NotFound, Quarantined, HostClaimed."""
        self._asking.demand(Right.HOSTS_WRITE)
        quarantine = self._asking.running.quarantine
        take = quarantine.take_over if take_over else quarantine.claims.demand
        self._asking.told("host.take", "", host, lambda: take(host), take_over=take_over)
        return quarantine.claims.holdings()

    def release(self, host: str) -> list[Holding]:
        """Give a host up: another platform can claim it. Raises NotFound, HostClaimed."""
        self._asking.demand(Right.HOSTS_WRITE)
        quarantine = self._asking.running.quarantine
        self._asking.told("host.give", "", host, lambda: quarantine.release(host))
        return quarantine.claims.holdings()
