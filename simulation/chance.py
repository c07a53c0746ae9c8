"""Keys and passwords that a seed decides, cheaply: good enough to tell apart, and for nothing else."""

from functools import cache
from hashlib import sha256
from random import Random

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mailstead.certificates.keys import sealed
from mailstead.lifecycle.keys import SELECTORS, Algorithm, KeyPair, make_pair
from mailstead.mailservers.dkim import public_part
from mailstead.mailservers.model import DkimKey
from mailstead.security.model import Secret

RSA_KEYS = 4
_HASH = "$argon2id$v=19$m=19456,t=2,p=1$"


class SeededChance:
    """The `Chance` of one seed. RSA keys, the dearest, come from a few that each process makes once."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice

    def tls_key(self) -> Secret:
        return sealed(ec.derive_private_key(self._dice.getrandbits(255) + 1, ec.SECP256R1()))

    def dkim_pair(self, algorithm: Algorithm) -> KeyPair:
        if algorithm == "rsa":
            return _rsa_pair(self._dice.randrange(RSA_KEYS))
        key = ed25519.Ed25519PrivateKey.from_private_bytes(self._dice.randbytes(32))
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return KeyPair(algorithm, public_part(DkimKey(SELECTORS[algorithm], algorithm, pem)), pem)

    def password(self) -> Secret:
        return Secret.of(f"{self._dice.getrandbits(100):x}")

    def hashed(self, password: Secret) -> str:
        digest = sha256(password.reveal() + self._dice.randbytes(8)).hexdigest()
        return f"{{ARGON2ID}}{_HASH}{digest[:22]}${digest[21:]}"


@cache
def _rsa_pair(_number: int) -> KeyPair:
    return make_pair("rsa")
