"""One tenant's mail server, as the tests of this chapter want it."""

from functools import cache
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mailstead.ground.clock import SystemClock
from mailstead.mailservers.dkim import make_key
from mailstead.mailservers.model import DkimKey, Identity, Link, MailHost, mail_host
from mailstead.tenants.model import Tenant

PASSWORD = "Rhubarb-Lantern-42"
HASH = (  # of PASSWORD, with parameters that emulation bears
    "{ARGON2ID}$argon2id$v=19$m=8192,t=1,p=1$bWFpbHN0ZWFkLXRlc3Q$yqKraWqimglas/jb1D8ZRyHgWiRLQfEe9a7yquEklvw"
)
ANNA, BOB, TIGHT = "anna@acme.example", "bob@acme.example", "tight@acme.example"
ODD = ("o'brien+tag@acme.example", "a%b@acme.example", "a!b@acme.example", "a|b{$x}=*/y@acme.example")
LINK = Link(
    "52:54:00:6d:73:02",
    IPv4Interface("10.64.0.2/28"),
    IPv4Address("10.64.0.1"),
    IPv6Interface("fd64:6d73::2/64"),
    IPv6Address("fd64:6d73::1"),
    (IPv4Address("127.0.0.53"),),
)
TENANT: dict[str, Any] = {
    "name": "acme",
    "domains": [{"name": "acme.example"}, {"name": "acme.test", "catch_all": BOB}],
    "mailboxes": [
        {"address": ANNA, "name": 'Anna "<script>" $x\n'},
        {"address": BOB, "quota_mib": 100},
        {"address": TIGHT, "quota_mib": 1},
        *({"address": address} for address in ODD),
    ],
    "aliases": [{"address": "info@acme.example", "targets": [ANNA, BOB]}],
    "lists": [
        {"address": "staff@acme.example", "members": [ANNA, BOB, "friend@else.example"]},
        {"address": "open@acme.example", "members": [BOB], "posting": "anyone"},
    ],
}


def host(**changes: Any) -> MailHost:
    """Return the example, with other fields of the tenant where *changes* says so."""
    tenant = Tenant.parse(TENANT | changes)
    return mail_host(
        tenant,
        link=LINK,
        identity=identity(),
        password_hashes={box.address: HASH for box in tenant.mailboxes},
        dkim={domain.name: keys() for domain in tenant.domains},
    )


@cache
def keys() -> tuple[DkimKey, ...]:
    return make_key("ms-rsa", "rsa"), make_key("ms-ed", "ed25519")


@cache
def identity() -> Identity:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.acme.example")])
    now = SystemClock().now().replace(year=2024)
    alternatives = [
        x509.DNSName(one) for one in ("mail.acme.example", "mta-sts.acme.example", "autoconfig.acme.example")
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now.replace(year=2044))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Identity(made.public_bytes(Encoding.PEM), pem)
