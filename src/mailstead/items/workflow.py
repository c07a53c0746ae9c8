"""Mails given back to a running mail server. May be repeated: what arrived before is skipped."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .errors import UNREADABLE, named
from .mailboxes.content import whole
from .mailboxes.finding import settled
from .model import Given, Layout, Message
from .plan import Outcome, Verdict, fingerprint_of, verdict
from .port import FileSystem, Receiver

PARCEL_BYTES, PARCEL_MAILS = 4 << 20, 200  # what goes to a server at once, if there is so much

Marks = dict[str, frozenset[str]]


class _Parcel:
    """Mails of one folder that wait to be sent."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.mails: list[tuple[Message, Given]] = []
        self._size = 0

    def add(self, message: Message, mail: Given) -> None:
        self.mails.append((message, mail))
        self._size += len(mail.content)

    def takes(self, folder: str) -> bool:
        return self.folder == folder and self._size < PARCEL_BYTES and len(self.mails) < PARCEL_MAILS


@dataclass(frozen=True, slots=True)
class Return:
    """A way back: from the files of a disk into the folders of a mailbox."""

    files: FileSystem
    layout: Layout
    receiver: Receiver
    _there: dict[str, Marks] = field(default_factory=dict)

    def give_back(self, messages: Iterable[Message], folder: str = "") -> Iterator[Outcome]:
        """Give mails back to *folder*, or each to its own, and yield what became of each.

        Raises ReceiverSilent, and whatever says that the disk or the server can be reached in a moment: then run it
        again. A mail that is damaged, or refused, is told as failed, and the others go on.
        """
        parcel = _Parcel(folder)
        for message in messages:
            target = folder or message.folder
            if not parcel.takes(target):
                yield from self._send(parcel)
                parcel = _Parcel(target)
            try:
                mail, done = self._judged(message, target)
            except UNREADABLE as error:
                yield _failed(message, target, error)
                continue
            if done is Verdict.CREATED:
                parcel.add(message, mail)
            else:
                yield from self._send(parcel)
                parcel = _Parcel(target)
                yield self._there_already(message, target, mail, done)
            self._note(target, mail)
        yield from self._send(parcel)

    def foresee(self, messages: Iterable[Message], folder: str = "") -> Iterator[Outcome]:
        """Yield what `give_back` would make of each; nothing is done. Raises what the way to the server raises."""
        for message in messages:
            target = folder or message.folder
            try:
                mail, done = self._judged(message, target)
            except UNREADABLE as error:
                yield _failed(message, target, error)
                continue
            self._note(target, mail)
            yield Outcome(message, target, done)

    def _judged(self, message: Message, target: str) -> tuple[Given, Verdict]:
        """Return a mail, and what becomes of it in a folder of the running mailbox."""
        mail = self._fetched(message)
        return mail, verdict(self._marks(target), fingerprint_of(mail.content), message.flags)

    def _fetched(self, message: Message) -> Given:
        content = whole(self.files, message, self.layout)
        return Given(content, message.flags, settled(self.files, self.layout, message).arrived)

    def _there_already(self, message: Message, target: str, mail: Given, done: Verdict) -> Outcome:
        """Give a mail that is there the flags that it lacks."""
        try:
            if done is Verdict.MERGED:
                self.receiver.add_flags(target, fingerprint_of(mail.content), message.flags)
        except UNREADABLE as error:
            return _failed(message, target, error)
        return Outcome(message, target, done)

    def _send(self, parcel: _Parcel) -> Iterator[Outcome]:
        if not parcel.mails:
            return
        try:
            refused: Sequence[str] = self.receiver.add(parcel.folder, [mail for _, mail in parcel.mails])
        except UNREADABLE as error:
            refused = [named(message.path, error).why for message, _ in parcel.mails]
        for (message, mail), why in zip(parcel.mails, refused, strict=True):
            if why:
                self._there[parcel.folder].pop(fingerprint_of(mail.content), None)
            yield Outcome(message, parcel.folder, Verdict.FAILED if why else Verdict.CREATED, why)

    def _marks(self, target: str) -> Marks:
        """Return what is in a folder, asked once, and what we put there since."""
        if target not in self._there:
            self._there[target] = dict(self.receiver.marks(target))
        return self._there[target]

    def _note(self, target: str, mail: Given) -> None:
        mark = fingerprint_of(mail.content)
        self._there[target][mark] = self._there[target].get(mark, frozenset()) | mail.flags


def _failed(message: Message, target: str, error: Exception) -> Outcome:
    return Outcome(message, target, Verdict.FAILED, named(message.path, error).why)
