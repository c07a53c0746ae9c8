"""People of a platform: the ports of the chapter, on its database and vault."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mailstead.ground.clock import Clock
from mailstead.people.callers import KnownCallers
from mailstead.people.elsewhere import SigningInElsewhere
from mailstead.people.hashing import Argon2, Hashing
from mailstead.people.keys import Chance, RealChance
from mailstead.people.mailbox_door import MailboxDoor
from mailstead.people.mailboxes import MailboxSignIn
from mailstead.people.means import Means, Records
from mailstead.people.own_account import OwnAccount
from mailstead.people.passkeys import RelyingParty
from mailstead.people.port import Account, Callers, Elsewhere, Provider, Register, SignIn
from mailstead.people.registry import PeopleRegister
from mailstead.people.signing_in import SigningIn
from mailstead.people.store.mailbox_sessions import MailboxSessionStore
from mailstead.security.audit_store import AuditTrail
from mailstead.security.store import Vault
from mailstead.sites.model import Platform
from mailstead.state.database import Database
from mailstead.tenants.store import TenantStore

from .known_mailboxes import KnownMailboxes


@dataclass(frozen=True, slots=True)
class People:
    """What faces use: who asks, how they sign in, their own account, and the register of all."""

    callers: Callers
    sign_in: SignIn
    elsewhere: Elsewhere
    account: Account
    mailboxes: MailboxSignIn
    register: Register

    def by(self, actor: str) -> "People":
        """Return the same people, with *actor* named in the trail for what is done to others."""
        return replace(self, register=self.register.by(actor))


@dataclass(frozen=True, slots=True)
class Ground:
    """What people stand on."""

    database: Database
    vault: Vault
    clock: Clock
    trail: AuditTrail
    chance: Chance = RealChance()
    hashing: Hashing = Argon2()
    providers: Mapping[str, Provider] = field(default_factory=dict)


def people_of(platform: Platform, ground: Ground) -> People:
    """Return the people of *platform*."""
    means = Means(
        records=Records.of(ground.database),
        vault=ground.vault,
        clock=ground.clock,
        chance=ground.chance,
        hashing=ground.hashing,
        party=RelyingParty(platform.name, platform.web.name, platform.web.url.removesuffix(":443")),
        trail=ground.trail,
        providers=ground.providers,
    )
    known = KnownMailboxes(TenantStore(ground.database), ground.vault)
    mailboxes = MailboxDoor(means, known, MailboxSessionStore(ground.database))
    return People(
        callers=KnownCallers(means, mailboxes),
        sign_in=SigningIn(means),
        elsewhere=SigningInElsewhere(means),
        account=OwnAccount(means),
        mailboxes=mailboxes,
        register=PeopleRegister(means),
    )
