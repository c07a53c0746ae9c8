"""What a delivered mail's header says about its way (RFC 5321 section 4.4, RFC 3848, RFC 8601). Pure."""

import re
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

_RESULT = re.compile(r"^\s*([a-z0-9-]+)\s*=\s*([a-z]+)", re.IGNORECASE)
_COMMENT = re.compile(r"\([^()]*\)")
_HOP = re.compile(r"from\s+(?P<sender>\S+).*?\bby\s+(?P<receiver>\S+).*?\bwith\s+(?P<protocol>[A-Za-z0-9]+)")
METHODS = ("spf", "dkim", "dmarc")


def parsed(header: bytes) -> "Message[str, str]":
    """Return a header as a message, its lines unfolded only when asked for."""
    return message_from_bytes(header, policy=compat32)


def results(header: bytes, host: str) -> dict[str, str]:
    """Return method and result of the topmost Authentication-Results, if *host* wrote it; empty if not.

    Of several results of one method the first `pass` counts: a mail may bear more than one signature.
    """
    texts = [_unfolded(text) for text in parsed(header).get_all("Authentication-Results", [])]
    if not texts:
        return {}
    service, *statements = _without_comments(texts[0]).split(";")
    if not service.split() or service.split()[0].lower() != host.lower():
        return {}
    found: dict[str, str] = {}
    for match in filter(None, map(_RESULT.match, statements)):
        method, result = match[1].lower(), match[2].lower()
        if found.get(method) != "pass":
            found[method] = result
    return found


def protocol_between(header: bytes, sender: str, receiver: str) -> str:
    """Return the protocol (SMTP, ESMTP, ESMTPS …) by which *receiver* had the mail from *sender*; empty if
    it says not.
    """
    for text in parsed(header).get_all("Received", []):
        hop = _HOP.search(_without_comments(_unfolded(text)))
        if hop and (hop["sender"].lower(), hop["receiver"].lower()) == (sender.lower(), receiver.lower()):
            return hop["protocol"].upper()
    return ""


def encrypted(protocol: str) -> bool:
    """Say whether a protocol name of RFC 3848 or RFC 6531 means TLS.

    >>> [encrypted(name) for name in ("ESMTPS", "ESMTPSA", "UTF8SMTPS", "ESMTP", "ESMTPA", "SMTP")]
    [True, True, True, False, False, False]
    """
    return bool(re.fullmatch(r"(ESMTP|UTF8SMTP|LMTP|UTF8LMTP)SA?", protocol))


def _unfolded(text: object) -> str:
    return " ".join(str(text).split())


def _without_comments(text: str) -> str:
    """Take comments out, nested ones too (RFC 5322 section 3.2.2)."""
    before = ""
    while before != text:
        before, text = text, _COMMENT.sub(" ", text)
    return text
