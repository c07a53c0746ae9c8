"""Search over all one may see: tenants by a part of their name, addresses and domains by the whole, pages by theirs."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response

from mailstead.ground.errors import MailsteadError
from mailstead.ground.names import domain_of, parse_address, parse_domain
from mailstead.web.page import Page
from mailstead.web.visit import Visit, at

MOST = 12


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found, and where it leads."""

    path: str
    icon: str
    text: str
    kind: str


def search(visit: Visit) -> Response:
    words = visit.query("words")[:320].lower()
    return visit.show("pages/search/page.html", words=words, hits=list(_hits(visit, words))[:MOST])


def _hits(visit: Visit, words: str) -> Iterator[Hit]:
    if words and visit.may("tenants:read"):
        yield from _addressed(visit, words)
        for tenant in visit.access.tenants.overview(search=words, limit=8):
            yield Hit(f"/tenants/{tenant.name}", "tenants", tenant.name, visit.text("tenant"))
    yield from (hit for hit in _pages(visit) if words in hit.text.lower())


def _addressed(visit: Visit, words: str) -> Iterator[Hit]:
    """Yield the mailbox, or the domain, that is called exactly so."""
    try:
        name = parse_address(words) if "@" in words else parse_domain(words)
    except MailsteadError:
        return
    owner = visit.access.tenants.owner_of(domain_of(name) if "@" in name else name)
    if owner is None:
        return
    if "@" not in name:
        yield Hit(f"/tenants/{owner}/domains", "globe", name, visit.text("domain"))
    elif name in visit.access.tenants.get(owner).tenant.addresses:
        yield Hit(at(f"/tenants/{owner}/mailboxes", search=name), "mail", name, visit.text("address"))


def _pages(visit: Visit) -> Iterator[Hit]:
    kind = visit.text("page")
    pages = (
        ("tenants:read", "/tenants", "tenants", visit.text("Tenants")),
        ("tenants:write", "/onboarding", "plus", visit.text("New tenant")),
        ("orders:read", "/orders", "orders", visit.text("Orders")),
        ("hosts:read", "/hosts", "hosts", visit.text("Hosts")),
        ("platform:read", "/doctor", "doctor", visit.text("Doctor")),
        ("people:read", "/people", "people", visit.text("People")),
        ("audit:read", "/audit", "audit", visit.text("Audit trail")),
    )
    yield from (Hit(path, icon, text, kind) for right, path, icon, text in pages if visit.may(right))
    yield Hit("/account", "key", visit.text("My account"), kind)
    yield Hit("/settings", "settings", visit.text("Settings"), kind)


PAGES = (Page("GET", "/search", search),)
