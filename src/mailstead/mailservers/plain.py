"""The one place where values are held against what configuration files can carry; everything rendered passed here.

Tables, passwd files and configuration share their separators: white space, colon, comma, quotes, backslash, and a
leading number sign. None of the forms below can hold one, so nothing has to be quoted later.
"""

import re

from .errors import UnusableName

_DOMAIN = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
_ADDRESS = re.compile(r"[a-z0-9!$%&'*+/=?^_`{|}~.-][a-z0-9!#$%&'*+/=?^_`{|}~.-]{0,63}@[a-z0-9-]+(\.[a-z0-9-]+)+")
_SELECTOR = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_HASH = re.compile(r"\{ARGON2ID\}\$argon2id\$[A-Za-z0-9+/=,$]+")
_MAC = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")
_SAFE_IN_PATH = re.compile(r"[^a-z0-9_.-]")


def domain(text: str) -> str:
    """Return *text* if it is a domain in the canonical form of `ground.names.parse_domain`."""
    return _held(_DOMAIN, "domain", text, "give its A-labels in lower case")


def address(text: str) -> str:
    """Return *text* if it is a canonical mail address that does not begin with a number sign."""
    return _held(_ADDRESS, "address", text, "use lower case, and begin with something other than #")


def selector(text: str) -> str:
    """Return *text* if it can be a DKIM selector of one label (RFC 6376, 3.1)."""
    return _held(_SELECTOR, "selector", text, "use letters, digits and hyphens")


def password_hash(text: str) -> str:
    """Return *text* if it is empty (nobody can sign in) or an Argon2id hash as Dovecot writes it."""
    if not text:
        return text
    if not _HASH.fullmatch(text):
        raise UnusableName("the password hash is none of Argon2id", field="password_hash", remedy="hash it again")
    return text


def mac(text: str) -> str:
    """Return *text* if it is a MAC address in lower case with colons."""
    return _held(_MAC, "mac", text, "write it as 52:54:00:00:00:01")


def folder(mailbox: str) -> str:
    """Return where a mailbox lies below the mail disk: domain, then local part with unsafe bytes as =XX.

    >>> folder("o'brien+tag@acme.example")
    'acme.example/o=27brien=2Btag'
    """
    local, _, name = mailbox.rpartition("@")
    return f"{name}/{_SAFE_IN_PATH.sub(lambda found: f'={ord(found[0]):02X}', local)}"


def mailbox_of(path: str) -> str:
    """Return the address whose `folder` *path* is.

    >>> mailbox_of("acme.example/o=27brien=2Btag")
    "o'brien+tag@acme.example"
    """
    name, _, local = path.partition("/")
    return f"{re.sub('=([0-9A-F]{2})', lambda found: chr(int(found[1], 16)), local)}@{name}"


def _held(form: re.Pattern[str], field: str, text: str, remedy: str) -> str:
    if not form.fullmatch(text):
        raise UnusableName(f"{text!r} cannot stand in a configuration", field=field, value=text, remedy=remedy)
    return text
