"""Mails given back by IMAP (RFC 3501): APPEND with flags and date, in a session that is signed in already."""

import imaplib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from mailstead.items.errors import ReceiverRefused, ReceiverSilent
from mailstead.items.model import Given
from mailstead.items.plan import fingerprint_of

from .imap_words import MARK_ITEMS, appended_uid, mark, quoted, told_flags

_DELIMITER = re.compile(rb'\([^)]*\) "(.)" ')


class ImapReceiver:
    """The mailbox that *session* is signed in to. It takes keywords only where the server does."""

    def __init__(self, session: imaplib.IMAP4) -> None:
        self._session = session
        self._uids: dict[tuple[str, str], str] = {}
        self._made: set[str] = set()
        self._delimiter = self._ask_delimiter()

    def marks(self, folder: str) -> dict[str, frozenset[str]]:
        name = quoted(folder, self._delimiter)
        with _told(folder):
            if self._session.select(name, readonly=True)[0] != "OK":
                return {}
            answers = _accepted(self._session.fetch("1:*", MARK_ITEMS))
            self._session.unselect()
        found = [mark(head, header) for head, header in _pairs(answers)]
        self._uids.update({(folder, mark): uid for mark, uid, _ in found})
        return {mark: flags for mark, _, flags in found}

    def add(self, folder: str, mails: Sequence[Given]) -> list[str]:
        self._make(folder)
        return [self._add(folder, mail) for mail in mails]

    def add_flags(self, folder: str, fingerprint: str, flags: frozenset[str]) -> None:
        if (folder, fingerprint) not in self._uids:
            self.marks(folder)
        with _told(folder):
            _accepted(self._session.select(quoted(folder, self._delimiter)))
            uid = self._uids[folder, fingerprint]
            _accepted(self._session.uid("STORE", uid, "+FLAGS.SILENT", told_flags(flags)))
            self._session.unselect()

    def _add(self, folder: str, mail: Given) -> str:
        name, date = quoted(folder, self._delimiter), imaplib.Time2Internaldate(mail.arrived)
        try:
            with _told(folder):
                answer = _accepted(self._session.append(name, told_flags(mail.flags), date, mail.content))
        except ReceiverRefused as no:
            return no.message
        if uid := next((uid for line in answer if isinstance(line, bytes) and (uid := appended_uid(line))), ""):
            self._uids[folder, fingerprint_of(mail.content)] = uid
        return ""

    def _make(self, folder: str) -> None:
        """Make a folder that is not there; an answer that it is there is as good."""
        if folder not in self._made and folder.upper() != "INBOX":
            with _told(folder):
                self._session.create(quoted(folder, self._delimiter))
                self._session.subscribe(quoted(folder, self._delimiter))
            self._made.add(folder)

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
