"""Tenants' networks, as one caller may see them."""

from dataclasses import dataclass

from mailstead.ground.errors import NotFound
from mailstead.networks.model import Numbers, Segment
from mailstead.networks.plan import segment_for
from mailstead.people.model import Right

from .asking import Asking


@dataclass(frozen=True, slots=True)
class SegmentView:
    """The numbers that a tenant holds, and the segment that is made of them."""

    numbers: Numbers
    segment: Segment


class SegmentAccess:
    """Each tenant's VLAN, subnets and access list, as wanted."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def get(self, tenant: str) -> SegmentView:
        """Return a tenant's segment; raise NotFound, also while it has no numbers yet."""
        entry = self._asking.tenant(Right.TENANTS_READ, tenant)
        numbers = self._asking.running.world.numbers.within(self._asking.caller.scope).of(tenant)
        if numbers is None:
            remedy = "wait for the order that brings it into service"
            raise NotFound(f"{tenant} has no network yet", field="tenant", value=tenant, remedy=remedy)
        return SegmentView(numbers, segment_for(entry.tenant, numbers))
