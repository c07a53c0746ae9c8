"""What we are to a provider, and what its word is worth to us. Values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Client:
    """As it is registered there. An ID token with one of `factor_values` in `factor_claim` tells of a second factor."""

    label: str
    issuer: str
    client_id: str
    scopes: tuple[str, ...] = ()
    acr_values: tuple[str, ...] = ()
    factor_claim: str = "amr"
    factor_values: frozenset[str] = frozenset()
