"""Which mailboxes a file system holds, and what is in each, whatever its layout."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from mailstead.items.disks.tree import children, find
from mailstead.items.errors import UNREADABLE, NoSuchPath, named
from mailstead.items.model import Damage, Entry, Folder, Kind, Layout, Listing, Mailbox, Message
from mailstead.items.port import FileSystem

from . import maildir, sdbox
from .names import address_of, paths_of

_DEEPEST = 12
_NEVER = {"proc", "sys", "dev", "run", "usr", "boot", "lib", "snap", "lost+found"}  # of a system disk, at its top


def mailboxes(files: FileSystem, damage: list[Damage]) -> Iterator[Mailbox]:
    """Yield every mailbox of a file system; what cannot be looked into is added to *damage*."""
    yield from _below(files, files.root, "", 0, damage)


def likely_mailbox(files: FileSystem, address: str) -> Mailbox | None:
    """Return one person's mailbox if it lies where it is most likely; little is read."""
    for path in paths_of(address):
        with suppress(NoSuchPath):
            find(files, path)
            return Mailbox(address, path, _layout(path))
    return None


def mailbox(files: FileSystem, address: str) -> Mailbox:
    """Return one person's mailbox: first where it is most likely, then wherever it is. Raises NoSuchPath."""
    damage: list[Damage] = []
    everywhere = (box for box in mailboxes(files, damage) if box.address == address)
    found = likely_mailbox(files, address) or next(everywhere, None)
    if found is None:
        hint = f"; some folders could not be read: {damage[0]}" if damage else ""
        raise NoSuchPath(f"there is no mailbox of {address}{hint}", field="mailbox", value=address)
    return found


def folders(files: FileSystem, box: Mailbox, damage: list[Damage]) -> Iterator[Folder]:
    """Yield the folders of a mailbox."""
    return sdbox.folders(files, box, damage) if box.layout is Layout.SDBOX else maildir.folders(files, box, damage)


def folder(files: FileSystem, box: Mailbox, name: str) -> Folder:
    """Return a folder by its name. Raises NoSuchPath."""
    found = next((each for each in folders(files, box, []) if each.name == name), None)
    if found is None:
        raise NoSuchPath(f"{box.address} has no folder {name!r}", field="folder", value=name)
    return found


def listing(files: FileSystem, box: Mailbox, where: Folder, *, exact: bool = True) -> Listing:
    """Return the messages of a folder, oldest first.

    Unless *exact*, `arrived` may be when the mail came into this folder (`settled` says better): where the mails of
    many people lie mixed, a Maildir is read at a tenth of the cost. An sdbox is always exact.
    """
    return sdbox.listing(files, where) if box.layout is Layout.SDBOX else maildir.listing(files, where, exact=exact)


def settled(files: FileSystem, layout: Layout, message: Message) -> Message:
    """Return a message with its INTERNALDATE."""
    if layout is Layout.SDBOX:
        return message
    return replace(message, arrived=files.details(message.node).changed)


def _layout(path: str) -> Layout:
    return Layout.SDBOX if path.endswith("/sdbox") else Layout.MAILDIR


def _below(files: FileSystem, node: int, path: str, depth: int, damage: list[Damage]) -> Iterator[Mailbox]:
    try:
        inside = children(files, node, damage)
    except UNREADABLE as error:
        damage.append(named(path or "/", error))
        return
    if inside.keys() >= maildir.PARTS:
        yield Mailbox(address_of(path), path, Layout.MAILDIR)
    elif _is_sdbox(path, inside):
        yield Mailbox(address_of(path), path, Layout.SDBOX)
    elif depth < _DEEPEST:
        for name, entry in sorted(inside.items()):
            if entry.kind is Kind.FOLDER and not (depth == 0 and name in _NEVER):
                yield from _below(files, entry.node, f"{path}/{name}".lstrip("/"), depth + 1, damage)


def _is_sdbox(path: str, inside: dict[str, Entry]) -> bool:
    return path.endswith("sdbox") and "mailboxes" in inside
