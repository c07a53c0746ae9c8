"""Mailboxes as their users' sign-in finds them: in the wanted state, with the hash that the mail server is given."""

from mailstead.ground.errors import NotFound
from mailstead.ground.names import domain_of
from mailstead.lifecycle.parts.mail import HASHES
from mailstead.people.mailboxes import KnownMailbox
from mailstead.security.model import NoSecret
from mailstead.security.store import Vault
from mailstead.tenants.model import Status
from mailstead.tenants.store import TenantStore


class KnownMailboxes:
    """The port Mailboxes of `people/` on tenants and the vault."""

    def __init__(self, tenants: TenantStore, vault: Vault) -> None:
        self._tenants = tenants
        self._vault = vault

    def find(self, address: str) -> KnownMailbox | None:
        owner = self._tenants.owner_of(domain_of(address)) if address else None
        if owner is None or not self._usable(owner, address):
            return None
        try:
            hashed = self._vault.get(owner, f"{HASHES}{address}").reveal_text()
        except NoSecret:
            hashed = ""
        return KnownMailbox(owner, address, hashed)

    def _usable(self, tenant: str, address: str) -> bool:
        try:
            wanted = self._tenants.get(tenant).tenant
        except NotFound:  # removed since
            return False
        found = (box.enabled for box in wanted.mailboxes if box.address == address)
        return wanted.status is Status.ACTIVE and next(found, False)
