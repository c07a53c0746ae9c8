"""From a tenant as wanted to the naming of its mail domains. Pure."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address

from mailstead.tenants.model import Tenant

from .model import TTL_S, DkimKey, MailNaming
from .plan import ALIASES


def namings_of(
    tenant: Tenant,
    *,
    ipv4: IPv4Address | None,
    ipv6: IPv6Address | None,
    dkim: Mapping[str, tuple[DkimKey, ...]],
    tlsa: tuple[str, ...],
    issuers: tuple[str, ...],
    ttl: int = TTL_S,
) -> tuple[MailNaming, ...]:
    """Return one naming for each mail domain; addresses are the public ones, *dkim* holds the keys by domain."""
    return tuple(
        MailNaming(
            domain=domain.name,
            mail_host=tenant.mail_host,
            ipv4=ipv4,
            ipv6=ipv6,
            dkim=dkim.get(domain.name, ()),
            dmarc=domain.dmarc,
            mta_sts=domain.mta_sts,
            tlsa=tlsa,
            issuers=issuers,
            ttl=ttl,
        )
        for domain in tenant.domains
    )


def tls_names(namings: Iterable[MailNaming]) -> tuple[str, ...]:
    """Return every name under which clients meet the machine by TLS, the mail host first: its certificate's names."""
    found: dict[str, None] = {}
    for naming in namings:
        found |= dict.fromkeys([naming.mail_host, *(f"{label}.{naming.domain}" for label in ALIASES)])
    return tuple(found)
