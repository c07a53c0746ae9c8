"""What a seed says, and the keys of both sides."""

from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
)

from mailstead.ground.errors import InvalidInput
from mailstead.security.model import Secret
from mailstead.sites.management import ManagementPlace


@dataclass(frozen=True, slots=True)
class SshKey:
    """An Ed25519 key as OpenSSH writes it (PROTOCOL.key)."""

    private: Secret = field(repr=False)

    @classmethod
    def fresh(cls) -> Self:
        made = Ed25519PrivateKey.generate()
        return cls(Secret(made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())))

    @property
    def public(self) -> str:
        """Return kind and key in one line, without a comment; raise InvalidInput for what is no such key."""
        try:
            key = load_ssh_private_key(self.private.reveal(), None)
        except ValueError as error:
            remedy = "the vault's entry was changed by hand: remove it, and give the machine a new seed"
            raise InvalidInput("this is no OpenSSH private key", field="key", remedy=remedy) from error
        return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


@dataclass(frozen=True, slots=True)
class Seed:
    """Where the machine stands in the management network, who it is to its caller, and who may call.

    `guest_key` is the guest's own host key: we make it, so it is known to us before the guest first answers.
    """

    place: ManagementPlace
    guest_key: SshKey
    caller: str  # public key, one line
