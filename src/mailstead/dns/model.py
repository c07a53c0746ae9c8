"""Records and what a mail domain is called: frozen values in one canonical spelling."""

from base64 import b64decode
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Literal

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.txtbase

from mailstead.ground.errors import InvalidInput

TTL_S = 3600


@dataclass(frozen=True, slots=True, order=True)
class Record:
    """One resource record.

    `name` is absolute, in lower case and without the trailing dot; `value` is dnspython's presentation of the
    rdata, names in it absolute *with* the dot and in lower case (RFC 4034 section 6.2). Records are built in
    this spelling, or read into it by `Record.read`, so that equal records are equal values.
    """

    name: str
    kind: str
    ttl: int  # seconds; not part of what the record says, see `key`
    value: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What the record says, whatever its time to live."""
        return self.name, self.kind, self.value

    def __str__(self) -> str:
        return f"{self.name} {self.kind} {self.value}"

    @classmethod
    def read(cls, name: str, kind: str, ttl: int, value: str) -> "Record":
        """Return the record in canonical spelling; raise InvalidInput naming what cannot be read.

        >>> Record.read("Acme.Example.", "mx", 60, "10 Mail.Acme.Example.").value
        '10 mail.acme.example.'
        """
        try:
            owner = dns.name.from_text(name).canonicalize()
            rdata = dns.rdata.from_text(dns.rdataclass.IN, kind, value, dns.name.root, relativize=False)
        except (dns.exception.DNSException, ValueError) as error:
            raise InvalidInput(
                f"{name} {kind} {value!r} is no record: {error}",
                field="record",
                value=value,
                remedy="write it as in a zone file, names with their trailing dot",
            ) from error
        return cls.of(owner, ttl, rdata)

    @classmethod
    def of(cls, owner: dns.name.Name, ttl: int, rdata: dns.rdata.Rdata) -> "Record":
        """Return the record that dnspython's values describe."""
        wire = rdata.to_digestable()
        canonical = dns.rdata.from_wire(rdata.rdclass, rdata.rdtype, wire, 0, len(wire))
        name = owner.canonicalize().to_text(omit_final_dot=True)
        return cls(name, dns.rdatatype.to_text(rdata.rdtype), ttl, canonical.to_text())


def text_value(text: str) -> str:
    """Return *text* as the value of a TXT record, cut into strings of 255 octets (RFC 7208 section 3.3).

    >>> text_value("v=spf1 -all")
    '"v=spf1 -all"'
    """
    pieces = [text[start : start + 255] for start in range(0, len(text), 255)] or [""]
    return " ".join('"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces)


def text_of(value: str) -> str:
    """Return the text that a TXT value carries, its strings joined.

    >>> text_of('"v=spf1 " "-all"')
    'v=spf1 -all'
    """
    rdata = dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.TXT, value)
    assert isinstance(rdata, dns.rdtypes.txtbase.TXTBase)  # noqa: S101 - tells the type checker what TXT is
    return b"".join(rdata.strings).decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A public key that signs mail: `public` is the base64 text of the p= tag (RFC 6376, RFC 8463)."""

    selector: str
    algorithm: Literal["rsa", "ed25519"]
    public: str

    def __post_init__(self) -> None:
        size = len(b64decode(self.public, validate=True))
        if self.algorithm == "ed25519" and size != 32:
            raise InvalidInput(
                "an Ed25519 key has 32 octets",
                field="dkim",
                value=self.selector,
                remedy="give the raw public key in base64 (RFC 8463 section 4)",
            )


@dataclass(frozen=True, slots=True)
class MailNaming:
    """Everything that decides what one mail domain publishes.

    `mail_host` is the name of the tenant's machine, which lies in the tenant's primary domain; `tlsa` are the
    SHA-256 digests (hex) of the public keys that serve now or next; `issuers` are the CAA names of the
    authorities that may issue for the mail host.
    """

    domain: str
    mail_host: str
    ipv4: IPv4Address | None
    ipv6: IPv6Address | None
    dkim: tuple[DkimKey, ...] = ()
    dmarc: Literal["none", "quarantine", "reject"] = "reject"
    mta_sts: Literal["none", "testing", "enforce"] = "enforce"
    tlsa: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    ttl: int = field(default=TTL_S)

    @property
    def is_primary(self) -> bool:
        """Whether the mail host's own name lies in this domain."""
        return self.mail_host.endswith(f".{self.domain}")
