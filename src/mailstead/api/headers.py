"""What every answer tells the browser: show nothing of it, keep nothing, be in nobody's frame."""

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

ALWAYS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


def with_headers(send: Send) -> Send:
    """Return *send* that adds them."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(ALWAYS)
        await send(message)

    return sending
