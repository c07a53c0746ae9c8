"""AES-256-GCM with associated data that says whose secret it is (NIST SP 800-38D)."""

import json
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .model import Secret, Tampered

NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Sealed:
    """A nonce of 12 bytes, and the ciphertext with its tag of 16."""

    nonce: bytes
    body: bytes


def fresh_key() -> Secret:
    return Secret(AESGCM.generate_key(bit_length=256))


def seal(key: Secret, value: bytes, *about: str | int) -> Sealed:
    """Encrypt *value*; it opens again only with the same *about*."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return Sealed(nonce, AESGCM(key.reveal()).encrypt(nonce, value, _bytes(about)))


def unseal(key: Secret, sealed: Sealed, *about: str | int) -> Secret:
    """Decrypt; raise Tampered if key, text or *about* differ from what was sealed."""
    try:
        return Secret(AESGCM(key.reveal()).decrypt(sealed.nonce, sealed.body, _bytes(about)))
    except InvalidTag:
        raise Tampered(
            f"{'/'.join(map(str, about[1:]))}: what is stored does not open",
            field="secret",
            remedy="the row was changed or moved: restore the database from a backup",
        ) from None


def _bytes(about: tuple[str | int, ...]) -> bytes:
    return json.dumps(about, separators=(",", ":"), ensure_ascii=False).encode()
