"""What everything about people needs: the stores, time, chance, the vault, the trail."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mailstead.ground.clock import Clock
from mailstead.security.audit import Act
from mailstead.security.audit_store import AuditTrail
from mailstead.security.store import Vault
from mailstead.state.database import Database

from .hashing import Hashing
from .keys import Chance
from .passkeys import RelyingParty
from .person import Person
from .plan import TIMES, Times
from .port import Provider
from .session import Visitor
from .store import (
    ChallengeStore,
    FactorStore,
    IdentityStore,
    LinkStore,
    PersonStore,
    SessionStore,
    TokenStore,
    TryStore,
)

PLATFORM = ""  # whose secrets they are in the vault


@dataclass(frozen=True, slots=True)
class Records:
    """All that is remembered of people."""

    persons: PersonStore
    sessions: SessionStore
    factors: FactorStore
    identities: IdentityStore
    tokens: TokenStore
    links: LinkStore
    challenges: ChallengeStore
    tries: TryStore

    @classmethod
    def of(cls, database: Database, times: Times = TIMES) -> "Records":
        return cls(
            PersonStore(database),
            SessionStore(database, times),
            FactorStore(database),
            IdentityStore(database),
            TokenStore(database, times),
            LinkStore(database),
            ChallengeStore(database),
            TryStore(database, times),
        )


@dataclass(frozen=True, slots=True)
class Means:
    """Handed to whoever deals with people."""

    records: Records
    vault: Vault
    clock: Clock
    chance: Chance
    hashing: Hashing
    party: RelyingParty
    trail: AuditTrail
    providers: Mapping[str, Provider] = field(default_factory=dict)
    times: Times = TIMES

    def by(self, actor: str) -> "Means":
        """Return these means, with *actor* named in the trail."""
        return replace(self, trail=self.trail.by(actor))

    def tell(self, action: str, person: Person, source: str, **details: object) -> None:
        """Write an act on *person* into the trail: for the platform, and for each of the person's tenants.

        A tenant's row does not tell of other tenants.
        """
        told = {"from": source, **details}
        self.trail.note(Act(action, "", person.address, told))
        for tenant in sorted(person.tenants):
            self.trail.note(Act(action, tenant, person.address, {k: v for k, v in told.items() if k != "tenants"}))

    def tell_own(self, action: str, person: Person, visitor: Visitor, **details: object) -> None:
        """Write down what somebody did with their own account."""
        self.by(f"session:{person.address}").tell(action, person, visitor.source, **details)

    def tell_refused(self, action: str, subject: str, visitor: Visitor, **details: object) -> None:
        """Write down what was refused to somebody who did not prove who they are: one row, whoever *subject* is."""
        trail = self.trail.by(f"visitor:{visitor.source}")
        trail.note(Act(f"{action}.refused", "", subject, {"from": visitor.source, **details}))
