"""What can be done to a tenant's wanted state: each a pure function from one tenant to the next."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from mailstead.ground.errors import Conflict, InvalidInput, NotFound
from mailstead.ground.names import domain_of, parse_address, parse_domain

from .model import AddressTaken, Alias, Allowance, Mailbox, MailDomain, MailList, Status, Tenant
from .self_service import ROLES, Forwarding, SelfService, Vacation


class NoMoreAliases(Conflict):
    """A mailbox user has as many aliases of their own as the tenant allows."""

    code = "no-more-aliases"


Entry = TypeVar("Entry", Mailbox, Alias, MailList)
Step = Callable[[Tenant], Tenant]


def with_mailbox(tenant: Tenant, mailbox: Mailbox) -> Tenant:
    """Add a mailbox; raise AddressTaken."""
    return tenant.changed(mailboxes=(*tenant.mailboxes, _new(tenant, mailbox)))


def with_mailboxes(tenant: Tenant, mailboxes: tuple[Mailbox, ...]) -> Tenant:
    """Add many mailboxes; raise AddressTaken, InvalidInput for one in no domain of the tenant."""
    return tenant.changed(mailboxes=(*tenant.mailboxes, *mailboxes))


def with_alias(tenant: Tenant, alias: Alias) -> Tenant:
    """Add an alias; raise AddressTaken."""
    return tenant.changed(aliases=(*tenant.aliases, _new(tenant, alias)))


def with_list(tenant: Tenant, mail_list: MailList) -> Tenant:
    """Add a distribution list; raise AddressTaken."""
    return tenant.changed(lists=(*tenant.lists, _new(tenant, mail_list)))


def change_mailbox(tenant: Tenant, address: str, **fields: object) -> Tenant:
    """Change fields of a mailbox; None leaves a field as it is. Raise NotFound."""
    return tenant.changed(mailboxes=_replaced(tenant.mailboxes, address, "mailbox", fields))


def forwarded(tenant: Tenant, address: str, forwarding: Forwarding | None) -> Tenant:
    """Let a mailbox's mail be sent on, or no more; raise NotFound, ForwardingLoop, ForwardingRefused."""
    return tenant.changed(mailboxes=_set(tenant.mailboxes, address, "mailbox", {"forwarding": forwarding}))


def away(tenant: Tenant, address: str, vacation: Vacation | None) -> Tenant:
    """Let a mailbox answer that its owner is away, or no more; raise NotFound."""
    return tenant.changed(mailboxes=_set(tenant.mailboxes, address, "mailbox", {"vacation": vacation}))


def change_alias(tenant: Tenant, address: str, **fields: object) -> Tenant:
    """Change fields of an alias; raise NotFound."""
    return tenant.changed(aliases=_replaced(tenant.aliases, address, "alias", fields))


def change_list(tenant: Tenant, address: str, **fields: object) -> Tenant:
    """Change fields of a list; raise NotFound."""
    return tenant.changed(lists=_replaced(tenant.lists, address, "list", fields))


def without_mailbox(tenant: Tenant, address: str) -> Tenant:
    """Take a mailbox away; raise NotFound, or Conflict while a domain's catch-all points to it."""
    mailbox = _find(tenant.mailboxes, address, "mailbox")
    for domain in tenant.domains:
        if domain.catch_all == mailbox.address:
            remedy = f"give {domain.name} another catch-all first"
            message = f"{mailbox.address} is the catch-all of {domain.name}"
            raise Conflict(message, field="address", value=address, remedy=remedy)
    return tenant.changed(mailboxes=_without(tenant.mailboxes, mailbox))


def without_alias(tenant: Tenant, address: str) -> Tenant:
    """Take an alias away; raise NotFound."""
    return tenant.changed(aliases=_without(tenant.aliases, _find(tenant.aliases, address, "alias")))


def without_list(tenant: Tenant, address: str) -> Tenant:
    """Take a list away; raise NotFound."""
    return tenant.changed(lists=_without(tenant.lists, _find(tenant.lists, address, "list")))


def with_domain(tenant: Tenant, domain: MailDomain) -> Tenant:
    """Add a mail domain; raise AddressTaken when it is there."""
    return tenant.changed(domains=(*tenant.domains, domain))


def change_domain(tenant: Tenant, name: str, **fields: object) -> Tenant:
    """Change a domain's policies; a `catch_all` of "" takes it away. Raise NotFound."""
    known, given = _domain(tenant, name), _given(fields)
    changed = known.changed(**given | ({"catch_all": None} if given.get("catch_all") == "" else {}))
    return tenant.changed(domains=tuple(changed if d == known else d for d in tenant.domains))


def without_domain(tenant: Tenant, name: str) -> Tenant:
    """Take a domain away; raise Conflict while it is the first one or addresses are in it."""
    domain = _domain(tenant, name)
    if domain.name == tenant.primary_domain:
        remedy = f"remove the tenant instead: mailstead tenant remove {tenant.name}"
        message = f"{domain.name} is the first domain of {tenant.name}: its mail host is named in it"
        raise Conflict(message, field="domain", value=name, remedy=remedy)
    left = [address for address in tenant.addresses if domain_of(address) == domain.name]
    if left:
        message = f"{domain.name} still has {len(left)} addresses, {left[0]} among them"
        raise Conflict(message, field="domain", value=name, remedy="remove its addresses first")
    return tenant.changed(domains=tuple(d for d in tenant.domains if d != domain))


def resized(tenant: Tenant, **fields: object) -> Tenant:
    """Change the allowance; None leaves a field as it is. Raise InvalidInput for a smaller disk."""
    allowance: Allowance = tenant.allowance.changed(**_given(fields))
    if allowance.disk_gib < tenant.allowance.disk_gib:
        raise InvalidInput(
            f"the disk of {tenant.name} has {tenant.allowance.disk_gib} GiB and cannot shrink",
            field="disk_gib",
            value=allowance.disk_gib,
            remedy=f"give {tenant.allowance.disk_gib} or more",
        )
    return tenant.changed(allowance=allowance)


def ruled(tenant: Tenant, **fields: object) -> Tenant:
    """Change what mailbox users may do themselves; None leaves a field as it is. Raise ForwardingRefused."""
    rules: SelfService = tenant.self_service.changed(**_given(fields))
    return tenant.changed(self_service=rules)


def own_alias(tenant: Tenant, mailbox: str, address: str) -> Tenant:
    """Give a mailbox an alias of its user's own; raise AddressTaken, NoMoreAliases, InvalidInput for a role's name."""
    alias = Alias.parse({"address": address, "targets": (mailbox,), "own": True})
    local = alias.address.partition("@")[0]
    if local in ROLES:
        remedy = "ask your administrator for it"
        raise InvalidInput(f"{local} speaks for a whole domain", field="address", value=address, remedy=remedy)
    allowed, there = tenant.self_service.aliases, len(aliases_of(tenant, mailbox))
    if there >= allowed:
        remedy = "remove one first" if allowed else "ask your administrator"
        raise NoMoreAliases(
            f"you may have {allowed} aliases of your own", field="address", value=address, remedy=remedy
        )
    return with_alias(tenant, alias)


def without_own_alias(tenant: Tenant, mailbox: str, address: str) -> Tenant:
    """Take an alias away that the user of *mailbox* made; raise NotFound."""
    known = _find(aliases_of(tenant, mailbox), address, "alias")
    return tenant.changed(aliases=_without(tenant.aliases, known))


def aliases_of(tenant: Tenant, mailbox: str) -> tuple[Alias, ...]:
    """Return the aliases that the user of a mailbox made."""
    return tuple(alias for alias in tenant.aliases if alias.own and alias.targets == (mailbox,))


def standing(tenant: Tenant, status: Status) -> Tenant:
    """Give the tenant another status."""
    return tenant.changed(status=status)


def _new(tenant: Tenant, entry: Entry) -> Entry:
    if entry.address in tenant.addresses:
        remedy = "choose another address, or change the one there is"
        raise AddressTaken(f"{entry.address} is there already", field="address", value=entry.address, remedy=remedy)
    return entry


def _find(entries: Iterable[Entry], address: str, what: str) -> Entry:
    wanted = parse_address(address)
    for entry in entries:
        if entry.address == wanted:
            return entry
    raise NotFound(f"there is no {what} {wanted}", field="address", value=address, remedy=f"see mailstead {what} list")


def _replaced(entries: tuple[Entry, ...], address: str, what: str, fields: dict[str, object]) -> tuple[Entry, ...]:
    return _set(entries, address, what, _given(fields))


def _set(entries: tuple[Entry, ...], address: str, what: str, fields: dict[str, object]) -> tuple[Entry, ...]:
    known = _find(entries, address, what)
    changed = known.changed(**fields)
    return tuple(changed if entry == known else entry for entry in entries)


def _without(entries: tuple[Entry, ...], gone: Entry) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry != gone)


def _given(fields: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if value is not None}


def _domain(tenant: Tenant, name: str) -> MailDomain:
    wanted = parse_domain(name)
    for domain in tenant.domains:
        if domain.name == wanted:
            return domain
    message = f"{tenant.name} has no domain {wanted}"
    raise NotFound(message, field="domain", value=name, remedy=f"see mailstead domain list {tenant.name}")
