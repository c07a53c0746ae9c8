"""The one mailbox of a mailbox user, as they see and change it: nothing else is theirs to ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from mailstead.ground.errors import InvalidInput
from mailstead.mailservers.rendering.clients import ClientSettings, client_settings
from mailstead.orders.model import OrderView
from mailstead.people.errors import Forbidden
from mailstead.people.model import Right
from mailstead.people.session import Visitor
from mailstead.salvage.model import Choice, Hits
from mailstead.security.model import Secret
from mailstead.security.passwords import check_password
from mailstead.tenants import changes
from mailstead.tenants.changes import Step
from mailstead.tenants.model import Alias, Mailbox
from mailstead.tenants.self_service import Forwarding, SelfService, Vacation
from mailstead.tenants.store import Entry

from .addresses import find
from .asking import Asking
from .errors import NotOffered

DELETED_MOST = 200


@dataclass(frozen=True, slots=True)
class OwnMailbox:
    """A mailbox with what its user may do: `own` are the aliases that they made, `aliases` all that lead here alone."""

    mailbox: Mailbox
    aliases: tuple[Alias, ...]
    own: tuple[Alias, ...]
    may: SelfService
    domains: tuple[str, ...]


class OwnMailboxAccess:
    """The mailbox of whoever signed in with its password."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def get(self) -> OwnMailbox:
        """Return the mailbox; raise Forbidden for those who have none."""
        tenant = self._entry().tenant
        box = find(tenant.mailboxes, self._address, "mailbox")
        aliases = tuple(alias for alias in tenant.aliases if alias.targets == (box.address,))
        own = changes.aliases_of(tenant, box.address)
        return OwnMailbox(box, aliases, own, tenant.self_service, tuple(domain.name for domain in tenant.domains))

    def settings(self) -> ClientSettings:
        """Return what a mail program must know to reach the mailbox."""
        tenant, address = self._entry().tenant, self._address
        return client_settings(tenant.mail_host, address)

    def set_password(self, before: Secret, after: Secret, agent: str = "") -> OrderView:
        """Choose another password, which ends all sessions; raise SignInRefused, TooManyTries, WeakPassword."""
        entry, address, caller = self._entry(), self._address, self._asking.caller
        box = find(entry.tenant.mailboxes, address, "mailbox")
        self._asking.running.people.mailboxes.check(address, before, Visitor(caller.source, agent))
        check_password(after, address, box.name, entry.tenant.name)
        lifecycle = self._asking.running.lifecycle

        def do() -> str:
            lifecycle.set_password(entry.tenant.name, address, after)
            return lifecycle.change(entry.tenant.name, lambda wanted: wanted)

        return self._asking.order("mailbox.password", entry.tenant.name, address, do)

    def forward(self, forwarding: Forwarding | None) -> OrderView:
        """Let mail be sent on, or no more (None); raise ForwardingLoop, ForwardingRefused."""
        return self._change("mailbox.forward", lambda wanted: changes.forwarded(wanted, self._address, forwarding))

    def answer(self, vacation: Vacation | None) -> OrderView:
        """Answer whoever writes that one is away, or no more (None)."""
        return self._change("mailbox.vacation", lambda wanted: changes.away(wanted, self._address, vacation))

    def add_alias(self, address: str) -> OrderView:
        """Make an alias of one's own; raise AddressTaken, NoMoreAliases, InvalidInput."""
        return self._change("alias.add", lambda wanted: changes.own_alias(wanted, self._address, address))

    def remove_alias(self, address: str) -> OrderView:
        """Take an alias of one's own away; raise NotFound."""
        return self._change("alias.remove", lambda wanted: changes.without_own_alias(wanted, self._address, address))

    def deleted_mail(self) -> Hits:
        """Return mails that backups of the last days hold, and later ones do not. Raises NotOffered."""
        entry, address = self._entry(), self._address
        since, shelves = self._restorable(entry), self._asking.running.salvage.shelves
        look = partial(shelves.deleted, entry.tenant.name, address, since, DELETED_MOST)
        return self._asking.told("mailbox.deleted-mail", entry.tenant.name, address, look)

    def restore_mail(self, snapshot: int, mails: Sequence[str]) -> OrderView:
        """Bring such mails back, into a folder of their own. Raises NotOffered, NoSuchSnapshot, InvalidInput."""
        entry, address = self._entry(), self._address
        since, salvage, name = self._restorable(entry), self._asking.running.salvage, entry.tenant.name
        found = salvage.version(name, snapshot)
        if found.taken < since:
            raise _not_offered(f"backup {snapshot} is older than {entry.tenant.self_service.restore_days} days")
        if not mails:
            raise InvalidInput("no mail is named", field="mails", remedy="say which: see deleted-mail")
        choice = Choice(snapshot, address, "", tuple(mails), salvage.restored_folder(name, found))
        give_back = partial(salvage.give_back, name, choice)
        return self._asking.order("mailbox.restore-mail", name, address, give_back, **choice.as_inputs())

    def _restorable(self, entry: Entry) -> datetime:
        """Return since when deleted mail may come back; raise NotOffered."""
        days = entry.tenant.self_service.restore_days
        if not days:
            raise _not_offered("deleted mail comes back through the administrator here")
        return self._asking.running.world.clock.now() - timedelta(days=days)

    def _change(self, act: str, step: Step) -> OrderView:
        entry = self._entry()
        return self._asking.change(entry, act, self._address, step)

    def _entry(self) -> Entry:
        """Return the tenant of the caller's mailbox; raise Forbidden for those who have none."""
        self._asking.demand(Right.MAILBOX_OWN)
        if not self._asking.caller.mailbox:
            remedy = "sign in with the address and password of a mailbox"
            raise Forbidden("you did not sign in to a mailbox", field="right", remedy=remedy)
        (tenant,) = self._asking.caller.scope.tenants or ("",)
        return self._asking.tenants.get(tenant)

    @property
    def _address(self) -> str:
        return self._asking.caller.mailbox


def _not_offered(why: str) -> NotOffered:
    return NotOffered(why, field="restore_days", remedy="ask your administrator")
