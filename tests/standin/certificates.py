"""A CA of our own, and certificates that it signs: for the listener, for clients, and wrong ones."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PLAIN = serialization.NoEncryption()
_PKCS8 = serialization.PrivateFormat.PKCS8


@dataclass(frozen=True)
class Pair:
    """Certificate and key, as PEM files."""

    certificate: Path
    key: Path


class Authority:
    """A CA in a folder; its certificate is `trust`."""

    def __init__(self, folder: Path, name: str = "stand-in CA") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        self._files = 0
        builder = _builder(self._name, self._name, self._key.public_key(), days=30)
        constraints, usage = x509.BasicConstraints(ca=True, path_length=None), _usage(signs=True)
        builder = builder.add_extension(constraints, critical=True).add_extension(usage, critical=True)
        self.trust = self._write(builder, self._key).certificate

    def issue(self, name: str, *, days: int = 30) -> Pair:
        """Sign a certificate for *name* (also of 127.0.0.1 if it is localhost); expired if *days* is negative."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_named(name), self._name, key.public_key(), days)
        names: list[x509.GeneralName] = [x509.DNSName(name)]
        if name == "localhost":
            names.append(x509.IPAddress(IPv4Address("127.0.0.1")))
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        constraints = x509.BasicConstraints(ca=False, path_length=None)
        return self._write(builder.add_extension(constraints, critical=True), key)

    def _write(self, builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> Pair:
        self._files += 1
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        subject = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = builder.add_extension(authority, critical=False).add_extension(subject, critical=False)
        signed = builder.sign(self._key, hashes.SHA256())
        pair = Pair(self._folder / f"{self._files}.pem", self._folder / f"{self._files}.key")
        pair.certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        pair.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, _PKCS8, _PLAIN))
        pair.key.chmod(0o600)
        return pair


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    until = datetime.now(UTC) + timedelta(days=days)
    since = min(datetime.now(UTC), until) - timedelta(days=2)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(until)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
