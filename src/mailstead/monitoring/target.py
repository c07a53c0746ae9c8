"""What is to be looked at: plain values, gathered by the caller from wanted state, numbers, keys and
secrets.
"""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

from mailstead.dns.model import MailNaming
from mailstead.ground.names import domain_of
from mailstead.security.model import Secret

IPAddress = IPv4Address | IPv6Address


class Speech(StrEnum):
    """How a service begins to speak before TLS, if it does."""

    TLS = "tls"  # at once: RFC 8314
    SMTP = "smtp"  # STARTTLS, RFC 3207
    SIEVE = "sieve"  # STARTTLS, RFC 5804


@dataclass(frozen=True, slots=True)
class Service:
    """One of the ports a mail server serves."""

    port: int
    name: str
    speech: Speech = Speech.TLS

    @property
    def opportunistic(self) -> bool:
        """Whether strangers send here, who would send in the clear rather than not at all (RFC 7435)."""
        return self.port == 25


SERVICES = (
    Service(25, "smtp", Speech.SMTP),
    Service(465, "submissions"),
    Service(587, "submission", Speech.SMTP),
    Service(993, "imaps"),
    Service(443, "https"),
    Service(4190, "sieve", Speech.SIEVE),
)
CLOSED_PORTS = (22, 110, 143, 8080, 11334)  # 11334: the spam filter's own console


@dataclass(frozen=True, slots=True)
class Account:
    """A mailbox that probe mail is sent from or to, and where its server stands."""

    tenant: str
    address: str
    password: Secret
    mail_host: str
    server: IPAddress

    @property
    def domain(self) -> str:
        return domain_of(self.address)


@dataclass(frozen=True, slots=True)
class Path:
    """A way from inside the tenant's machine; `label` ends the check's code: isolation.<label>."""

    label: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Target:
    """One tenant to look at.

    `domains` say what each mail domain publishes, the primary one first, as the dns chapter plans it;
    `addresses` are the public ones, at least one; `authority_pem` holds the only authorities trusted (None:
    those of this system); `probe` is a mailbox of this tenant, `other` one of another tenant; `foreign` is
    an address that this tenant must not relay to — nothing is ever sent there; `forbidden` and `allowed`
    are ways from inside the machine.
    """

    tenant: str
    mail_host: str
    domains: tuple[MailNaming, ...]
    addresses: tuple[IPAddress, ...]
    authority_pem: bytes | None = None
    services: tuple[Service, ...] = SERVICES
    closed_ports: tuple[int, ...] = CLOSED_PORTS
    probe: Account | None = None
    other: Account | None = None
    foreign: str = "postmaster@example.net"
    forbidden: tuple[Path, ...] = ()
    allowed: tuple[Path, ...] = ()

    @property
    def apply(self) -> str:
        """What an administrator types to bring the tenant back to what is wanted."""
        return f"mailstead apply {self.tenant}"

    def service(self, port: int) -> Service | None:
        """Return the service on *port*, or None where it should not be served."""
        return next((service for service in self.services if service.port == port), None)

    def name_at(self, port: int) -> str:
        """Return the name that clients look for at *port*: pages are served under names of their own."""
        return f"autoconfig.{self.domains[0].domain}" if port == 443 else self.mail_host

    def at(self, port: int) -> str:
        """Name one of the tenant's ports for people."""
        return f"{self.mail_host}:{port}"
