"""How one line reaches an agent and one comes back."""

from typing import Protocol


class Transport(Protocol):
    """Carries requests; each call is one request and its answer."""

    def ask(self, machine: str, request: bytes, *, timeout_s: float) -> bytes:
        """Return the agent's answer to *request*, a line of JSON.

        Raises NoSuchGuest, GuestSilent (not sent) and AnswerLost (sent, no answer within *timeout_s*).
        """
