"""People in the platform's database, by what is asked of them. Every verb is one transaction."""

from .challenges import ChallengeStore
from .factors import FactorStore, NewPasskey, Passkey
from .identities import IdentityStore
from .links import LinkStore
from .persons import PersonStore
from .sessions import SessionStore
from .tokens import TokenStore
from .tries import TryStore

__all__ = [
    "ChallengeStore",
    "FactorStore",
    "IdentityStore",
    "LinkStore",
    "NewPasskey",
    "Passkey",
    "PersonStore",
    "SessionStore",
    "TokenStore",
    "TryStore",
]
