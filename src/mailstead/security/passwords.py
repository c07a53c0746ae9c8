"""Passwords: made strong, judged by NIST SP 800-63B-4, hashed as Dovecot reads them."""

import secrets

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from .common import is_common
from .model import Secret, WeakPassword

# Without 0, 1, I, O, l, o: it will be read aloud and typed from paper. 56 signs, 5.8 bits each.
ALPHABET = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
SCHEME = "{ARGON2ID}"
# A mailbox password is the only factor that IMAP and submission know: NIST SP 800-63B-4, 3.1.1.2 wants 15.
LENGTH_MIN = 15
LENGTH_MAX = 128

# OWASP's floor: 19 MiB, 2 passes, 1 lane. The guest needs the same memory at every sign-in, so no more than that.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, type=Type.ID)

# Bases of the passwords that lists of broken ones begin with; compared without case, digits and marks at the ends.
_COMMON_TEXT = """
password passwort passw0rd kennwort geheim admin administrator welcome willkommen letmein changeme hallo hello
qwerty qwertz qwertyuiop qwertzuiop asdfghjkl yxcvbnm zxcvbnm iloveyou ichliebedich dragon monkey football
fussball baseball master sunshine princess shadow superman batman starwars trustno summer sommer winter
herbst autumn spring secret login default mailstead postmaster correcthorsebatterystaple abc abcdef abcdefgh
test testtest root user guest company firma email mail internet computer
"""
_COMMON = frozenset(_COMMON_TEXT.split())


def generate_password(groups: int = 5) -> Secret:
    """Return a password of *groups* groups of four signs (5: 24 letters with hyphens, 116 bits)."""
    signs = ("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(groups))
    return Secret.of("-".join(signs))


def check_password(password: Secret, *context: str) -> None:
    """Raise WeakPassword if a person may not choose this one.

    *context* are words an attacker tries first: the address, the tenant, the brand. No rules of composition and no
    expiry, as NIST SP 800-63B-4 says. The error never holds the password.
    """
    text = password.reveal_text()
    folded = text.casefold()
    if not LENGTH_MIN <= len(text) <= LENGTH_MAX:
        raise _weak(f"it has {len(text)} letters", f"use {LENGTH_MIN} to {LENGTH_MAX} letters: four words will do")
    if not text.isprintable():
        raise _weak("it has unprintable letters", "use letters that can be typed on any keyboard")
    if len(set(folded)) < 5 or folded in folded[1:] + folded[:-1]:
        raise _weak("it repeats itself", "use several words that do not belong together")
    if _base(folded) in _COMMON or _is_run(folded) or is_common(text):
        raise _weak("it is one of the passwords that are tried first", "use several words of your own")
    if word := next((word for word in _words(context) if word in folded), None):
        raise _weak(f"it contains {word!r}", "leave out the address, the company and the product")


def hash_password(password: Secret) -> str:
    """Return the hash as Dovecot stores it: `{ARGON2ID}$argon2id$v=19$m=19456,t=2,p=1$…` (RFC 9106)."""
    return SCHEME + _hasher.hash(password.reveal())


def verify_password(password: Secret, stored: str) -> bool:
    """Say whether *stored* is a hash of *password*; anything that is no such hash is not."""
    try:
        return _hasher.verify(stored.removeprefix(SCHEME), password.reveal())
    except (VerificationError, InvalidHashError):
        return False


def due_for_renewal(stored: str) -> bool:
    """Say whether *stored* was made with weaker parameters than today's; hash anew at the next sign-in."""
    return _hasher.check_needs_rehash(stored.removeprefix(SCHEME))


def _weak(why: str, remedy: str) -> WeakPassword:
    return WeakPassword(f"the password is too weak: {why}", field="password", remedy=remedy)


def _base(folded: str) -> str:
    return folded.strip("0123456789!?.,-_*+#$%&@ ")


def _is_run(folded: str) -> bool:
    """Say whether the letters follow each other in the alphabet or on the keyboard."""
    rows = "abcdefghijklmnopqrstuvwxyz 01234567890123456789 qwertzuiopasdfghjkl qwertyuiop"
    return folded in rows or folded[::-1] in rows or folded == ""


def _words(context: tuple[str, ...]) -> list[str]:
    """Return what is worth looking for: each word of four letters or more, and the parts of an address."""
    parts = (part for text in context for part in [text, *text.replace("@", ".").split(".")])
    return [part.casefold() for part in parts if len(part) >= 4 and part.casefold() not in {"example", "mail"}]
