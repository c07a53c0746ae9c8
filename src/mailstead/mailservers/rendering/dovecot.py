"""Dovecot 2.3: one configuration file, the people, and the filter that runs before theirs."""

from collections.abc import Iterator

from mailstead.mailservers import plain
from mailstead.mailservers.items import ConfigFile
from mailstead.mailservers.model import HostedMailbox, MailHost
from mailstead.tenants.model import Status

from . import sieve
from .tables import rooms
from .templates import CIPHERS, fill, text

USERS = "/etc/dovecot/users"
LATER = "/etc/mailstead/sign-in-later"
_OPEN = f"passwd-file\n  args = scheme=ARGON2ID username_format=%Lu {USERS}"
_SUSPENDED = f"checkpassword\n  args = {LATER}"
MAIL = "/var/vmail"


def files(host: MailHost) -> Iterator[ConfigFile]:
    suspended = host.status is Status.SUSPENDED
    main = fill(
        "dovecot.conf",
        host=host.name,
        postmaster=f"postmaster@{host.domains[0].name}",
        ciphers=CIPHERS,
        passwords=_SUSPENDED if suspended else _OPEN,
    )
    yield ConfigFile.of("/etc/dovecot/dovecot.conf", main)
    yield ConfigFile.of("/etc/dovecot/sieve/spam.sieve", text("spam.sieve"))
    yield ConfigFile.of(LATER, text("sign-in-later"), 0o755)
    yield ConfigFile.of(USERS, "".join(map(_line, rooms(host))), 0o640, "root:dovecot")


def _line(box: HostedMailbox) -> str:
    """Return one line of the passwd-file; `*` is a password that nothing hashes to.

    Dovecot escapes an apostrophe before it looks a name up, so it stands escaped here.
    """
    name = box.address.replace("'", "\\'")
    password = box.password_hash if box.enabled and box.password_hash else "*"
    extra = f"userdb_quota_rule=*:storage={box.quota_mib}M mailstead={'on' if box.enabled else 'off'}"
    if sieve.has_script(box):
        extra += f" userdb_sieve_before2={sieve.location(box)}"
    return f"{name}:{password}:5000:5000::{MAIL}/{plain.folder(box.address)}::{extra}\n"
