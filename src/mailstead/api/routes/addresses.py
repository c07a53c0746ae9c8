"""/tenants/{tenant}/domains, aliases, lists."""

from fastapi import APIRouter, Response

from mailstead.api.asked import (
    AddressPath,
    After,
    Asked,
    DomainPath,
    Expected,
    Limit,
    Read,
    Search,
    TenantPath,
    given,
    tag,
)
from mailstead.api.wire.mail import (
    AliasChange,
    AliasNew,
    AliasOut,
    DomainChange,
    DomainNew,
    DomainOut,
    ListChange,
    ListNew,
    ListOut,
    Page,
)
from mailstead.api.wire.orders import OrderOut, accepted
from mailstead.api.wire.parts import behind

domains = APIRouter(prefix="/tenants/{tenant}/domains", tags=["domains"])
aliases = APIRouter(prefix="/tenants/{tenant}/aliases", tags=["aliases"])
lists = APIRouter(prefix="/tenants/{tenant}/lists", tags=["lists"])


@domains.get("")
def list_domains(read: Read, tenant: TenantPath) -> Page[DomainOut]:
    """Return all mail domains of a tenant, the one that names the mail host first."""
    return Page(items=[DomainOut.of(domain) for domain in read.domains.all(tenant)], next=None)


@domains.post("", status_code=202)
def add_domain(asked: Asked, response: Response, tenant: TenantPath, new: DomainNew) -> OrderOut:
    """Serve one more mail domain."""
    return accepted(response, asked.domains.add(tenant, new.wanted()))


@domains.get("/{domain}")
def get_domain(read: Read, response: Response, tenant: TenantPath, domain: DomainPath) -> DomainOut:
    """Return one mail domain."""
    found, revision = read.domains.look(tenant, domain)
    tag(response, revision)
    return DomainOut.of(found)


@domains.patch("/{domain}", status_code=202)
def change_domain(
    asked: Asked, response: Response, tenant: TenantPath, domain: DomainPath, expected: Expected, change: DomainChange
) -> OrderOut:
    """Change a domain's policies."""
    return accepted(response, asked.domains.change(tenant, domain, expected=expected, **change.wanted()))


@domains.delete("/{domain}", status_code=202)
def remove_domain(
    asked: Asked, response: Response, tenant: TenantPath, domain: DomainPath, expected: Expected
) -> OrderOut:
    """Stop serving a mail domain; its records are withdrawn."""
    return accepted(response, asked.domains.remove(tenant, domain, expected=expected))


@aliases.get("")
def list_aliases(
    read: Read, tenant: TenantPath, after: After = "", limit: Limit = 50, search: Search = ""
) -> Page[AliasOut]:
    """Return aliases in the order of their addresses."""
    found = read.aliases.page(tenant, after=after, limit=limit, search=search)
    return Page(items=[AliasOut.of(alias) for alias in found], next=behind(found, limit, lambda alias: alias.address))


@aliases.post("", status_code=202)
def add_alias(asked: Asked, response: Response, tenant: TenantPath, new: AliasNew) -> OrderOut:
    """Add an alias."""
    return accepted(response, asked.aliases.add(tenant, new.wanted()))


@aliases.get("/{address}")
def get_alias(read: Read, response: Response, tenant: TenantPath, address: AddressPath) -> AliasOut:
    """Return one alias."""
    found, revision = read.aliases.look(tenant, address)
    tag(response, revision)
    return AliasOut.of(found)


@aliases.patch("/{address}", status_code=202)
def change_alias(
    asked: Asked, response: Response, tenant: TenantPath, address: AddressPath, expected: Expected, change: AliasChange
) -> OrderOut:
    """Change where an alias leads."""
    return accepted(response, asked.aliases.change(tenant, address, expected=expected, **given(change)))


@aliases.delete("/{address}", status_code=202)
def remove_alias(
    asked: Asked, response: Response, tenant: TenantPath, address: AddressPath, expected: Expected
) -> OrderOut:
    """Remove an alias."""
    return accepted(response, asked.aliases.remove(tenant, address, expected=expected))


@lists.get("")
def list_lists(
    read: Read, tenant: TenantPath, after: After = "", limit: Limit = 50, search: Search = ""
) -> Page[ListOut]:
    """Return distribution lists in the order of their addresses."""
    found = read.lists.page(tenant, after=after, limit=limit, search=search)
    return Page(items=[ListOut.of(entry) for entry in found], next=behind(found, limit, lambda entry: entry.address))


@lists.post("", status_code=202)
def add_list(asked: Asked, response: Response, tenant: TenantPath, new: ListNew) -> OrderOut:
    """Add a distribution list."""
    return accepted(response, asked.lists.add(tenant, new.wanted()))


@lists.get("/{address}")
def get_list(read: Read, response: Response, tenant: TenantPath, address: AddressPath) -> ListOut:
    """Return one distribution list."""
    found, revision = read.lists.look(tenant, address)
    tag(response, revision)
    return ListOut.of(found)


@lists.patch("/{address}", status_code=202)
def change_list(
    asked: Asked, response: Response, tenant: TenantPath, address: AddressPath, expected: Expected, change: ListChange
) -> OrderOut:
    """Change a list's members, or who may write to it."""
    return accepted(response, asked.lists.change(tenant, address, expected=expected, **given(change)))


@lists.delete("/{address}", status_code=202)
def remove_list(
    asked: Asked, response: Response, tenant: TenantPath, address: AddressPath, expected: Expected
) -> OrderOut:
    """Remove a distribution list."""
    return accepted(response, asked.lists.remove(tenant, address, expected=expected))
