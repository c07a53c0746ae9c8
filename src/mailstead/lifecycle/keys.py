"""The DKIM key pairs of a tenant: two for each of its domains.

A pair is kept whole in the vault, public half included, so that records can be planned without opening keys.
"""

import json
from dataclasses import dataclass, field
from typing import Literal, Self

from mailstead.mailservers.dkim import make_key, public_part

Algorithm = Literal["rsa", "ed25519"]


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
    key = make_key(SELECTORS[algorithm], algorithm)
    return KeyPair(algorithm, public_part(key), key.private_pem)
