"""DKIM keys: made here, published by whoever writes the zone."""

import base64
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from .model import DkimKey

_RSA_BITS = 2048
_RSA_EXPONENT = 65537


def make_key(selector: str, algorithm: Literal["rsa", "ed25519"]) -> DkimKey:
    """Return a new signing key: RSA of 2048 bits (RFC 8301), or Ed25519 (RFC 8463)."""
    rsa = algorithm == "rsa"
    private = generate_private_key(_RSA_EXPONENT, _RSA_BITS) if rsa else Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return DkimKey(selector, algorithm, pem)


def public_part(key: DkimKey) -> str:
    """Return the public half in base64, as the p= tag of a key record holds it."""
    public = load_pem_private_key(key.private_pem, password=None).public_key()
    if isinstance(public, Ed25519PublicKey):
        data = public.public_bytes_raw()
    elif isinstance(public, RSAPublicKey):
        data = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(data).decode()


def public_text(key: DkimKey) -> str:
    """Return the record value for `<selector>._domainkey.<domain>` (RFC 6376, 3.6.1), not split into strings."""
    return f"v=DKIM1; k={key.algorithm}; p={public_part(key)}"
