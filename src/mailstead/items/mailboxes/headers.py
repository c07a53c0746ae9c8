"""Headers as a person reads them, whatever a sender wrote there: nothing in a mail makes this fail or take long."""

from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from email.utils import parseaddr, parsedate_to_datetime

from mailstead.items.model import Headers

HEADER_MOST = 1 << 20
_VALUE_MOST = 8192
_RECIPIENTS_MOST = 10_000
_UNREADABLE = (MessageError, ValueError, LookupError, TypeError, OverflowError, RecursionError)
_RECIPIENTS = ("to", "cc", "bcc")


def parse_headers(raw: bytes) -> Headers:
    """Return what the header of a mail says. Bytes that mean nothing are replaced, values cut at 8 KiB.

    Of more than 10,000 recipients the first are told. Never raises.
    """
    fields = _fields(raw[:HEADER_MOST])
    return Headers(
        subject=_text(fields.get("subject", [""])[0]),
        sender=_text(fields.get("from", [""])[0]),
        recipients=tuple(_recipients([value for name in _RECIPIENTS for value in fields.get(name, [])])),
        sent=_date(fields.get("date", [""])[0]),
        message_id=_plain(fields.get("message-id", [""])[0]).strip(),
    )


def bare_address(sender: str) -> str:
    """Return the address in a sender's or recipient's name; empty if there is none."""
    try:
        return parseaddr(sender[:_VALUE_MOST])[1].casefold()
    except _UNREADABLE:
        return ""


def _fields(raw: bytes) -> dict[str, list[str]]:
    """Return the values of each field by its name in small letters."""
    try:
        parsed = BytesHeaderParser().parsebytes(raw)
    except _UNREADABLE:
        return {}
    fields: dict[str, list[str]] = {}
    for name, value in parsed.raw_items():
        fields.setdefault(str(name).lower(), []).append(str(value))
    return fields


def _text(value: str) -> str:
    """Return a value with its encoded words (RFC 2047) read; as it stands when they are none."""
    plain = _plain(value)
    try:
        return (_clean(str(make_header(decode_header(plain)))) if "=?" in plain else plain) or plain
    except _UNREADABLE:
        return plain


def _plain(value: str) -> str:
    """Return bytes that are UTF-8 as what they say, others replaced; one line, without control characters."""
    return _clean(value[:_VALUE_MOST].encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def _clean(text: str) -> str:
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split())


def _recipients(values: list[str]) -> list[str]:
    """Return the recipients one by one: cut at commas outside quotes, so that 10,000 take no longer than 10,000."""
    found: list[str] = []
    for value in values:
        for piece in _pieces(value):
            if len(found) == _RECIPIENTS_MOST:
                return found
            found.append(_text(piece))
    return [name for name in found if name]


def _pieces(value: str) -> list[str]:
    pieces, quoted = [""], False
    for part in value.split('"'):
        if quoted:
            pieces[-1] += f'"{part}"'
        else:
            first, *others = part.split(",")
            pieces[-1] += first
            pieces.extend(others)
        quoted = not quoted
    return pieces


def _date(value: str) -> datetime | None:
    try:
        sent = parsedate_to_datetime(_plain(value)[:200])
        return sent.replace(tzinfo=UTC) if sent.tzinfo is None else sent.astimezone(UTC)
    except (*_UNREADABLE, IndexError):
        return None
