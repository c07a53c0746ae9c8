"""sdbox: one file a mail, `mailboxes/<folder>/dbox-Mails/u.<uid>` (doc.dovecot.org: dbox; dovecot, dbox-file.h).

A file is a line about the format, a header that says how long the mail is, the mail, and metadata, a letter a line.
Flags lie in Dovecot's index beside them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain

from mailstead.items.disks.tree import children, find, small, text_of
from mailstead.items.errors import UNREADABLE, DamagedMail, named
from mailstead.items.model import Damage, Entry, Folder, Kind, Listing, Mailbox, Message
from mailstead.items.port import FileSystem

from .index import read_flags
from .names import folder_name

_HEAD = re.compile(rb"2 M(?P<length>[0-9A-Fa-f]{1,4})[^\n]*\n\x01\x02N [ ]*(?P<size>[0-9A-Fa-f]{16})[^\n]*\n")
_TAIL = b"\n\x01\x03\n"
_TAIL_MOST = 16 << 10
_MAILS = "dbox-Mails"
_DEEPEST = 16
_INDEX = ("dovecot.index", "dovecot.index.log.2", "dovecot.index.log")


@dataclass(frozen=True, slots=True)
class Frame:
    """Where in a file the mail lies, and what stands behind it."""

    start: int
    size: int


def parse_frame(raw: bytes, name: str) -> Frame:
    """Return where the mail lies in the file that begins with *raw*. Raises DamagedMail.

    >>> parse_frame(b"2 M1e C65535b00\\n\\x01\\x02N                 0000000000000123\\n", "u.1")
    Frame(start=48, size=291)
    """
    found = _HEAD.match(raw)
    if not found:
        raise DamagedMail(f"{name} is no sdbox file", field="mail", value=name)
    return Frame(found.end(), int(found["size"], 16))


def parse_metadata(raw: bytes) -> dict[str, str]:
    """Return the metadata behind a mail, by their letters: G guid, R received, Z size, V size with CRLF."""
    lines = raw.partition(_TAIL)[2].partition(b"\n\n")[0].split(b"\n")
    return {line[:1].decode("ascii", "replace"): line[1:].decode("utf-8", "replace").strip() for line in lines if line}


def body(raw: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Yield the mail out of the pieces of its file. Raises DamagedMail when the file ends too early."""
    others = iter(raw)
    first = next(others, b"")
    frame = parse_frame(first, name)
    left = frame.size
    for piece in chain((first[frame.start :],), others):
        yield piece[:left]
        left -= min(left, len(piece))
        if not left:
            return
    raise DamagedMail(f"{name} ends before its mail does", field="mail", value=name)


def folders(files: FileSystem, mailbox: Mailbox, damage: list[Damage]) -> Iterator[Folder]:
    """Yield the folders of an sdbox."""
    top = f"{mailbox.path}/mailboxes"
    yield from _below(files, find(files, top).node, top, (), damage)


def listing(files: FileSystem, folder: Folder) -> Listing:
    """Return the messages of a folder; what cannot be read is named."""
    damage: list[Damage] = []
    messages: list[Message] = []
    inside = children(files, find(files, folder.path).node, damage)
    flags = _flags(files, inside, folder, damage)
    for entry in sorted(inside.values(), key=lambda entry: entry.node):
        number = re.fullmatch(rb"u\.(\d{1,10})", entry.name)
        if number:
            try:
                message = _message(files, folder, entry, int(number[1]))
                messages.append(replace(message, flags=flags.get(message.uid, message.flags)))
            except UNREADABLE as error:
                damage.append(named(f"{folder.path}/{text_of(entry.name)}", error))
    return Listing(tuple(sorted(messages, key=lambda message: (message.arrived, message.uid))), tuple(damage))


def _flags(
    files: FileSystem, inside: Mapping[str, Entry], folder: Folder, damage: list[Damage]
) -> Mapping[int, frozenset[str]]:
    """Return the flags out of the index; without it the mails are all there, and unread."""
    try:
        index, *logs = (small(files, inside.get(name)) for name in _INDEX)
    except UNREADABLE as error:
        damage.append(named(f"{folder.path}/dovecot.index", error))
        return {}
    return read_flags(index, logs)


def _below(files: FileSystem, node: int, path: str, names: tuple[str, ...], damage: list[Damage]) -> Iterator[Folder]:
    for name, entry in sorted(children(files, node, damage).items()):
        if entry.kind is not Kind.FOLDER or len(names) > _DEEPEST:
            continue
        if name == _MAILS:
            yield Folder("/".join(names), f"{path}/{name}")
        else:
            yield from _below(files, entry.node, f"{path}/{name}", (*names, folder_name(name)), damage)


def _message(files: FileSystem, folder: Folder, entry: Entry, uid: int) -> Message:
    details = files.details(entry.node)
    path = f"{folder.path}/{text_of(entry.name)}"
    frame = parse_frame(files.read(entry.node, 0, 512), path)
    metadata = parse_metadata(files.read(entry.node, frame.start + frame.size, _TAIL_MOST))
    received, plain = (int(metadata[key], 16) if _is_hex(metadata.get(key, "")) else 0 for key in "RZ")
    return Message(
        folder=folder.name,
        path=path,
        node=entry.node,
        guid=metadata.get("G") or f"{folder.name}/{uid}",
        uid=uid,
        flags=frozenset(),
        arrived=datetime.fromtimestamp(received, UTC) if received else details.changed,
        size=plain or frame.size,
    )


def _is_hex(text: str) -> bool:
    return bool(re.fullmatch("[0-9A-Fa-f]{1,9}", text))
