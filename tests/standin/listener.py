"""The HTTPS listener: a thread with an event loop that reads requests and hands them on."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.utils import formatdate
from threading import Event, Thread

from .accounts import CHALLENGES, Accounts, Door

Serve = Callable[[str, bytes], Awaitable["Reply | None"]]


@dataclass(frozen=True)
class Reply:
    """Status and body; None in its place breaks the connection."""

    status: int
    body: bytes


class Listener:
    """Listens on loopback while it is entered; `port` is chosen by the system unless it is given."""

    def __init__(self, tls: ssl.SSLContext, accounts: Accounts, serve: Serve, port: int = 0) -> None:
        self.port = port
        self.address = "127.0.0.1"
        self.requests = 0
        self.connections = 0
        self.latency_s = 0.0  # half a round trip, before a request is read and before its answer is sent
        self._tls = tls
        self._accounts = accounts
        self._serve = serve
        self._writers: set[asyncio.StreamWriter] = set()
        self._ready = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._main()), name="standin", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the stand-in does not come up")

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    def hang_up(self) -> None:
        """Close all connections, as http.sys does with those that were idle for two minutes."""
        ended = Event()

        def close() -> None:
            for writer in self._writers:
                writer.close()
            ended.set()

        self._loop.call_soon_threadsafe(close)
        ended.wait(5)

    async def _main(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(
            self._client, self.address, self.port, ssl=self._tls, limit=1 << 20, backlog=512
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._end.wait()
        server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in self._writers:
            _break(writer)
        await asyncio.sleep(0.01)  # until the loop has let go of them

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        door = Door(self._accounts)
        try:
            while await self._exchange(reader, writer, door):
                pass
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError):
            pass
        finally:
            _break(writer)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, door: Door) -> bool:
        """Answer one request; return False to break the connection."""
        headers, body = await _request(reader)
        await asyncio.sleep(self.latency_s)
        self.requests += 1
        entry = door.enter(headers.get("authorization", ""), writer)
        reply: Reply | None = Reply(401, b"")
        if entry.user:
            reply = await self._serve(entry.user, body)
        if reply is None:
            return False
        challenges = [f"Negotiate {entry.token}"] if entry.token else CHALLENGES if reply.status == 401 else []
        lines = [f"HTTP/1.1 {reply.status} Stand-in", "Content-Type: application/soap+xml;charset=UTF-8"]
        lines += [f"WWW-Authenticate: {challenge}" for challenge in challenges]
        lines += [f"Date: {formatdate(usegmt=True)}"]
        lines += [f"Content-Length: {len(reply.body)}", "", ""]
        await asyncio.sleep(self.latency_s)
        writer.write("\r\n".join(lines).encode() + reply.body)
        await writer.drain()
        return True


def _break(writer: asyncio.StreamWriter) -> None:
    if not writer.is_closing():
        writer.transport.abort()


async def _request(reader: asyncio.StreamReader) -> tuple[dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(":") for line in head if line)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    return headers, await reader.readexactly(int(headers.get("content-length", "0")))
