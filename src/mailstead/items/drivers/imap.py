"""Mails given back by IMAP (RFC 3501): APPEND with flags and date, in a session that is signed in already."""

import imaplib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from mailstead.items.errors import ReceiverRefused, ReceiverSilent
from mailstead.items.mailboxes.names import coded_name
from mailstead.items.plan import fingerprint

_FETCHED = re.compile(rb"(?P<number>\d+) \(.*", re.DOTALL)
_SIZE, _FLAGS, _UID = re.compile(rb"RFC822\.SIZE (\d+)"), re.compile(rb"FLAGS \(([^)]*)\)"), re.compile(rb"UID (\d+)")
_DELIMITER = re.compile(rb'\([^)]*\) "(.)" ')
_FLAG = re.compile(r"\\?[^\x00-\x20\x7f-\U0010ffff(){%*\"\\\]]+")


class ImapReceiver:
    """The mailbox that *session* is signed in to. It takes keywords only where the server does."""

    def __init__(self, session: imaplib.IMAP4) -> None:
        self._session = session
        self._uids: dict[tuple[str, str], str] = {}
        self._made: set[str] = set()
        self._delimiter = self._ask_delimiter()

    def marks(self, folder: str) -> dict[str, frozenset[str]]:
        name = self._name(folder)
        with _told(folder):
            if self._session.select(name, readonly=True)[0] != "OK":
                return {}
            items = "(UID FLAGS RFC822.SIZE BODY.PEEK[HEADER])"
            answers = _accepted(self._session.fetch("1:*", items))
            self._session.unselect()
        return dict(self._mark(folder, head, literal) for head, literal in _pairs(answers))

    def add(self, folder: str, mail: bytes, flags: frozenset[str], arrived: datetime) -> None:
        self._make(folder)
        told = f"({' '.join(sorted(filter(_FLAG.fullmatch, flags)))})"
        with _told(folder):
            _accepted(self._session.append(self._name(folder), told, imaplib.Time2Internaldate(arrived), mail))

    def add_flags(self, folder: str, fingerprint: str, flags: frozenset[str]) -> None:
        told = f"({' '.join(sorted(filter(_FLAG.fullmatch, flags)))})"
        with _told(folder):
            _accepted(self._session.select(self._name(folder)))
            _accepted(self._session.uid("STORE", self._uids[folder, fingerprint], "+FLAGS.SILENT", told))
            self._session.unselect()

    def _mark(self, folder: str, head: bytes, header: bytes) -> tuple[str, frozenset[str]]:
        size, flags, uid = (_first(form, head) for form in (_SIZE, _FLAGS, _UID))
        mark = fingerprint(header, int(size))
        self._uids[folder, mark] = uid
        return mark, frozenset(flags.split()) - {"\\Recent"}

    def _make(self, folder: str) -> None:
        """Make a folder that is not there; an answer that it is there is as good."""
        if folder not in self._made and folder.upper() != "INBOX":
            with _told(folder):
                self._session.create(self._name(folder))
                self._session.subscribe(self._name(folder))
            self._made.add(folder)

    def _name(self, folder: str) -> str:
        """Return a folder's name as the server has it: its own delimiter, modified UTF-7, quoted."""
        parts = (part.replace(self._delimiter, "_") for part in folder.split("/"))
        coded = coded_name(self._delimiter.join(parts))
        return '"' + coded.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def _ask_delimiter(self) -> str:
        with _told("LIST"):
            answers = _accepted(self._session.list('""', '""'))
        found = _DELIMITER.match(answers[0]) if answers and isinstance(answers[0], bytes) else None
        return found[1].decode() if found else "/"


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Name what imaplib raises by our own errors."""
    try:
        yield
    except (imaplib.IMAP4.abort, OSError) as error:
        raise ReceiverSilent(f"the mail server hung up at {what!r}: {error}", field="folder", value=what) from error
    except imaplib.IMAP4.error as error:
        raise ReceiverRefused(f"the mail server refused {what!r}: {error}", field="folder", value=what) from error


def _accepted(answer: tuple[str, Sequence[object]]) -> Sequence[object]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(b" ".join(part for part in data if isinstance(part, bytes)).decode(errors="replace"))
    return data


def _pairs(answers: Sequence[object]) -> Iterator[tuple[bytes, bytes]]:
    """Yield what is said of each mail, and its header: the two parts of an answer with a literal."""
    for number, answer in enumerate(answers):
        if isinstance(answer, tuple):
            after = answers[number + 1] if number + 1 < len(answers) else b""
            yield answer[0] + (after if isinstance(after, bytes) else b""), answer[1]


def _first(form: re.Pattern[bytes], text: bytes) -> str:
    found = form.search(text)
    return found[1].decode("ascii", "replace") if found else "0"
