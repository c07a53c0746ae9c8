"""A secret in memory, and what can be wrong with keys and passwords.

MailsteadError
├── Refused
│   ├── KeyFileExposed   others than its owner may read the key file        key-file-exposed
│   ├── KeyFileExists    a key file is there already, and is not overwritten key-file-exists
│   └── InvalidInput
│       ├── WeakPassword     the password is short, common or guessable      weak-password
│       └── BadKeyFile       the key file holds no key                       bad-key-file
├── NotFound
│   ├── NoKeyFile        the key file is missing                             no-key-file
│   └── NoSecret         there is no secret of that name                     no-secret
└── Rejected
    ├── WrongKey         another key than the one in the file is needed      wrong-key
    └── Tampered         what was stored is not what was written             tampered
"""

from dataclasses import dataclass
from hmac import compare_digest

from mailstead.ground.errors import InvalidInput, NotFound, Refused, Rejected

REDACTED = "Secret(***)"


class KeyFileExposed(Refused):
    """Others than its owner may read or write the key file."""

    code = "key-file-exposed"


class KeyFileExists(Refused):
    """A key file is there already."""

    code = "key-file-exists"


class WeakPassword(InvalidInput):
    """The password is short, common or guessable."""

    code = "weak-password"


class BadKeyFile(InvalidInput):
    """The key file holds no key."""

    code = "bad-key-file"


class NoKeyFile(NotFound):
    """The key file is missing."""

    code = "no-key-file"


class NoSecret(NotFound):
    """There is no secret of that name."""

    code = "no-secret"


class WrongKey(Rejected):
    """The stored keys were wrapped by another key than the one in the file."""

    code = "wrong-key"


class Tampered(Rejected):
    """What was stored is not what was written."""

    code = "tampered"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Secret:
    """Bytes that show themselves only when asked by name; compared in constant time, never hashed.

    >>> f"{Secret.of('hunter2')} {Secret.of('hunter2')!r}"
    'Secret(***) Secret(***)'
    """

    _value: bytes

    @classmethod
    def of(cls, value: bytes | str) -> "Secret":
        return cls(value.encode() if isinstance(value, str) else value)

    def reveal(self) -> bytes:
        return self._value

    def reveal_text(self) -> str:
        """Return the value as text; it must have been UTF-8."""
        return self._value.decode()

    def __repr__(self) -> str:
        return REDACTED

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return REDACTED

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and compare_digest(self._value, other._value)

    __hash__ = None  # type: ignore[assignment]  # a hash would leak into sets and their order

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled")
