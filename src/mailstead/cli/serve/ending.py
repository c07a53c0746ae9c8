"""How a server stops: what it is told at once, streams of events hear, too, and end as they should.

A stream would go on for minutes; cut off, it would look to its reader like a server that died.
"""

import asyncio
from socket import socket
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STREAM = b"text/event-stream"


class Server(uvicorn.Server):
    """Tells *stopping* before it waits for the requests in hand."""

    def __init__(self, config: uvicorn.Config, stopping: asyncio.Event) -> None:
        super().__init__(config)
        self._stopping = stopping

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._stopping.set()
        await super().shutdown(sockets)


class Ending:
    """Worn over an application: to a stream, *stopping* is as if its reader had gone, and then it is ended in order."""

    def __init__(self, app: ASGIApp, stopping: asyncio.Event) -> None:
        self._app = app
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        streams = False

        async def told(message: Message) -> None:
            nonlocal streams
            if message["type"] == "http.response.start":
                streams = any(name == b"content-type" and STREAM in value for name, value in message["headers"])
            elif not message.get("more_body", False):
                streams = False
            await send(message)

        async def heard() -> Message:
            if await self._comes_first(receiving := asyncio.ensure_future(receive())) or not streams:
                return await receiving
            receiving.cancel()
            return {"type": "http.disconnect"}

        await self._app(scope, heard, told)
        if streams and self._stopping.is_set():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _comes_first(self, receiving: "asyncio.Future[Message]") -> bool:
        """Wait for a message or for the end; say whether it is the message."""
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            either: set[asyncio.Future[Any]] = {receiving, stopping}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            receiving.cancel()
            raise
        finally:
            stopping.cancel()
        return receiving.done()
