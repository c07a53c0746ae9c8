"""DKIM key records as a verifier reads them (RFC 6376 section 3.6.1, RFC 8301, RFC 8463). Pure."""

from base64 import b64decode
from binascii import Error as Base64Error

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mailstead.dns.model import text_of

from .tags import read_tags

RSA_BITS_MIN = 2048


def key_fault(value: str) -> str:
    """Return what is wrong with a key record's TXT value, or an empty text."""
    tags = read_tags(text_of(value))
    if tags is None:
        return "the record cannot be read as tag=value pairs"
    if tags.get("v", "DKIM1") != "DKIM1":
        return f"v={tags['v']} is no version of DKIM"
    if not tags.get("p"):
        return "the key is revoked (p= is empty)"
    if "y" in tags.get("t", "").split(":"):
        return "t=y says that signatures are only a test"
    try:
        content = b64decode("".join(tags["p"].split()), validate=True)
    except Base64Error:
        return "p= is no base64"
    return _material_fault(tags.get("k", "rsa"), content)


def _material_fault(algorithm: str, content: bytes) -> str:
    if algorithm == "ed25519":
        return "" if len(content) == 32 else f"an Ed25519 key has 32 octets, not {len(content)}"
    if algorithm != "rsa":
        return f"k={algorithm} is no key type that verifiers know"
    try:
        key = load_der_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        return "p= holds no RSA public key"
    if not isinstance(key, RSAPublicKey):
        return "p= holds no RSA public key"
    return "" if key.key_size >= RSA_BITS_MIN else f"the RSA key has {key.key_size} bits, less than {RSA_BITS_MIN}"
