"""How large a body may be that somebody sends: it is refused where it grows too large, whatever its headers said."""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import Message, Receive


def announced(headers: Headers) -> int:
    """Return how many bytes are announced; 0 where nothing is, or nothing that is a number."""
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() and length.isascii() and len(length) < 20 else 0


def bounded(receive: Receive, most_bytes: int, too_large: Callable[[int], Exception]) -> Receive:
    """Return *receive* that raises *too_large* of *most_bytes* once more than these have come."""
    seen = 0

    async def receive_some() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most_bytes:
            raise too_large(most_bytes)
        return message

    return receive_some
