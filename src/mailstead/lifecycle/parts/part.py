"""What every part is: a plan and its application, for one tenant at a time."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from mailstead.ground.plans import ChangePlan
from mailstead.lifecycle.look import Look
from mailstead.networks.model import Numbers
from mailstead.tenants.model import Status, Tenant
from mailstead.tenants.store import Entry

T = TypeVar("T")
Mine = Callable[[], None]  # raises LostLease or Cancelled when this execution must not act any more


@dataclass(frozen=True, slots=True)
class Subject:
    """The tenant that a part is about: what is wanted, where it lives, which numbers it has."""

    entry: Entry
    host: str
    numbers: Numbers

    @property
    def tenant(self) -> Tenant:
        return self.entry.tenant

    @property
    def name(self) -> str:
        return self.entry.tenant.name

    @property
    def serves(self) -> bool:
        """Whether anything but the tenant's disks shall be there."""
        return self.tenant.status is not Status.REMOVED

    @property
    def mails(self) -> bool:
        """Whether we bring it mail: names, certificate, mail server. Not to a Windows machine yet."""
        return self.serves and self.tenant.windows is None


class Planned(Protocol, Generic[T]):
    """One chapter's part in a tenant's life, as far as it can be planned."""

    @property
    def chapter(self) -> str: ...

    def plan(self, subject: Subject, look: Look) -> ChangePlan[T]:
        """Say what differs. Looks, changes nothing."""


class Part(Planned[T], Protocol, Generic[T]):
    """A part that is brought about by applying its plan."""

    def apply(self, subject: Subject, plan: ChangePlan[T]) -> None:
        """Bring the plan about; may be repeated."""


def settle(part: Part[T], subject: Subject, look: Look, *, mine: Mine, allow_loss: Collection[str] = ()) -> list[str]:
    """Bring one part to what is wanted and return what was changed, in words; refuse unnamed losses."""
    plan = part.plan(subject, look)
    plan.refuse_if_unsafe(allow_loss)
    if plan:
        mine()
        part.apply(subject, plan)
    return [f"{change.kind} {change.subject}" for change in plan]
