"""Roles, rights, and who asks. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from mailstead.ground.scope import Scope

from .errors import Forbidden, StepUpNeeded


class Role(StrEnum):
    """What somebody is to the platform. The first three are its operators."""

    OWNER = "owner"  # may do everything
    ADMIN = "admin"  # everything but people, tokens of others, and mail of others
    READER = "reader"  # sees everything but mail, changes nothing
    TENANT_ADMIN = "tenant-admin"  # changes what is in the tenants given
    AUDITOR = "auditor"  # reads audit trail and archive, of the platform or of the tenants given
    USER = "user"  # has a mailbox, and changes what is in it


class Right(StrEnum):
    """What may be asked; also the scopes of a token."""

    TENANTS_READ = "tenants:read"
    TENANTS_WRITE = "tenants:write"  # add, resize, suspend, remove (its data is kept)
    TENANTS_PURGE = "tenants:purge"  # give data up for good
    MAIL_READ = "mail:read"  # domains, mailboxes, aliases, lists
    MAIL_WRITE = "mail:write"
    MAIL_OPEN = "mail:open"  # read what somebody else was written: archive, single mails of a backup
    MACHINES_READ = "machines:read"
    MACHINES_WRITE = "machines:write"  # checkpoints, copies, moves
    MACHINES_RESTORE = "machines:restore"  # an earlier state over live data
    MACHINES_FAILOVER = "machines:failover"  # to another site
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"  # cancel, retry
    HOSTS_READ = "hosts:read"
    HOSTS_WRITE = "hosts:write"
    CHECKS_RUN = "checks:run"
    AUDIT_READ = "audit:read"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"  # invite, change roles, disable, reset, end sessions, revoke tokens
    PLATFORM_READ = "platform:read"  # doctor, services, quarantine
    PLATFORM_WRITE = "platform:write"
    MAILBOX_OWN = "mailbox:own"  # of mailbox users alone: their one mailbox, and nothing else


GRAVE = frozenset(
    {
        Right.TENANTS_PURGE,
        Right.MAIL_OPEN,
        Right.MACHINES_RESTORE,
        Right.MACHINES_FAILOVER,
        Right.PEOPLE_WRITE,
    }
)
"""Rights that are used with a second factor just given, and therefore never by a token (ASVS 7.5.3)."""

_OF_OPERATORS = frozenset(Right) - {Right.MAILBOX_OWN}
_READING = frozenset(right for right in Right if right.endswith(":read"))
_OF_TENANT = frozenset(
    {
        Right.TENANTS_READ,
        Right.MAIL_READ,
        Right.MAIL_WRITE,
        Right.MAIL_OPEN,
        Right.MACHINES_READ,
        Right.ORDERS_READ,
        Right.CHECKS_RUN,
        Right.AUDIT_READ,
        Right.PEOPLE_READ,
    }
)
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.OWNER: _OF_OPERATORS,
    Role.ADMIN: _OF_OPERATORS - {Right.PEOPLE_WRITE, Right.MAIL_OPEN},
    Role.READER: _READING | {Right.CHECKS_RUN},
    Role.TENANT_ADMIN: _OF_TENANT,
    Role.AUDITOR: frozenset({Right.TENANTS_READ, Right.ORDERS_READ, Right.AUDIT_READ, Right.MAIL_OPEN}),
    Role.USER: frozenset(),
}
OPERATORS = frozenset({Role.OWNER, Role.ADMIN, Role.READER})
OF_MAILBOX = frozenset({Right.MAILBOX_OWN})
"""What the password of a mailbox opens; no account does."""

ACTOR_MAX = 80  # mail addresses may be longer than the trail's actors
TWO_FACTORS = frozenset(Role) - {Role.USER}
"""Roles that are nothing without a second factor (ASVS 6.3.3)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and what they may: made anew for every request from what is stored, so that rights change at once.

    `at` is when they ask. `fresh_until` is until when their second factor counts as just given; None: it must be
    given again. `source` is the address they ask from. `mailbox` is the one of a mailbox user, who signed in with its
    password.
    """

    person: str
    name: str
    role: Role
    scope: Scope
    rights: frozenset[Right]
    via: Literal["session", "token", "mailbox"]
    source: str
    fresh_until: datetime | None = None
    at: datetime | None = None
    mailbox: str = ""

    @property
    def actor(self) -> str:
        """Return the caller as the audit trail names them."""
        return f"{self.via}:{self.name}"[:ACTOR_MAX]

    def may(self, right: Right, tenant: str | None = None) -> bool:
        return right in self.rights and (tenant is None or self.scope.admits(tenant))

    def demand(self, right: Right) -> None:
        """Raise Forbidden unless the caller has *right*, and for a grave one StepUpNeeded unless just proven.

        What is out of their scope does not exist for them.
        """
        if right not in self.rights:
            remedy = "ask an owner of the platform"
            raise Forbidden(f"{self.name} lacks the right {right}", field="right", value=right.value, remedy=remedy)
        if right in GRAVE:
            self.demand_fresh(self.at)

    def demand_fresh(self, now: datetime | None) -> None:
        """Raise StepUpNeeded unless the second factor was given just now."""
        if self.fresh_until is None or now is None or self.fresh_until <= now:
            remedy = "give your second factor again; a token cannot"
            raise StepUpNeeded("this needs your second factor anew", field="session", value=self.via, remedy=remedy)
