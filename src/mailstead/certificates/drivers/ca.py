"""The built-in authority: a root that signs once, and an issuing certificate that signs machines' certificates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mailstead.certificates.keys import load_key, read_request, sealed
from mailstead.ground.clock import Clock
from mailstead.security.model import Secret

ROOT_LIFE = timedelta(days=20 * 365)
ISSUING_LIFE = timedelta(days=10 * 365)
LEAF_LIFE = timedelta(days=90)
SKEW = timedelta(hours=1)  # machines whose clocks are behind must not find their certificate unborn


@dataclass(frozen=True, slots=True)
class Authority:
    """Certificates are public; the two keys (PKCS#8 in PEM) belong into the vault, `root_key` out of daily use."""

    root: str
    issuing: str
    root_key: Secret
    issuing_key: Secret


def new_authority(name: str, now: datetime) -> Authority:
    """Found an authority: its root signs itself and one issuing certificate that may sign no further ones."""
    root_key, issuing_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name, issuing_name = _name(f"{name} root"), _name(f"{name} issuing")
    root = _authority_builder(root_name, root_name, root_key, now, ROOT_LIFE, path_length=1)
    root_certificate = root.sign(root_key, hashes.SHA256())
    issuing = _authority_builder(issuing_name, root_name, issuing_key, now, ISSUING_LIFE, path_length=0)
    issuing = issuing.add_extension(_signer(root_key), critical=False)
    signed = issuing.sign(root_key, hashes.SHA256())
    return Authority(_pem(root_certificate), _pem(signed), sealed(root_key), sealed(issuing_key))


class BuiltInAuthority:
    """An Issuer for closed networks. `issuing_key` is asked at every use, so that the key stays in the vault."""

    def __init__(
        self, issuing: str, issuing_key: Callable[[], Secret], clock: Clock, *, life: timedelta = LEAF_LIFE
    ) -> None:
        self._issuing = x509.load_pem_x509_certificate(issuing.encode())
        self._issuing_key = issuing_key
        self._clock = clock
        self._life = life

    def issue(self, names: tuple[str, ...], csr_pem: str) -> str:
        """Return leaf and issuing certificate; what the request says beyond key and names is ignored."""
        request = read_request(csr_pem, names)
        alternatives = [x509.DNSName(name) for name in names]
        return self._signed(request.subject, request.public_key(), alternatives)

    def issue_for_address(self, address: IPv4Address | IPv6Address, key: Secret) -> str:
        """Return leaf and issuing certificate for a machine of ours that is reached by its address alone."""
        return self._signed(_name(str(address)), load_key(key).public_key(), [x509.IPAddress(address)])

    def _signed(
        self, subject: x509.Name, public: CertificatePublicKeyTypes, alternatives: Sequence[x509.GeneralName]
    ) -> str:
        key = load_key(self._issuing_key())
        return _pem(self._leaf(subject, public, alternatives, key).sign(key, hashes.SHA256())) + _pem(self._issuing)

    def _leaf(
        self,
        subject: x509.Name,
        public: CertificatePublicKeyTypes,
        alternatives: Sequence[x509.GeneralName],
        key: ec.EllipticCurvePrivateKey,
    ) -> x509.CertificateBuilder:
        now = self._clock.now()
        end = min(now + self._life, self._issuing.not_valid_after_utc)
        builder = _builder(subject, self._issuing.subject, now, end).public_key(public)
        extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (_usage(signs_data=True), True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
            (x509.SubjectAlternativeName(alternatives), not list(subject)),
            (x509.SubjectKeyIdentifier.from_public_key(public), False),
            (_signer(key), False),
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        return builder


def _authority_builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, life: timedelta,
    *, path_length: int,
) -> x509.CertificateBuilder:  # fmt: skip
    builder = _builder(subject, issuer, now, now + life).public_key(key.public_key())
    constraints = x509.BasicConstraints(ca=True, path_length=path_length)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(constraints, critical=True).add_extension(identifier, critical=False)
    return builder.add_extension(_usage(signs_data=False), critical=True)


def _builder(subject: x509.Name, issuer: x509.Name, now: datetime, end: datetime) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer, subject, serial_number=x509.random_serial_number())
    return builder.not_valid_before(now - SKEW).not_valid_after(end)


def _usage(*, signs_data: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs_data,
        key_cert_sign=not signs_data,
        crl_sign=not signs_data,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _signer(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
