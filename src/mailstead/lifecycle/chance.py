"""Where keys and passwords come from: chance is handed in like time, so that one seed can replay a whole world."""

from typing import Protocol

from mailstead.certificates.keys import new_key
from mailstead.security.model import Secret
from mailstead.security.passwords import generate_password, hash_password

from .keys import Algorithm, KeyPair, make_pair


class Chance(Protocol):
    """Makes secrets; never twice the same."""

    def tls_key(self) -> Secret:
        """Return a new ECDSA P-256 private key, PKCS#8 in PEM."""

    def dkim_pair(self, algorithm: Algorithm) -> KeyPair:
        """Return a new DKIM key pair."""

    def password(self) -> Secret:
        """Return a new password for a mailbox."""

    def hashed(self, password: Secret) -> str:
        """Return the password's Argon2id hash in PHC form, with a new salt."""


class RealChance:
    """The chance of this machine."""

    def tls_key(self) -> Secret:
        return new_key()

    def dkim_pair(self, algorithm: Algorithm) -> KeyPair:
        return make_pair(algorithm)

    def password(self) -> Secret:
        return generate_password()

    def hashed(self, password: Secret) -> str:
        return hash_password(password)
