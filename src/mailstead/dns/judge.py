"""Judgement of a mail domain as the world sees it: what is missing, wrong, doubled or going in circles. Pure.

Everything is asked through a `Lookup`, so that the same judgement runs against the public DNS, our own server,
and a dictionary in a test.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

from mailstead.ground.errors import Unreachable

from .model import MailNaming, text_of
from .plan import TLSA_PORTS
from .policies import dkim, mta_sts
from .spf import judge_spf
from .verdict import Finding, Lookup, aliases, texts


def judge(naming: MailNaming, lookup: Lookup) -> tuple[Finding, ...]:
    """Return what is wrong with the domain, worst places first; empty when mail can flow as it should."""
    parts = (_mx, _addresses, judge_spf, _dkim, _dmarc, _transport, _pointers)
    return tuple(finding for part in parts for finding in _guarded(part(naming, lookup)))


def _guarded(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Make a finding of a lookup that fails: silence must not look like health."""
    try:
        yield from findings
    except Unreachable as error:
        yield Finding("lookup-failed", error.message, error.remedy or "look at the name server and the resolver")


def _mx(naming: MailNaming, lookup: Lookup) -> Iterator[Finding]:
    targets = [value.split()[-1].rstrip(".").lower() for value in lookup(naming.domain, "MX")]
    if not targets:
        yield Finding("mx-missing", f"{naming.domain} has no MX: no mail arrives", "publish the planned MX record")
    if targets == [""]:
        yield Finding(
            "mx-null",
            f"{naming.domain} says that it takes no mail (RFC 7505)",
            "publish the planned MX record",
        )
        return
    for target in targets:
        yield from _mx_target(naming, lookup, target)


def _mx_target(naming: MailNaming, lookup: Lookup, target: str) -> Iterator[Finding]:
    if target != naming.mail_host:
        message = f"an MX of {naming.domain} names {target}, not {naming.mail_host}"
        yield Finding("mx-wrong", message, "remove that MX record, or let mailstead take it over")
    passed, circle = aliases(lookup, target)
    if circle:
        message = f"the MX of {naming.domain} runs in a circle: {' → '.join(passed)}"
        yield Finding("mx-loop", message, "remove the CNAME records and publish the host's addresses")
    elif len(passed) > 1:
        message = f"the MX of {naming.domain} names an alias ({' → '.join(passed)}), which RFC 2181 forbids"
        yield Finding("mx-alias", message, f"publish addresses at {target} instead of the CNAME")
    elif not lookup(target, "A") and not lookup(target, "AAAA"):
        yield Finding("mx-without-address", f"{target} has no address", f"publish A and AAAA records at {target}")


def _addresses(naming: MailNaming, lookup: Lookup) -> Iterator[Finding]:
    for kind, address in (("A", naming.ipv4), ("AAAA", naming.ipv6)):
        if address is None:
            continue
        found = {str(ip_address(value)) for value in lookup(naming.mail_host, kind)}
        if found and found != {str(address)}:
            message = f"{naming.mail_host} {kind} is {', '.join(sorted(found))}, the machine has {address}"
            yield Finding("address-wrong", message, f"publish {address} alone")


def _dkim(naming: MailNaming, lookup: Lookup) -> Iterator[Finding]:
    for key in naming.dkim:
        name = f"{key.selector}._domainkey.{naming.domain}"
        found = [_squeezed(text_of(value)) for value in lookup(name, "TXT")]
        if not found:
            yield Finding("dkim-missing", f"there is no DKIM key at {name}", "publish the planned key record")
        elif found != [_squeezed(dkim(key))]:
            yield Finding(
                "dkim-wrong",
                f"the DKIM key at {name} is not the one that signs",
                "publish the planned key record",
            )


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _dmarc(naming: MailNaming, lookup: Lookup) -> Iterator[Finding]:
    name = f"_dmarc.{naming.domain}"
    found = texts(lookup, name, "v=DMARC1")
    if not found:
        yield Finding("dmarc-missing", f"there is no DMARC policy at {name}", "publish the planned record")
    elif len(found) > 1:
        message = f"there are {len(found)} DMARC policies at {name}, so receivers heed none"
        yield Finding("dmarc-multiple", message, "keep one of them")
    elif f"p={naming.dmarc}" not in _squeezed(found[0]).split(";"):
        yield Finding(
            "dmarc-wrong", f"the DMARC policy at {name} is not p={naming.dmarc}", "publish the planned record"
        )


def _transport(naming: MailNaming, lookup: Lookup) -> Iterator[Finding]:
    """DANE (RFC 7672) and MTA-STS (RFC 8461): the promises about TLS."""
    if naming.tlsa:
        name = f"_{TLSA_PORTS[0]}._tcp.{naming.mail_host}"
        found = {value.lower() for value in lookup(name, "TLSA")}
        if not found:
            yield Finding("tlsa-missing", f"there is no TLSA record at {name}", "publish the planned TLSA records")
        elif not found & {f"3 1 1 {digest}" for digest in naming.tlsa}:
            message = f"no TLSA record at {name} matches a key of the machine: DANE senders refuse to deliver"
            yield Finding("tlsa-wrong", message, "publish the planned TLSA records now")
    if naming.mta_sts != "none" and texts(lookup, f"_mta-sts.{naming.domain}", "v=STSv1") != [mta_sts(naming)]:
        message = f"the MTA-STS record of {naming.domain} does not announce its policy"
        yield Finding("mta-sts-wrong", message, "publish the planned record")


def _pointers(naming: MailNaming, lookup: Lookup) -> Iterator[Finding]:
    for address in (naming.ipv4, naming.ipv6):
        if address is not None:
            yield from _pointer(naming, lookup, address)


def _pointer(naming: MailNaming, lookup: Lookup, address: IPv4Address | IPv6Address) -> Iterator[Finding]:
    """Forward-confirmed reverse DNS: what most receivers ask of a sender."""
    found = [value.rstrip(".").lower() for value in lookup(address.reverse_pointer, "PTR")]
    remedy = f"publish {naming.mail_host} as the PTR of {address}"
    if not found:
        yield Finding("ptr-missing", f"{address} has no PTR record", remedy)
    elif found != [naming.mail_host]:
        yield Finding("ptr-wrong", f"{address} is called {', '.join(found)}, not {naming.mail_host}", remedy)
