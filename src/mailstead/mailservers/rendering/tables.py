"""Who gets what: the tables in which Postfix and Dovecot look addresses up, worked out from the wanted state."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from mailstead.ground.names import domain_of
from mailstead.mailservers.model import HostedMailbox, MailHost

ROLES = ("postmaster", "abuse")  # RFC 2142: always reachable
_SYSTEM_QUOTA_MIB = 64


def rooms(host: MailHost) -> tuple[HostedMailbox, ...]:
    """Return all mailboxes; without any, a locked one takes what postmasters must receive."""
    if host.mailboxes:
        return host.mailboxes
    return (HostedMailbox(f"postmaster@{host.domains[0].name}", _SYSTEM_QUOTA_MIB),)


def open_rooms(host: MailHost) -> dict[str, HostedMailbox]:
    """Return the mailboxes that take mail, by address."""
    return {box.address: box for box in rooms(host) if box.enabled}


def aliases(host: MailHost) -> dict[str, tuple[str, ...]]:
    """Return every address that mail may go to, with where it goes; mailboxes go to themselves.

    A mailbox stands here too because a catch-all would swallow its mail otherwise (virtual(5)).
    """
    table: dict[str, tuple[str, ...]] = {address: (address,) for address in open_rooms(host)}
    table |= {alias.address: alias.targets for alias in host.aliases}
    table |= {group.address: group.members for group in host.lists if group.members}
    taken = table.keys() | {box.address for box in rooms(host)} | {group.address for group in host.lists}
    table |= {address: (_postmaster(host, address),) for address in _roles(host) if address not in taken}
    return table | {f"@{domain.name}": (domain.catch_all,) for domain in host.domains if domain.catch_all}


def senders(host: MailHost) -> dict[str, tuple[str, ...]]:
    """Return which logins may send as which address: its mailbox, or the mailboxes an alias leads to."""
    boxes = open_rooms(host)
    table: dict[str, tuple[str, ...]] = {address: (address,) for address in boxes}
    reach = {alias.address: alias.targets for alias in host.aliases}
    for address in reach:
        if owners := tuple(owner for owner in _leads_to(address, reach) if owner in boxes):
            table[address] = owners
    return table


def closed_lists(host: MailHost) -> dict[str, str]:
    """Return the lists that only members may write to, with the name of their restriction class."""
    return {group.address: _class(group.address) for group in host.lists if group.posting == "members"}


def members_outside(host: MailHost, members: Iterable[str]) -> tuple[str, ...]:
    """Return the members whose word port 25 takes: our own people sign in and cannot be borrowed."""
    ours = {domain.name for domain in host.domains}
    return tuple(member for member in members if domain_of(member) not in ours)


def lines(table: Mapping[str, str | tuple[str, ...]]) -> str:
    """Return a texthash table (postmap(1)): key, tab, value."""
    entries = ((key, value if isinstance(value, str) else ", ".join(value)) for key, value in table.items())
    return "".join(f"{key}\t{value}\n" for key, value in sorted(entries))


def _roles(host: MailHost) -> Iterator[str]:
    for name in (*(domain.name for domain in host.domains), host.name):
        yield from (f"{role}@{name}" for role in ROLES)


def _postmaster(host: MailHost, address: str) -> str:
    boxes = list(open_rooms(host)) or [rooms(host)[0].address]
    near = [box for box in boxes if domain_of(box) == domain_of(address)]
    return (near or boxes)[0]


def _leads_to(start: str, reach: Mapping[str, tuple[str, ...]]) -> list[str]:
    seen: list[str] = []
    ahead = [start]
    while ahead:
        address = ahead.pop(0)
        if address not in seen:
            seen.append(address)
            ahead.extend(reach.get(address, ()))
    return seen


def _class(address: str) -> str:
    return f"list_{hashlib.sha256(address.encode()).hexdigest()[:12]}"
