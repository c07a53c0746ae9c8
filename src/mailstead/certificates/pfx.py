"""A certificate with its key as Windows imports it (PKCS#12, RFC 7292), and its thumbprint as Windows shows it."""

import hashlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from mailstead.security.model import Secret

from .keys import load_key

_ROUNDS = 2048  # as OpenSSL does


def pfx(key: Secret, chain: str, word: str) -> Secret:
    """Return key and chain (PEM, leaf first) under *word*: AES-256 and SHA-256, for Windows Server 2019 and later."""
    leaf, *above = x509.load_pem_x509_certificates(chain.encode())
    form = (
        serialization.PrivateFormat.PKCS12.encryption_builder()
        .kdf_rounds(_ROUNDS)
        .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
        .hmac_hash(hashes.SHA256())
        .build(word.encode())
    )
    return Secret(pkcs12.serialize_key_and_certificates(b"mailstead", load_key(key), leaf, above, form))


def thumbprint(chain: str) -> str:
    """Return the SHA-1 of the leaf as 40 capitals: how Windows names a certificate; nobody trusts in it."""
    leaf = x509.load_pem_x509_certificates(chain.encode())[0]
    der = leaf.public_bytes(serialization.Encoding.DER)
    return hashlib.sha1(der, usedforsecurity=False).hexdigest().upper()
