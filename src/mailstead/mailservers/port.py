"""The port: a tenant's mail server, looked at and brought to a plan."""

from dataclasses import dataclass
from typing import Protocol

from mailstead.ground.plans import ChangePlan

from .items import Item, MailState


class MailServer(Protocol):
    """The mail servers of all tenants; each is named by its tenant.

    Every verb raises Unreachable when the machine does not answer, and may be repeated.
    """

    def observe(self, tenant: str) -> MailState:
        """Return what is there; a machine that was never configured gives an empty state."""

    def apply(self, tenant: str, plan: ChangePlan[Item]) -> None:
        """Carry out *plan*; raise ConvergeFailed or ForeignDisk if the machine cannot take it on.

        A plan cut short leaves whole files only, and the next look shows what is still to do.
        """

    def wait_ready(self, tenant: str) -> None:
        """Return when mail is served; raise NotServing when that takes too long."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A mailbox that was signed in to, and how many mails were seen in all its folders."""

    address: str
    mails: int


class MailTrial(Protocol):
    """A sign-in to a machine that is thrown away afterwards: one of its passwords is replaced for it."""

    def sign_in(self, machine: str) -> SignedIn | None:
        """Sign in to the fullest mailbox from within; None where nobody may, or there is none.

        Raises LiveMachine for any machine but the drill's, TrialRefused, Unreachable.
        """
