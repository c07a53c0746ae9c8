"""From a MailHost to the files, rooms and services of the appliance: pure, no file system, no clock.

Values passed `plain` before they came here, so templates are filled without quoting.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import cache

from mailstead.mailservers.items import ConfigFile, MailboxRoom, Service
from mailstead.mailservers.model import MailHost

from . import dovecot, postfix, rspamd, sieve, system, web
from .tables import rooms
from .templates import everything

SERVICES = ("dovecot", "nginx", "postfix", "rspamd", "systemd-networkd")

OWNED = (
    "/etc/dovecot/dovecot.conf",
    "/etc/dovecot/sieve",
    "/etc/dovecot/users",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/mailname",
    "/etc/mailstead",
    "/etc/nginx/nginx.conf",
    "/etc/postfix/mailstead",
    "/etc/postfix/main.cf",
    "/etc/postfix/master.cf",
    "/etc/resolv.conf",
    "/etc/rspamd/local.d",
    "/etc/rspamd/mailstead",
    "/etc/rspamd/override.d",
    "/etc/systemd/network",
    "/srv/mailstead",
    "/var/lib/mailstead/applied",
)
"""Files, and folders with all they hold: whatever else lies there is drift, and a plan removes it."""


def files(host: MailHost) -> dict[str, ConfigFile]:
    """Return every file that mailstead owns in the machine, by path."""
    return {file.path: file for file in _parts(host)}


def mailboxes(host: MailHost) -> dict[str, MailboxRoom]:
    """Return the mailboxes that lie on the mail disk, by address."""
    return {box.address: MailboxRoom(box.address, box.quota_mib, box.enabled) for box in rooms(host)}


def services() -> dict[str, Service]:
    """Return the services that run in every appliance."""
    return {name: Service(name) for name in SERVICES}


def fingerprint(host: MailHost) -> str:
    """Return a digest of everything the rendering depends on, secrets and templates included."""
    wanted = json.dumps(host, default=_fields, sort_keys=True)
    return hashlib.sha256(f"{_recipe()}\n{wanted}".encode()).hexdigest()


def _parts(host: MailHost) -> Iterator[ConfigFile]:
    for part in (system, postfix, dovecot, sieve, rspamd, web):
        yield from part.files(host)


@cache
def _recipe() -> str:
    return hashlib.sha256(everything().encode()).hexdigest()


def _fields(value: object) -> object:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if hasattr(value, "model_dump"):
        return vars(value)
    slots: tuple[str, ...] = getattr(value, "__slots__", ()) if hasattr(value, "__dataclass_fields__") else ()
    return {name: getattr(value, name) for name in slots} if slots else str(value)
