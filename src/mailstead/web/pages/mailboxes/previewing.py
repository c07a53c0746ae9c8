"""What an import would do, line by line. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from mailstead.ground.errors import InvalidInput, MailsteadError
from mailstead.ground.names import domain_of
from mailstead.lifecycle.imports import MailboxRow, judge_mailboxes
from mailstead.tenants.model import AddressTaken, Tenant


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be taken, and why."""

    line: int
    error: MailsteadError


@dataclass(frozen=True, slots=True)
class Preview:
    """The mailboxes that could be added, and the lines that could not."""

    rows: tuple[MailboxRow, ...]
    faults: tuple[Fault, ...]


def preview_of(text: str, tenant: Tenant) -> Preview:
    """Judge every line of *text*; raise InvalidInput where it is no CSV of mailboxes at all."""
    rows: list[MailboxRow] = []
    faults: list[Fault] = []
    for line, found in _judged(text, tenant):
        if isinstance(found, MailsteadError):
            faults.append(Fault(line, found))
        else:
            rows.append(found)
    return Preview(tuple(rows), tuple(faults))


def _judged(text: str, tenant: Tenant) -> Iterator[tuple[int, MailboxRow | MailsteadError]]:
    """Yield what each line says; also refused is what the tenant has already, or has no domain for."""
    taken = set(tenant.addresses)
    domains = [domain.name for domain in tenant.domains]
    for line, found in judge_mailboxes(text.encode(), "mailboxes.csv"):
        if isinstance(found, MailboxRow):
            address = found.mailbox.address
            yield line, _refused(address, taken, domains) or found
            taken.add(address)
        else:
            yield line, found


def _refused(address: str, taken: set[str], domains: list[str]) -> InvalidInput | None:
    if address in taken:
        remedy = "leave the line out, or choose another address"
        return AddressTaken(f"{address} is there already", field="address", value=address, remedy=remedy)
    if domain_of(address) not in domains:
        remedy = f"use one of {', '.join(domains)}, or add the domain first"
        message = f"{address} is in none of the tenant's domains"
        return InvalidInput(message, field="address", value=address, remedy=remedy)
    return None
