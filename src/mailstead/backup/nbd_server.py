"""Disks of a snapshot, served read-only over NBD on a UNIX socket: each is the export of its name."""

import contextlib
import logging
import os
import socket
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread

from mailstead.ground.blocks import Blocks
from mailstead.ground.errors import MailsteadError

from . import nbd_words as words
from .nbd_words import Command, Held, Option, Reply, Request

_KNOWN = frozenset({Command.READ, Command.STATUS, Command.FLUSH, Command.CACHE})
READERS = 4  # requests of one connection that are answered at once
log = logging.getLogger(__name__)


class HungUp(Exception):
    """The client went, or what it says is no NBD."""


@dataclass(frozen=True, slots=True)
class Export:
    """A disk, and where it holds anything but zeros."""

    blocks: Blocks
    held: Held


def listen(place: Path) -> socket.socket:
    """Return a socket at *place*, which its owner alone may open. Raises OSError where something is there."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listening.bind(str(place))
    finally:
        os.umask(before)
    listening.listen(16)
    return listening


def serve(listening: socket.socket, exports: Mapping[str, Export]) -> None:
    """Serve whoever connects, until the socket is closed."""
    while True:
        try:
            line, _ = listening.accept()
        except OSError:
            return
        Thread(target=_attend, args=(line, exports), daemon=True).start()


def _attend(line: socket.socket, exports: Mapping[str, Export]) -> None:
    with line, contextlib.suppress(HungUp, OSError, ValueError):
        chosen, structured = _Greeting(line, exports).negotiated()
        with ThreadPoolExecutor(READERS, thread_name_prefix="nbd") as pool:
            _Session(line, chosen, structured=structured).run(pool)


def _taken(line: socket.socket, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        part = line.recv(min(length - len(content), 1 << 20))
        if not part:
            raise HungUp
        content += part
    return bytes(content)


@dataclass(slots=True)
class _Greeting:
    """What is agreed upon before the first request."""

    line: socket.socket
    exports: Mapping[str, Export]
    structured: bool = False

    def negotiated(self) -> tuple[Export, bool]:
        """Return the export that the client chose, and whether answers have structure. Raises HungUp."""
        self.line.sendall(words.GREETING)
        _taken(self.line, 4)
        while True:
            magic, option, length = words.ASKED.unpack(_taken(self.line, words.ASKED.size))
            if magic != words.OPTION_MAGIC or length > 65_536:
                raise HungUp
            if chosen := self._answered(option, _taken(self.line, length)):
                return chosen, self.structured

    def _answered(self, option: int, content: bytes) -> Export | None:
        match option:
            case Option.EXPORT_NAME:
                return self._old_way(content.decode())
            case Option.INFO | Option.GO:
                return self._facts(option, content)
            case Option.ABORT:
                self._say(option, Reply.ACK)
                raise HungUp
            case Option.STRUCTURED | Option.LIST | Option.LIST_META | Option.SET_META:
                self._agree(option, content)
                self._say(option, Reply.ACK)
            case _:
                self._say(option, Reply.UNSUPPORTED)
        return None

    def _agree(self, option: int, content: bytes) -> None:
        match option:
            case Option.STRUCTURED:
                self.structured = True
            case Option.LIST:
                for name in self.exports:
                    self._say(option, Reply.SERVER, len(name).to_bytes(4, "big") + name.encode())
            case _ if words.wants_allocation(content):
                self._say(option, Reply.META, words.CONTEXT.to_bytes(4, "big") + words.ALLOCATION)

    def _old_way(self, name: str) -> Export:
        if name not in self.exports:
            raise HungUp
        self.line.sendall(words.size_of(self.exports[name].blocks.size))
        return self.exports[name]

    def _facts(self, option: int, content: bytes) -> Export | None:
        found = self.exports.get(words.named(content))
        if found is None:
            self._say(option, Reply.UNKNOWN)
            return None
        self._say(option, Reply.INFO, b"\0\0" + words.size_of(found.blocks.size))
        self._say(option, Reply.ACK)
        return found if option == Option.GO else None

    def _say(self, option: int, reply: Reply, content: bytes = b"") -> None:
        self.line.sendall(words.option_reply(option, reply, content))


@dataclass(slots=True)
class _Session:
    """Requests for one export, answered as they are ready."""

    line: socket.socket
    export: Export
    structured: bool
    _lock: Lock = field(default_factory=Lock)

    def run(self, pool: ThreadPoolExecutor) -> None:
        """Answer until the client goes. Raises HungUp."""
        while True:
            asked = words.request(_taken(self.line, words.REQUEST.size))
            if asked.command not in _KNOWN:  # also one that writes: its content would be taken for requests
                raise HungUp
            pool.submit(self._answer, asked)

    def _answer(self, asked: Request) -> None:
        try:
            reply = self._reply(asked)
        except MailsteadError as error:
            log.warning("%s", error.message)
            reply = self._failed(asked, words.UNREADABLE)
        with self._lock, contextlib.suppress(OSError):
            self.line.sendall(reply)

    def _reply(self, asked: Request) -> bytes:
        match asked.command:
            case Command.READ if asked.length <= words.MOST and asked.end <= self.export.blocks.size:
                return self._read(asked)
            case Command.STATUS if self.structured and asked.end <= self.export.blocks.size:
                return words.status(asked, self.export.held)
            case Command.READ | Command.STATUS:
                return self._failed(asked, words.INVALID)
            case _:
                return words.done(asked.cookie) if self.structured else words.simple(asked.cookie)

    def _read(self, asked: Request) -> bytes:
        content = self.export.blocks.read(asked.offset, asked.length)
        return words.data(asked, content) if self.structured else words.simple(asked.cookie, content=content)

    def _failed(self, asked: Request, error: int) -> bytes:
        return words.failed(asked.cookie, error) if self.structured else words.simple(asked.cookie, error)
