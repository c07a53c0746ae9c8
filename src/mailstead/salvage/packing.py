"""Mails as one file for a person: a mail as it is, an mbox, or a ZIP with a file for each; in pieces, as they are read.

A mail that cannot be read leaves a short note in its place, so that nobody takes the file for all there was.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from mailstead.ground.errors import InvalidInput
from mailstead.items.errors import UNREADABLE, named
from mailstead.items.export import eml_name, mbox
from mailstead.items.mailboxes.content import pieces, whole
from mailstead.items.mailboxes.finding import settled
from mailstead.items.mailboxes.headers import parse_headers
from mailstead.items.model import Message

from .opening import Box


class Form(StrEnum):
    """What a download is."""

    EML = "eml"
    MBOX = "mbox"
    ZIP = "zip"


@dataclass(frozen=True, slots=True)
class _Mail:
    message: Message
    content: bytes
    arrived: datetime


def packed(box: Box, messages: Iterable[Message], form: Form) -> Iterator[bytes]:
    """Yield a file with these mails. Raises InvalidInput for an EML of other than one mail, DamagedMail for that."""
    chosen = list(messages)
    if form is Form.EML:
        if len(chosen) != 1:
            remedy = "name one mail, or ask for mbox or zip"
            raise InvalidInput(f"an EML is one mail, not {len(chosen)}", field="form", value=form, remedy=remedy)
        return pieces(box.files, chosen[0], box.mailbox.layout)
    read = (_read(box, message) for message in chosen)
    return _PACKERS[form](read)


def _read(box: Box, message: Message) -> _Mail:
    try:
        content = whole(box.files, message, box.mailbox.layout)
        return _Mail(message, content, settled(box.files, box.mailbox.layout, message).arrived)
    except UNREADABLE as error:
        return _Mail(message, _note(message, named(message.path, error).why), message.arrived)


def _note(message: Message, why: str) -> bytes:
    """Return what stands in the place of a mail that cannot be read."""
    told = f"{message.path}: {why}".encode("ascii", "replace")
    return b"From: mailstead\r\nSubject: a mail that cannot be read\r\n\r\n" + told + b"\r\n"


def _mboxed(mails: Iterable[_Mail]) -> Iterator[bytes]:
    return mbox((mail.content, mail.arrived) for mail in mails)


def _zipped(mails: Iterable[_Mail]) -> Iterator[bytes]:
    taken = _Taken()
    with ZipFile(taken, "w", ZIP_DEFLATED) as archive:
        for number, mail in enumerate(mails, start=1):
            name = f"{number:05} {eml_name(parse_headers(mail.content), mail.message.guid)}"
            at = max(mail.arrived, datetime(1980, 1, 2, tzinfo=mail.arrived.tzinfo))
            archive.writestr(ZipInfo(name, at.timetuple()[:6]), mail.content, ZIP_DEFLATED)
            yield taken.take()
    yield taken.take()


class _Taken:
    """Takes what is written until somebody takes it on; there is no way back in it."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, piece: bytes, /) -> int:
        self._held += piece
        return len(piece)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """What was written can still be taken."""

    def take(self) -> bytes:
        held = bytes(self._held)
        self._held.clear()
        return held


_PACKERS: dict[Form, Callable[[Iterable[_Mail]], Iterator[bytes]]] = {Form.MBOX: _mboxed, Form.ZIP: _zipped}
