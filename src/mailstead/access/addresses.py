"""Aliases and lists, as one caller may see and change them: two kinds of address, one way to deal with them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from mailstead.ground.errors import NotFound
from mailstead.ground.names import parse_address
from mailstead.orders.model import OrderView
from mailstead.people.model import Right
from mailstead.tenants import changes
from mailstead.tenants.model import Alias, Mailbox, MailList, Tenant

from .asking import Asking

A = TypeVar("A", bound=Mailbox | Alias | MailList)


@dataclass(frozen=True, slots=True)
class Kind(Generic[A]):
    """One kind of address: its word, where a tenant has them, and what can be done with one."""

    word: str
    of: Callable[[Tenant], tuple[A, ...]]
    with_one: Callable[[Tenant, A], Tenant]
    changed: Callable[..., Tenant]
    without: Callable[[Tenant, str], Tenant]


ALIASES: Kind[Alias] = Kind(
    "alias", lambda tenant: tenant.aliases, changes.with_alias, changes.change_alias, changes.without_alias
)
LISTS: Kind[MailList] = Kind(
    "list", lambda tenant: tenant.lists, changes.with_list, changes.change_list, changes.without_list
)


class AddressAccess(Generic[A]):
    """A tenant's addresses of one kind."""

    def __init__(self, asking: Asking, kind: Kind[A]) -> None:
        self._asking = asking
        self._kind = kind

    def page(self, tenant: str, *, after: str = "", limit: int = 50, search: str = "") -> list[A]:
        """Return up to *limit* entries in the order of their addresses, behind *after*, that hold *search*."""
        return page(self._kind.of(self._asking.tenant(Right.MAIL_READ, tenant).tenant), after, limit, search)

    def get(self, tenant: str, address: str) -> A:
        """Return one entry; raise NotFound."""
        return find(self._kind.of(self._asking.tenant(Right.MAIL_READ, tenant).tenant), address, self._kind.word)

    def look(self, tenant: str, address: str) -> tuple[A, int]:
        """Return one entry with the revision at which its tenant stands; raise NotFound."""
        known = self._asking.tenant(Right.MAIL_READ, tenant)
        return find(self._kind.of(known.tenant), address, self._kind.word), known.revision

    def add(self, tenant: str, entry: A) -> OrderView:
        """Add an entry. Raises AddressTaken, InvalidInput."""
        known = self._asking.tenant(Right.MAIL_WRITE, tenant)
        with_one = self._kind.with_one
        return self._asking.change(
            known, f"{self._kind.word}.add", entry.address, lambda wanted: with_one(wanted, entry)
        )

    def change(self, tenant: str, address: str, *, expected: int | None = None, **fields: object) -> OrderView:
        """Change fields of an entry; None leaves one as it is. Raises NotFound, InvalidInput, Changed."""
        known = self._asking.tenant(Right.MAIL_WRITE, tenant)
        changed = self._kind.changed
        return self._asking.change(
            known,
            f"{self._kind.word}.change",
            address,
            lambda wanted: changed(wanted, address, **fields),
            expected=expected,
        )

    def remove(self, tenant: str, address: str, *, expected: int | None = None) -> OrderView:
        """Take an entry away. Raises NotFound, Changed."""
        known = self._asking.tenant(Right.MAIL_WRITE, tenant)
        without = self._kind.without
        return self._asking.change(
            known, f"{self._kind.word}.remove", address, lambda wanted: without(wanted, address), expected=expected
        )


def page(entries: Iterable[A], after: str, limit: int, search: str) -> list[A]:
    """Return a page of entries in the order of their addresses; *search* is looked for in address and name."""
    wanted = search.casefold()
    found = [one for one in entries if one.address > after and wanted in _searched(one)]
    return sorted(found, key=lambda one: one.address)[:limit]


def find(entries: Iterable[A], address: str, word: str) -> A:
    """Return the entry with this address; raise NotFound, InvalidInput for what is no address."""
    wanted = parse_address(address)
    for entry in entries:
        if entry.address == wanted:
            return entry
    raise NotFound(f"there is no {word} {wanted}", field="address", value=address, remedy=f"list each {word} there is")


def _searched(entry: Mailbox | Alias | MailList) -> str:
    name = entry.name if isinstance(entry, Mailbox) else ""
    return f"{entry.address}\n{name.casefold()}"
