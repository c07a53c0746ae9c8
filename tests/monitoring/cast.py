"""The tenant that is looked at in these tests: acme, healthy, with globex beside it."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from ipaddress import IPv4Address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from mailstead.dns.model import DkimKey, MailNaming, Record
from mailstead.dns.plan import records_for
from mailstead.monitoring.target import Account, Path, Target
from mailstead.security.model import Secret

NOW = datetime.now(UTC).replace(microsecond=0)
ACME_IP, GLOBEX_IP = IPv4Address("203.0.113.10"), IPv4Address("203.0.113.20")
PASSWORD = "correct horse"
NAMES = ("mail.acme.example", "mta-sts.acme.example", "autoconfig.acme.example", "mail.globex.example")
PEER_IMAP = Path("peer-imap", "10.64.0.18", 993)
PEER_SMTP = Path("peer-smtp", "203.0.113.20", 25)


class Authority:
    """A certification authority and what it issues."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate = _certificate("Test authority", self.key, None, self.key, None, ca=True)
        self.pem = self.certificate.public_bytes(Encoding.PEM)

    def issue(self, names: Sequence[str] = NAMES, *, begin: timedelta = timedelta(days=-1), days: float = 90) -> "Leaf":
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(
            names[0], key, names, self.key, self.certificate, begin=begin, lifetime=timedelta(days=days)
        )
        return Leaf(key, certificate, self.certificate)


class Leaf:
    def __init__(self, key: ec.EllipticCurvePrivateKey, leaf: x509.Certificate, root: x509.Certificate) -> None:
        self.chain = tuple(each.public_bytes(Encoding.DER) for each in (leaf, root))
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.pem = private + leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)
        self.digest = spki_digest(leaf)
        self.root_digest = spki_digest(root)


def spki_digest(certificate: x509.Certificate) -> str:
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(key).hexdigest()


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    names: Sequence[str] | None,
    signer: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    *,
    begin: timedelta = timedelta(days=-1),
    lifetime: timedelta = timedelta(days=90),
    ca: bool = False,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + begin)
        .not_valid_after(NOW + begin + lifetime)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False
        )
    return builder.sign(signer, SHA256())


@cache
def authority() -> Authority:
    return Authority()


@cache
def leaf() -> Leaf:
    return authority().issue()


@cache
def rsa_key(bits: int = 2048, selector: str = "r1") -> DkimKey:
    key = rsa.generate_private_key(65537, bits).public_key()
    return DkimKey(
        selector, "rsa", b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    )


@cache
def ed25519_key() -> DkimKey:
    return DkimKey("e1", "ed25519", b64encode(bytes(range(32))).decode())


def naming(**changes: object) -> MailNaming:
    fields: dict[str, object] = {
        "domain": "acme.example",
        "mail_host": "mail.acme.example",
        "ipv4": ACME_IP,
        "ipv6": None,
        "dkim": (rsa_key(), ed25519_key()),
        "tlsa": (leaf().digest,),
        "issuers": ("ca.example",),
    }
    return MailNaming(**(fields | changes))  # type: ignore[arg-type]  # a test changes what it likes


def globex() -> MailNaming:
    return naming(domain="globex.example", mail_host="mail.globex.example", ipv4=GLOBEX_IP)


def records(*namings: MailNaming) -> set[Record]:
    """Everything the world of acme and globex publishes, pointers too."""
    found: set[Record] = set()
    for each in namings or (naming(), globex()):
        assert each.ipv4 is not None
        found |= records_for(each)
        found.add(Record(each.ipv4.reverse_pointer, "PTR", 3600, f"{each.mail_host}."))
    return found


SECRET = Secret.of(PASSWORD)
ANNA = Account("acme", "anna@acme.example", SECRET, "mail.acme.example", ACME_IP)
GUSTAV = Account("globex", "gustav@globex.example", SECRET, "mail.globex.example", GLOBEX_IP)


def target(**changes: object) -> Target:
    fields: dict[str, object] = {
        "tenant": "acme",
        "mail_host": "mail.acme.example",
        "domains": (naming(),),
        "addresses": (ACME_IP,),
        "authority_pem": authority().pem,
        "probe": ANNA,
        "other": GUSTAV,
        "forbidden": (PEER_IMAP,),
        "allowed": (PEER_SMTP,),
    }
    return Target(**(fields | changes))  # type: ignore[arg-type]  # a test changes what it likes
