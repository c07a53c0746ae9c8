"""Mails as files for a person: EML, which is the mail itself, and mbox (RFC 4155, quoted as mboxrd). Pure."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from .model import Headers

_FROM = re.compile(rb"^(>*From )", re.MULTILINE)
_UNSAFE = re.compile(r"[^\w .,()+=@-]+")


def eml_name(headers: Headers, guid: str) -> str:
    """Return a name for a file with one mail: its subject, without anything that a path or a shell would read.

    >>> eml_name(Headers("../Re: Offer?", "", (), None, ""), "a1")
    'Re Offer a1.eml'
    """
    subject = _UNSAFE.sub(" ", headers.subject).strip(". ")[:60]
    mark = re.sub(r"[^A-Za-z0-9]", "", guid)[-12:]
    return " ".join(f"{subject} {mark}".split()) + ".eml"


def mbox(mails: Iterable[tuple[bytes, datetime]]) -> Iterator[bytes]:
    """Yield the pieces of an mbox with these mails, each with the moment it arrived; line ends become LF."""
    for content, arrived in mails:
        lines = content.replace(b"\r\n", b"\n")
        yield f"From MAILER-DAEMON {arrived:%a %b} {arrived.day:2} {arrived:%H:%M:%S %Y}\n".encode()
        yield _FROM.sub(rb">\1", lines)
        yield b"\n" if lines.endswith(b"\n") else b"\n\n"
