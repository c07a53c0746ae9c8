"""What is to be published, as records. Pure: numbers and keys in, records out."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address

from . import policies
from .model import TTL_S, MailNaming, Record, text_value

RECIPE = 1  # to be raised whenever `records_for` answers differently: zones seen before are then planned again

Addresses = tuple[IPv4Address | IPv6Address, ...]

TLSA_PORTS = (25, 465, 587, 993, 443)
SERVICES = {"_submissions": 465, "_submission": 587, "_imaps": 993, "_sieve": 4190, "_autodiscover": 443}
ABSENT_SERVICES = ("_imap", "_pop3", "_pop3s")
ALIASES = ("autoconfig", "autodiscover", "mta-sts")


def records_for(naming: MailNaming) -> frozenset[Record]:
    """Return all records of a mail domain's zone but those the server keeps itself (SOA, NS, DNSSEC)."""
    host = _host_records(naming) if naming.is_primary else []
    return frozenset([*_routing(naming), *_policies(naming), *_services(naming), *host])


def fingerprint(naming: MailNaming) -> str:
    """Return a digest of what `records_for` would answer, without making the records (a tenth of the time)."""
    return sha256(f"{RECIPE} {naming!r}".encode()).hexdigest()


def _routing(naming: MailNaming) -> list[Record]:
    aliases = [label for label in ALIASES if label != "mta-sts" or naming.mta_sts != "none"]
    return [
        Record(naming.domain, "MX", naming.ttl, f"10 {naming.mail_host}."),
        *(Record(f"{label}.{naming.domain}", "CNAME", naming.ttl, f"{naming.mail_host}.") for label in aliases),
    ]


def _policies(naming: MailNaming) -> list[Record]:
    domain = naming.domain
    texts = {domain: policies.spf(naming), f"_dmarc.{domain}": policies.dmarc(naming)}
    texts[f"_smtp._tls.{domain}"] = policies.tls_report(naming)
    texts |= {f"{key.selector}._domainkey.{domain}": policies.dkim(key) for key in naming.dkim}
    if naming.mta_sts != "none":
        texts[f"_mta-sts.{domain}"] = policies.mta_sts(naming)
    return [Record(name, "TXT", naming.ttl, text_value(text)) for name, text in texts.items()]


def _services(naming: MailNaming) -> list[Record]:
    """RFC 6186, RFC 8314 section 5.1, RFC 5804 section 1.8; a target of "." says: not offered."""
    served = {name: f"0 1 {port} {naming.mail_host}." for name, port in SERVICES.items()}
    values = served | dict.fromkeys(ABSENT_SERVICES, "0 0 0 .")
    return [Record(f"{name}._tcp.{naming.domain}", "SRV", naming.ttl, value) for name, value in values.items()]


def _host_records(naming: MailNaming) -> list[Record]:
    """The machine's own name: addresses, SPF for HELO (RFC 7208 section 2.3), DANE (RFC 7672), CAA (RFC 8659)."""
    host, ttl = naming.mail_host, naming.ttl
    return [
        *host_records(host, [address for address in (naming.ipv4, naming.ipv6) if address], ttl),
        Record(host, "TXT", ttl, text_value(policies.spf(naming))),
        *(
            Record(f"_{port}._tcp.{host}", "TLSA", ttl, f"3 1 1 {digest}")
            for port in TLSA_PORTS
            for digest in naming.tlsa
        ),
        *(Record(host, "CAA", ttl, f'0 issue "{issuer}"') for issuer in naming.issuers),
    ]


def host_records(host: str, addresses: Iterable[IPv4Address | IPv6Address], ttl: int = TTL_S) -> list[Record]:
    """Return the address records of one host."""
    kinds = {4: "A", 6: "AAAA"}
    return [Record(host, kinds[address.version], ttl, str(address)) for address in addresses]


def platform_records(zone: str, hosts: Mapping[str, Addresses]) -> frozenset[Record]:
    """Return the address records of the platform's own *hosts* (name servers and the like) that lie in *zone*."""
    inside = {host: addresses for host, addresses in hosts.items() if lies_in(host, zone)}
    return frozenset(record for host, addresses in inside.items() for record in host_records(host, addresses))


def lies_in(name: str, zone: str) -> bool:
    """Say whether *name* is the zone's apex or lies below it."""
    return name == zone or name.endswith(f".{zone}")


def zone_of(name: str, zones: Iterable[str]) -> str | None:
    """Return the closest of *zones* that holds *name*, or None."""
    return max((zone for zone in zones if lies_in(name, zone)), key=len, default=None)
