"""The driver: whole dialogues go into the guest as files, and their answers come back as one."""

import hashlib
import imaplib
import re
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files as resources

from mailstead.guests.port import GuestChannel
from mailstead.items.drivers.imap_words import MARK_ITEMS, appended_uid, mark, quoted, told_flags
from mailstead.items.errors import ReceiverRefused, ReceiverSilent
from mailstead.items.model import Given
from mailstead.items.plan import fingerprint_of

from .answers import Answer, answers

IMAP = ("/usr/lib/dovecot/imap",)
ROOM = "/var/lib/mailstead/given-back"
PIECE = 4 << 20  # bytes of one file: guests keep it in memory for a moment
PATIENCE_S = 600.0
_LINE_END = re.compile(rb"\r\n|\r|\n")
_NO_USER = (b"Unknown user", b"User doesn't exist")


class GuestReceiver:
    """A person's mailbox on the mail server of a machine, reached as root of that machine: no password is needed.

    *program* speaks IMAP on its input and output to whoever `-u ADDRESS` names. *room* is a folder for what goes in
    and out, on a disk of the guest; *new_id* names what is in it.
    """

    def __init__(
        self,
        channel: GuestChannel,
        machine: str,
        address: str,
        new_id: Callable[[], str],
        *,
        program: Sequence[str] = IMAP,
        room: str = ROOM,
        delimiter: str = "/",
    ) -> None:
        self._channel, self._machine, self._address = channel, machine, address
        self._program, self._room, self._delimiter = program, room, delimiter
        self._new_id = new_id
        self._uids: dict[tuple[str, str], str] = {}

    def marks(self, folder: str) -> dict[str, frozenset[str]]:
        said = self._talk([f"examine EXAMINE {self._name(folder)}", f"fetch FETCH 1:* {MARK_ITEMS}"])
        if not _answer(said, "examine").accepted:
            return {}
        found = [mark(one.said, one.literals[0]) for one in said if one.tag == "*" and one.literals]
        self._uids.update({(folder, mark): uid for mark, uid, _ in found})
        return {mark: flags for mark, _, flags in found}

    def add(self, folder: str, mails: Sequence[Given]) -> list[str]:
        name = self._name(folder)
        making = [] if folder.upper() == "INBOX" else [f"make CREATE {name}", f"subscribe SUBSCRIBE {name}"]
        said = self._talk([*making, *(_append(str(number), name, mail) for number, mail in enumerate(mails))])
        told = [_answer(said, str(number)) for number in range(len(mails))]
        for mail, answer in zip(mails, told, strict=True):
            if uid := appended_uid(answer.said):
                self._uids[folder, fingerprint_of(mail.content)] = uid
        return ["" if answer.accepted else answer.why for answer in told]

    def add_flags(self, folder: str, fingerprint: str, flags: frozenset[str]) -> None:
        if (folder, fingerprint) not in self._uids:
            self.marks(folder)
        uid = self._uids[folder, fingerprint]
        said = self._talk(
            [f"select SELECT {self._name(folder)}", f"store UID STORE {uid} +FLAGS.SILENT {told_flags(flags)}"]
        )
        answer = _answer(said, "store")
        if not answer.accepted:
            raise ReceiverRefused(f"the mail server refused flags: {answer.why}", field="folder", value=folder)

    def _name(self, folder: str) -> str:
        return quoted(folder, self._delimiter)

    def _talk(self, commands: Sequence[str | bytes]) -> list[Answer]:
        """Hold a whole dialogue. Raises ReceiverSilent unless it came to its end."""
        lines = (line.encode() if isinstance(line, str) else line for line in (*commands, "end LOGOUT"))
        token = hashlib.sha256(self._new_id().encode()).hexdigest()[:16]
        folder = f"{self._room}/{token}"
        try:
            for number, piece in enumerate(_pieces(b"".join(line + b"\r\n" for line in lines))):
                self._channel.write(self._machine, f"{folder}/{number}", piece, mode=0o600)
            argv = ["/usr/bin/perl", "-", folder, *self._program, "-u", self._address]
            done = self._channel.run(self._machine, argv, stdin=_RELAY, timeout_s=PATIENCE_S)
            said = list(answers(self._channel.read(self._machine, f"{folder}/answers")))
        finally:
            self._channel.run(self._machine, ["/bin/rm", "--recursive", "--force", "--", folder])
        if not any(one.tag == "end" for one in said):
            raise self._broken_off(done.stderr or b"status %d" % done.status)
        return said

    def _broken_off(self, said: bytes) -> ReceiverRefused | ReceiverSilent:
        if any(words in said for words in _NO_USER):
            remedy = f"make it first: mailstead mailbox add {self._address}"
            message = f"the mail server of {self._machine} has no mailbox {self._address}"
            return ReceiverRefused(message, field="mailbox", value=self._address, remedy=remedy)
        why = said.decode(errors="replace").strip().rpartition("\n")[2]
        return ReceiverSilent(f"IMAP in {self._machine} broke off: {why}", field="mailbox", value=self._address)


_RELAY = (resources(__package__) / "relay.pl").read_bytes()


def _append(tag: str, name: str, mail: Given) -> bytes:
    content = _LINE_END.sub(b"\r\n", mail.content)
    date = imaplib.Time2Internaldate(mail.arrived)
    return f"{tag} APPEND {name} {told_flags(mail.flags)} {date} {{{len(content)}+}}\r\n".encode() + content


def _answer(said: Sequence[Answer], tag: str) -> Answer:
    return next((one for one in said if one.tag == tag), Answer(tag, b"NO it was not answered"))


def _pieces(content: bytes) -> Iterator[bytes]:
    return (content[place : place + PIECE] for place in range(0, len(content), PIECE))
