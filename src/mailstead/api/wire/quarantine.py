"""Quarantine, the holders of hosts, services and images on the wire."""

from collections.abc import Sequence
from typing import Self

from pydantic import ConfigDict, Field

from mailstead.access.quarantine import QuarantineView
from mailstead.ground.values import Value
from mailstead.wiring.claims import Holding

from .orders import OrderOut
from .parts import Name, Shown, Truth
from .tenants import TenantNew


class _Told(Shown):
    """What is shown as it is known."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class ProposalOut(_Told):
    """What a person is advised to do with one thing; `command` is how the command line does it."""

    action: str
    subject: str
    found: str
    command: str


class QuarantineOut(Shown):
    """Why the platform is in quarantine (empty: it is not), what is advised, and orders that will not be carried on."""

    why: str
    proposals: list[ProposalOut]
    open_orders: list[OrderOut]

    @classmethod
    def of(cls, view: QuarantineView) -> Self:
        proposals = [ProposalOut.model_validate(one) for one in view.proposals]
        return cls(why=view.why, proposals=proposals, open_orders=[OrderOut.of(order) for order in view.open_orders])


class Adopting(Value):
    """A tenant that is there, to be taken over; one that is not known needs what is wanted for it."""

    tenant: Name
    wanted: TenantNew | None = None


class Leaving(Value):
    """The end of quarantine, confirmed."""

    platform: str = Field(max_length=64, description="The platform's name.")


class Done(Shown):
    """What was done, in words."""

    done: list[str]


class Claiming(Value):
    """A host to be claimed; `take_over`: also from another platform, which must be gone for good."""

    take_over: Truth = False


class HoldingOut(_Told):
    """Who holds a place of a host: "ours", "nobody", "another platform", or why it cannot be told."""

    host: str
    place: str
    holder: str
    platform: str
    generation: int | None


class Holdings(Shown):
    """Which platform manages each host."""

    items: list[HoldingOut]

    @classmethod
    def of(cls, holdings: Sequence[Holding]) -> Self:
        return cls(items=[HoldingOut.model_validate(one) for one in holdings])


class ServiceStatusOut(_Told):
    """A program beside the platform; `pid` null: it does not run, or is ended by name."""

    service: str
    pid: int | None


class Services(Shown):
    """What the platform runs on its machine."""

    items: list[ServiceStatusOut]


class ImageOut(_Told):
    """A guest image; new machines start from the current one."""

    key: str
    current: bool
    system_mib: int


class Images(Shown):
    """The guest images in the cache."""

    items: list[ImageOut]
