"""Mails given back to a running mail server. May be repeated: what arrived before is skipped."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .errors import UNREADABLE, named
from .mailboxes.content import whole
from .mailboxes.finding import settled
from .model import Layout, Message
from .plan import Outcome, Verdict, fingerprint_of, verdict
from .port import FileSystem, Receiver


@dataclass(frozen=True, slots=True)
class Return:
    """A way back: from the files of a disk into the folders of a mailbox."""

    files: FileSystem
    layout: Layout
    receiver: Receiver
    _there: dict[str, dict[str, frozenset[str]]] = field(default_factory=dict)

    def give_back(self, messages: Iterable[Message], folder: str = "") -> Iterator[Outcome]:
        """Give mails back to *folder*, or each to its own, and yield what became of each.

        Raises ReceiverSilent, and whatever says that the disk can be read in a moment: then run it again. A mail that
        is damaged, or refused, is told as failed, and the others go on.
        """
        for message in messages:
            target = folder or message.folder
            try:
                done = self._give(message, target)
            except UNREADABLE as error:
                yield Outcome(message, target, Verdict.FAILED, named(message.path, error).why)
            else:
                yield Outcome(message, target, done)

    def _give(self, message: Message, target: str) -> Verdict:
        there = self._marks(target)
        mail = whole(self.files, message, self.layout)
        mark = fingerprint_of(mail)
        what = verdict(there, mark, message.flags)
        if what is Verdict.CREATED:
            arrived = settled(self.files, self.layout, message).arrived
            self.receiver.add(target, mail, message.flags, arrived)
        elif what is Verdict.MERGED:
            self.receiver.add_flags(target, mark, message.flags)
        there[mark] = there.get(mark, frozenset()) | message.flags
        return what

    def _marks(self, target: str) -> dict[str, frozenset[str]]:
        """Return what is in a folder, asked once, and what we put there since."""
        if target not in self._there:
            self._there[target] = dict(self.receiver.marks(target))
        return self._there[target]
