"""What we ask of whoever issues certificates, and what an issuer may ask of us."""

from typing import Protocol


class Issuer(Protocol):
    """An authority. Asking twice gives two certificates: the caller keeps the first."""

    def issue(self, names: tuple[str, ...], csr_pem: str) -> str:
        """Return the chain in PEM, leaf first, without the root, for the key that signed *csr_pem*.

        Raises BadRequest (request and names differ), ValidationFailed (a name cannot be proven), RateLimited,
        ValidationPending or Unreachable (ask again), Rejected.
        """


class ChallengePublisher(Protocol):
    """Puts the proofs of RFC 8555 section 8.4 into the DNS; both verbs may be repeated."""

    def publish(self, name: str, value: str) -> None:
        """Publish a TXT record beside those that are there; return once the name server serves it."""

    def withdraw(self, name: str, value: str) -> None:
        """Remove that one record; one already gone is no error."""
