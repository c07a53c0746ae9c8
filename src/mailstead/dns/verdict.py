"""How the judgement of a domain is asked for and said."""

from dataclasses import dataclass
from typing import Protocol

from .model import text_of


class Lookup(Protocol):
    """Asks the DNS."""

    def __call__(self, name: str, kind: str) -> tuple[str, ...]:
        """Return the values (presentation form) of the records at *name*, following aliases unless CNAME is asked.

        Empty when there are none. Raises Unreachable when no answer can be had (time-out, SERVFAIL, bogus).
        """


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `code` is stable, `remedy` says what to do about it."""

    code: str
    message: str
    remedy: str


def texts(lookup: Lookup, name: str, tag: str) -> list[str]:
    """Return the texts at *name* that begin with *tag*, like "v=spf1"."""
    found = (text_of(value) for value in lookup(name, "TXT"))
    return [text for text in found if text.lower().split(" ")[0].rstrip(";") == tag.lower()]


def aliases(lookup: Lookup, name: str) -> tuple[list[str], bool]:
    """Follow CNAMEs from *name*; return the names passed and whether they run in a circle."""
    passed = [name]
    while target := next(iter(lookup(passed[-1], "CNAME")), None):
        following = target.rstrip(".").lower()
        if following in passed:
            return [*passed, following], True
        passed.append(following)
    return passed, False
