"""Passwords checked: a bounded number at once, and one also where there is none to check."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Protocol

from mailstead.security.model import Secret
from mailstead.security.passwords import due_for_renewal, hash_password, verify_password

from .errors import SignInBusy

AT_ONCE = 2  # of 19 MiB and one core each
PATIENCE_S = 10.0
# Of a password that nobody has: checked where a person does not exist, so that both take the same time.
NOBODYS = "{ARGON2ID}$argon2id$v=19$m=19456,t=2,p=1$1bFQNFrCNur+hW2ujPHgLA$AVTTjrykIJL0Iq5dVU520bb4ELvEfykR7CVB+TurRxI"


class Hashing(Protocol):
    """Makes and checks hashes of passwords. Both raise SignInBusy."""

    def make(self, password: Secret) -> str:
        """Return the Argon2id hash of a password."""

    def fits(self, password: Secret, stored: str | None) -> bool:
        """Say whether *stored* is the password's hash; None: no, and it takes as long to say so."""

    def stale(self, stored: str) -> bool:
        """Say whether *stored* was made with weaker parameters than today's."""


class Argon2:
    """Argon2id (RFC 9106) with the parameters of `security/passwords.py`."""

    def __init__(self, at_once: int = AT_ONCE, patience_s: float = PATIENCE_S) -> None:
        self._turns = BoundedSemaphore(at_once)
        self._patience_s = patience_s

    def make(self, password: Secret) -> str:
        with self._turn():
            return hash_password(password)

    def fits(self, password: Secret, stored: str | None) -> bool:
        with self._turn():
            return verify_password(password, stored or NOBODYS) and stored is not None

    def stale(self, stored: str) -> bool:
        return due_for_renewal(stored)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self._patience_s):
            raise SignInBusy("too many passwords are being checked", remedy="try again in a moment")
        try:
            yield
        finally:
            self._turns.release()
