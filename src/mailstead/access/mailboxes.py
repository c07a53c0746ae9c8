"""Mailboxes, as one caller may see and change them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from mailstead.ground.names import parse_address
from mailstead.lifecycle.imports import MailboxRow
from mailstead.orders.model import OrderView
from mailstead.people.model import Right
from mailstead.security.model import Secret
from mailstead.security.passwords import check_password
from mailstead.tenants import changes
from mailstead.tenants.model import Mailbox
from mailstead.tenants.self_service import Forwarding, Vacation

from .addresses import find, page
from .asking import Asking, expect
from .errors import TooMany

ROWS_MOST = 10_000
HASHES_MOST = 200  # each takes the processor for 30 to 80 ms


@dataclass(frozen=True, slots=True)
class Given:
    """The order, and the passwords that were made, by address: shown once, kept by nobody."""

    order: OrderView
    passwords: Mapping[str, Secret] = field(default_factory=dict)


class MailboxAccess:
    """A tenant's mailboxes."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def page(self, tenant: str, *, after: str = "", limit: int = 50, search: str = "") -> list[Mailbox]:
        """Return up to *limit* mailboxes in the order of their addresses, behind *after*, that hold *search*."""
        return page(self._asking.tenant(Right.MAIL_READ, tenant).tenant.mailboxes, after, limit, search)

    def get(self, tenant: str, address: str) -> Mailbox:
        """Return one mailbox; raise NotFound."""
        return find(self._asking.tenant(Right.MAIL_READ, tenant).tenant.mailboxes, address, "mailbox")

    def look(self, tenant: str, address: str) -> tuple[Mailbox, int]:
        """Return one mailbox with the revision at which its tenant stands; raise NotFound."""
        known = self._asking.tenant(Right.MAIL_READ, tenant)
        return find(known.tenant.mailboxes, address, "mailbox"), known.revision

    def add(self, tenant: str, mailbox: Mailbox, password: Secret | None = None) -> Given:
        """Add a mailbox; without a password, one is made. Raises AddressTaken, WeakPassword, InvalidInput."""
        entry = self._asking.tenant(Right.MAIL_WRITE, tenant)
        if there := self._asking.earlier():
            return Given(there)
        changes.with_mailbox(entry.tenant, mailbox)
        chosen = self._chosen(mailbox.address, password)
        lifecycle = self._asking.running.lifecycle
        order = self._asking.order(
            "mailbox.add",
            tenant,
            mailbox.address,
            lambda: lifecycle.add_mailbox(tenant, mailbox, chosen),
            wanted=mailbox.model_dump(mode="json"),
        )
        return Given(order, {} if password else {mailbox.address: chosen})

    def change(self, tenant: str, address: str, *, expected: int | None = None, **fields: object) -> OrderView:
        """Change name, quota or whether it can be used; None leaves one. Raises NotFound, InvalidInput, Changed."""
        entry = self._asking.tenant(Right.MAIL_WRITE, tenant)
        return self._asking.change(
            entry,
            "mailbox.change",
            address,
            lambda wanted: changes.change_mailbox(wanted, address, **fields),
            expected=expected,
        )

    def forward(
        self, tenant: str, address: str, forwarding: Forwarding | None, *, expected: int | None = None
    ) -> OrderView:
        """Let a mailbox's mail be sent on, or no more (None). Raises NotFound, ForwardingLoop, ForwardingRefused."""
        entry = self._asking.tenant(Right.MAIL_WRITE, tenant)
        return self._asking.change(
            entry,
            "mailbox.forward",
            address,
            lambda wanted: changes.forwarded(wanted, address, forwarding),
            expected=expected,
        )

    def answer(self, tenant: str, address: str, vacation: Vacation | None, *, expected: int | None = None) -> OrderView:
        """Let a mailbox answer that its owner is away, or no more (None). Raises NotFound, Changed."""
        entry = self._asking.tenant(Right.MAIL_WRITE, tenant)
        return self._asking.change(
            entry,
            "mailbox.vacation",
            address,
            lambda wanted: changes.away(wanted, address, vacation),
            expected=expected,
        )

    def set_password(self, tenant: str, address: str, password: Secret | None = None) -> Given:
        """Give a mailbox another password; without one, it is made. Raises NotFound, WeakPassword."""
        entry = self._asking.tenant(Right.MAIL_WRITE, tenant)
        if there := self._asking.earlier():
            return Given(there)
        known = find(entry.tenant.mailboxes, address, "mailbox").address
        chosen = self._chosen(known, password)
        lifecycle = self._asking.running.lifecycle

        def do() -> str:
            lifecycle.set_password(tenant, known, chosen)
            return lifecycle.change(tenant, lambda wanted: wanted)

        order = self._asking.order("mailbox.password", tenant, known, do)
        return Given(order, {} if password else {known: chosen})

    def rule(
        self,
        tenant: str,
        *,
        expected: int | None = None,
        **fields: object,
    ) -> OrderView:
        """Say what mailbox users may do themselves: `aliases`, `forwarding`. Raises ForwardingRefused, Changed."""
        entry = self._asking.tenant(Right.MAIL_WRITE, tenant)
        return self._asking.change(
            entry, "tenant.self-service", tenant, lambda wanted: changes.ruled(wanted, **fields), expected=expected
        )

    def remove(
        self, tenant: str, address: str, *, allow_loss: Collection[str] = (), expected: int | None = None
    ) -> OrderView:
        """Destroy a mailbox with its mail: "mailbox ADDRESS" must be in *allow_loss*. Raises UnsafePlan, Changed."""
        entry = self._asking.tenant(Right.MAIL_WRITE, tenant)
        return self._asking.change(
            entry,
            "mailbox.remove",
            parse_address(address),
            lambda wanted: changes.without_mailbox(wanted, address),
            expected=expected,
            allow_loss=allow_loss,
        )

    def import_rows(
        self,
        tenant: str,
        read: Callable[[], Sequence[MailboxRow]],
        *,
        make_passwords: bool = True,
        expected: int | None = None,
    ) -> Given:
        """Add all mailboxes that *read* gives, or none; without a password nobody can sign in until one is set.

        Raises AddressTaken, InvalidInput, TooMany, Changed.
        """
        entry = self._asking.tenant(Right.MAIL_WRITE, tenant)
        if there := self._asking.earlier():
            return Given(there)
        expect(entry, expected)
        rows = read()
        _refuse_many(rows, make_passwords=make_passwords)
        made: dict[str, str] = {}

        def do() -> str:
            order, passwords = self._asking.running.lifecycle.import_mailboxes(
                tenant, rows, make_passwords=make_passwords
            )
            made.update(passwords)
            return order

        order = self._asking.order("mailbox.import", tenant, tenant, do, mailboxes=len(rows))
        return Given(order, {address: Secret.of(password) for address, password in made.items()})

    def _chosen(self, address: str, password: Secret | None) -> Secret:
        if password is None:
            return self._asking.running.world.chance.password()
        check_password(password, address)
        return password


def _refuse_many(rows: Sequence[MailboxRow], *, make_passwords: bool) -> None:
    hashes = sum(make_passwords or row.password is not None for row in rows)
    if len(rows) > ROWS_MOST:
        message, remedy = f"{len(rows)} mailboxes at once", f"give {ROWS_MOST} at most"
        raise TooMany(message, field="rows", value=len(rows), remedy=remedy)
    if hashes > HASHES_MOST:
        message = f"{hashes} passwords at once"
        remedy = f"give {HASHES_MOST} at most, or import without passwords and set them later"
        raise TooMany(message, field="passwords", value=hashes, remedy=remedy)
