"""The platform's own secrets: made when first needed, kept in the vault under no tenant's name."""

import json
import secrets

from mailstead.certificates.drivers.ca import Authority, new_authority
from mailstead.certificates.keys import new_key
from mailstead.ground.clock import Clock
from mailstead.security.model import Secret
from mailstead.security.store import Vault

PLATFORM = ""


def tsig_secret(vault: Vault) -> Secret:
    """Return the 256-bit key with which we update zones."""
    return vault.get_or_make(PLATFORM, "tsig", lambda: secrets.token_bytes(32))


def account_key(vault: Vault) -> Secret:
    """Return the key of our account at an ACME authority."""
    return vault.get_or_make(PLATFORM, "acme-account", new_key)


def authority(vault: Vault, name: str, clock: Clock) -> Authority:
    """Return the built-in authority, founding it if need be."""

    def found() -> bytes:
        made = new_authority(name, clock.now())
        keys = {"root_key": made.root_key.reveal_text(), "issuing_key": made.issuing_key.reveal_text()}
        return json.dumps({"root": made.root, "issuing": made.issuing, **keys}).encode()

    kept = json.loads(vault.get_or_make(PLATFORM, "authority", found).reveal())
    return Authority(kept["root"], kept["issuing"], Secret.of(kept["root_key"]), Secret.of(kept["issuing_key"]))
