"""Whose things somebody may see: of all tenants, or of those named. Stores narrow every query by it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """*tenants* by name; None means all of them."""

    tenants: frozenset[str] | None

    @classmethod
    def of(cls, *tenants: str) -> "Scope":
        """Return the scope of exactly these tenants; of none of them, nothing is seen."""
        return cls(frozenset(tenants))

    def admits(self, tenant: str) -> bool:
        return self.tenants is None or tenant in self.tenants

    def within(self, tenants: Iterable[str]) -> list[str]:
        """Return those of *tenants* that may be seen, in their order."""
        return [tenant for tenant in tenants if self.admits(tenant)]

    def narrowed(self, other: "Scope") -> "Scope":
        """Return what both admit.

        >>> sorted(Scope.of("acme", "globex").narrowed(Scope.of("acme")).tenants or ())
        ['acme']
        """
        if self.tenants is None or other.tenants is None:
            return other if self.tenants is None else self
        return Scope(self.tenants & other.tenants)


EVERYTHING = Scope(None)
