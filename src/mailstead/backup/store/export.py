"""Tenants' keys under a passphrase, for the day on which there is no mailstead to restore with."""

import json
import secrets
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from mailstead.ground.errors import InvalidInput
from mailstead.security.model import Secret

FORMAT, _FIELD = 1, "mailstead-backup-keys"
_SHORTEST = 12


def exported(store: str, keys: Mapping[str, Secret], passphrase: Secret) -> bytes:
    """Return the document of docs/formats/backup-store.md. Raises InvalidInput for a short passphrase."""
    if len(passphrase.reveal()) < _SHORTEST:
        remedy = f"use at least {_SHORTEST} characters: whoever guesses it reads all backups"
        raise InvalidInput("the passphrase is too short", field="passphrase", remedy=remedy)
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    key = Scrypt(salt=salt, length=32, n=1 << 15, r=8, p=1).derive(passphrase.reveal())
    about = json.dumps([f"{_FIELD}-{FORMAT}", store], separators=(",", ":")).encode()
    content = json.dumps({tenant: secret.reveal().hex() for tenant, secret in keys.items()}).encode()
    sealed = AESGCM(key).encrypt(nonce, content, about)
    parts = {"store": store, "salt": salt.hex(), "nonce": nonce.hex(), "sealed": sealed.hex()}
    return json.dumps({_FIELD: FORMAT} | parts).encode() + b"\n"
