"""Judgement of an SPF policy: one, short, closed, and allowing the machine that sends (RFC 7208). Pure."""

import re
from collections.abc import Iterator

from .model import MailNaming
from .verdict import Finding, Lookup, texts

LOOKUPS = 10  # RFC 7208 section 4.6.4
_COSTLY = re.compile(r"[+?~-]?(include:|exists:|redirect=|(a|mx|ptr)([:/]|$))")


def judge_spf(naming: MailNaming, lookup: Lookup) -> Iterator[Finding]:
    """Yield what is wrong with the SPF policy of the domain."""
    found = texts(lookup, naming.domain, "v=spf1")
    if not found:
        yield Finding("spf-missing", f"{naming.domain} has no SPF policy", "publish the planned v=spf1 record")
        return
    if len(found) > 1:
        message = f"{naming.domain} has {len(found)} SPF policies, so receivers heed none"
        yield Finding("spf-multiple", message, "merge them into one record")
        return
    yield from _policy(naming, lookup, found[0])


def _policy(naming: MailNaming, lookup: Lookup, text: str) -> Iterator[Finding]:
    terms = text.lower().split()[1:]
    count, circle = spent(lookup, naming.domain, ())
    if circle:
        yield Finding("spf-loop", f"the SPF policy of {naming.domain} includes itself", "remove the circular include")
    if count > LOOKUPS:
        message = f"the SPF policy of {naming.domain} costs {count} lookups, receivers stop at {LOOKUPS}"
        yield Finding("spf-too-many-lookups", message, "write addresses (ip4:, ip6:) instead of names")
    if not any(term in {"-all", "~all"} or term.startswith("redirect=") for term in terms):
        message = f"the SPF policy of {naming.domain} lets anybody send"
        yield Finding("spf-open", message, "end it with -all")
    if not _allows(naming, terms):
        message = f"the SPF policy of {naming.domain} does not name {naming.mail_host}'s addresses"
        yield Finding("spf-omits-host", message, "publish the planned v=spf1 record")


def _allows(naming: MailNaming, terms: list[str]) -> bool:
    """Say whether the machine is plainly allowed; a policy that delegates gets the benefit of the doubt."""
    if any(_COSTLY.match(term) for term in terms):
        return True
    wanted = {f"ip{address.version}:{address}" for address in (naming.ipv4, naming.ipv6) if address}
    return wanted <= {term.lstrip("+") for term in terms}


def spent(lookup: Lookup, domain: str, above: tuple[str, ...]) -> tuple[int, bool]:
    """Return how many lookups the policy of *domain* costs, and whether it runs in a circle."""
    if domain in above:
        return 0, True
    terms = [term for text in texts(lookup, domain, "v=spf1")[:1] for term in text.lower().split()[1:]]
    costly = [term.lstrip("+-~?") for term in terms if _COSTLY.match(term)]
    total, circle = len(costly), False
    for policy in _others(costly):
        if total <= 2 * LOOKUPS:
            below, turns = spent(lookup, policy, (*above, domain))
            total, circle = total + below, circle or turns
    return total, circle


def _others(terms: list[str]) -> list[str]:
    """Return the domains whose policies are drawn in."""
    drawn = [term for term in terms if term.startswith(("include:", "redirect="))]
    return [re.split("[:=]", term, maxsplit=1)[1].rstrip(".") for term in drawn]
