"""A mail as plain text, whatever a stranger wrote there: nothing of it is active, takes long, or makes this fail. Pure.

Of HTML only the text is taken. What is shown is cut; the file has all of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import Message
from email.parser import BytesParser
from html import unescape

from mailstead.items.mailboxes.headers import parse_headers
from mailstead.items.model import Headers

RAW_MOST = 512 << 10  # bytes of a mail that are looked at
TEXT_MOST = 200_000  # characters that are shown
PARTS_MOST = 200
ATTACHMENTS_MOST = 50
_UNREADABLE = (MessageError, ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError)
# Codecs of Python that are no character set (zlib, punycode, unicode_escape) stay out of reach.
_CHARSETS = re.compile(
    r"us-ascii|ascii|utf-?8|utf-?16([lb]e)?|iso-?8859-?\d{1,2}|(windows-|cp)\d{3,4}|koi8-[ru]|gb(2312|k|18030)|big5"
    r"|euc-(jp|kr)|shift_jis|iso-2022-(jp|kr)",
)
_SILENT = frozenset({"script", "style", "head", "title", "template"})
_BLOCKS = frozenset({"p", "br", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "blockquote", "hr"})
_TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))  # marks that turn text around
_HIDDEN = {sign: "\ufffd" for sign in (*range(32), *range(127, 160)) if sign not in (9, 10)} | _TURNING


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is not shown: its name as the sender gave it, and its type."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is shown. `readable` False: its parts make no sense; `whole` False: there is more of it."""

    headers: Headers
    text: str
    attachments: tuple[Attachment, ...]
    from_html: bool = False
    readable: bool = True
    whole: bool = True


def letter_of(raw: bytes, *, whole: bool = True) -> Letter:
    """Return a mail as it is shown, of its first bytes. Never raises."""
    headers = parse_headers(raw)
    try:
        parts = _parts(BytesParser().parsebytes(raw[:RAW_MOST]))
        text, from_html = _text_of(parts)
        attachments = tuple(_attachments(parts))
    except _UNREADABLE:
        return Letter(headers, "", (), readable=False, whole=whole)
    return Letter(headers, text[:TEXT_MOST], attachments, from_html, whole=whole and len(text) <= TEXT_MOST)


def _parts(mail: Message) -> list[Message]:
    """Return the parts that hold something, in their order; of too many the first."""
    found: list[Message] = []
    waiting = [mail]
    while waiting and len(found) < PARTS_MOST:
        part = waiting.pop()
        # Of any other part this would decode its text, by whatever codec it names.
        inner = part.get_payload() if part.is_multipart() else None
        if isinstance(inner, list):
            waiting.extend(one for one in reversed(inner) if isinstance(one, Message))
        else:
            found.append(part)
    return found


def _text_of(parts: list[Message]) -> tuple[str, bool]:
    shown = [part for part in parts if not _is_attached(part)]
    for kind, from_html in (("text/plain", False), ("text/html", True)):
        if found := [part for part in shown if part.get_content_type() == kind]:
            text = "\n\n".join(_decoded(part) for part in found)
            return _clean(_text_of_html(text) if from_html else text), from_html
    return "", False


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment"


def _attachments(parts: list[Message]) -> Iterator[Attachment]:
    others = [part for part in parts if _is_attached(part) or part.get_content_maintype() != "text"]
    for part in others[:ATTACHMENTS_MOST]:
        name = " ".join(_clean(str(part.get_filename() or "")).split())
        yield Attachment(name[:200], _clean(part.get_content_type())[:100])


def _decoded(part: Message) -> str:
    content = part.get_payload(decode=True)
    charset = str(part.get_content_charset() or "utf-8")
    known = charset if _CHARSETS.fullmatch(charset) else "utf-8"
    return content.decode(known, "replace") if isinstance(content, bytes) else ""


def _text_of_html(html: str) -> str:
    """Return the text between the tags, in one walk: it takes as long as the text is."""
    pieces, silent = html[:TEXT_MOST].split("<"), ""
    kept = pieces[:1]
    for piece in pieces[1:]:
        tag, _, text = piece.partition(">")
        name = (tag.split(maxsplit=1) or [""])[0].lower().rstrip("/")
        if silent:
            silent = "" if name == f"/{silent}" else silent
        elif name in _SILENT:
            silent = name
            continue
        if not silent:
            kept += ["\n" if name.strip("/") in _BLOCKS else "", " ".join(text.split(" "))]
    lines = (" ".join(line.split()) for line in unescape("".join(kept)).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _clean(text: str) -> str:
    """Return text without control characters and marks that turn it around; line ends as one."""
    plain = text.replace("\r\n", "\n").encode("utf-8", "replace").decode()
    return plain.translate(_HIDDEN)
