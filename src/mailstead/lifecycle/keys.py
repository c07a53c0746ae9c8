"""The key pairs of a tenant: two DKIM keys a domain, and the key of its TLS certificate.

A pair is kept whole in the vault, public half included, so that records can be planned without opening keys.
"""

import base64
import json
from dataclasses import dataclass, field
from typing import Literal, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

Algorithm = Literal["rsa", "ed25519"]
RSA_BITS = 2048  # what fits one TXT record of every provider and is accepted everywhere (RFC 8301)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A DKIM key (RFC 6376, RFC 8463): `public` is the p= tag of its record, `private_pem` is PKCS #8."""

    algorithm: Algorithm
    public: str
    private_pem: bytes = field(repr=False)

    def to_bytes(self) -> bytes:
        """Return the pair as it is kept in the vault."""
        pair = {"algorithm": self.algorithm, "public": self.public, "private": self.private_pem.decode()}
        return json.dumps(pair).encode()

    @classmethod
    def from_bytes(cls, kept: bytes) -> Self:
        """Read what `to_bytes` wrote."""
        pair = json.loads(kept)
        return cls(pair["algorithm"], pair["public"], pair["private"].encode())


# Selector by algorithm. Receivers that do not know Ed25519 use the other signature (RFC 8463 section 3).
SELECTORS: dict[Algorithm, str] = {"rsa": "ms1r", "ed25519": "ms1e"}


def make_pair(algorithm: Algorithm) -> KeyPair:
    """Make a new key pair."""
    return _make_rsa() if algorithm == "rsa" else _make_ed25519()


def _make_rsa() -> KeyPair:
    key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return KeyPair("rsa", base64.b64encode(public).decode(), _pem(key))


def _make_ed25519() -> KeyPair:
    key = ed25519.Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    return KeyPair("ed25519", base64.b64encode(public).decode(), _pem(key))


def _pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
