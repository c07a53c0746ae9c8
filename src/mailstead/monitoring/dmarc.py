"""DMARC policy records as a receiver reads them (RFC 9989, the essentials of its grammar). Pure."""

import re

from mailstead.dns.model import text_of

from .tags import read_tags

POLICIES = frozenset({"none", "quarantine", "reject"})
CHOICES = {"p": POLICIES, "sp": POLICIES, "np": POLICIES, "adkim": frozenset("rs"), "aspf": frozenset("rs")}
CHOICES |= {"t": frozenset("yn"), "psd": frozenset("ynu")}
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^,;!\s]+")


def policy_fault(value: str) -> str:
    """Return what is wrong with a policy record's TXT value, or an empty text; unknown tags are nothing
    wrong.
    """
    tags = read_tags(text_of(value))
    if tags is None:
        return "the record cannot be read as tag=value pairs"
    if next(iter(tags.items())) != ("v", "DMARC1"):
        return "the record must begin with v=DMARC1"
    if "p" not in tags:
        return "p= is missing, so receivers take it for p=none"
    if tags.get("t") == "y":
        return "t=y says that the policy is only a test"
    return next(filter(None, (_tag_fault(tag, text) for tag, text in tags.items())), "")


def _tag_fault(tag: str, text: str) -> str:
    if tag in CHOICES and text.lower() not in CHOICES[tag]:
        return f"{tag}={text} is none of {', '.join(sorted(CHOICES[tag]))}"
    if tag in {"rua", "ruf"} and not all(_URI.fullmatch(uri.strip()) for uri in text.split(",")):
        return f"{tag}={text} is no list of URIs such as mailto:postmaster@acme.example"
    return ""
