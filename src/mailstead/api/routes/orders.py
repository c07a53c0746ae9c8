"""/orders: what is being done, was done, or failed."""

from collections.abc import AsyncIterator
from typing import Annotated

import anyio
from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from mailstead.access import Access
from mailstead.api.asked import NAME, Asked, Limit, OrderPath, Read
from mailstead.api.settings import Settings
from mailstead.api.wire.orders import OrderOut, OrderPage, OrderStatus
from mailstead.ground.errors import MailsteadError
from mailstead.orders.model import OrderView, Status

router = APIRouter(prefix="/orders", tags=["orders"])

STREAM = "text/event-stream"
OfTenant = Annotated[str | None, Query(pattern=NAME, description="Orders of this tenant only.")]
WithStatus = Annotated[OrderStatus | None, Query(description="Orders with this status only.")]
AfterOrder = Annotated[str, Query(pattern=r"^(o[0-9a-f]{12})?$", description="`next` of the page before.")]
EVENTS = {"responses": {"200": {"content": {STREAM: {"schema": {"type": "string"}}}}}}
KEEP_ALIVE_S = 15.0


@router.get("")
def list_orders(
    read: Read, tenant: OfTenant = None, status: WithStatus = None, after: AfterOrder = "", limit: Limit = 50
) -> OrderPage:
    """Return orders, the newest first."""
    wanted = Status(status) if status else None
    return OrderPage.of(read.orders.page(tenant=tenant, status=wanted, after=after, limit=limit), limit)


@router.get("/{order}")
def get_order(read: Read, order: OrderPath) -> OrderOut:
    """Return one order with its steps."""
    return OrderOut.of(read.orders.get(order))


@router.post("/{order}/cancel")
def cancel_order(asked: Asked, order: OrderPath) -> OrderOut:
    """Cancel an open order; the step in hand runs out first. It can be retried."""
    return OrderOut.of(asked.orders.cancel(order))


@router.post("/{order}/retry")
def retry_order(asked: Asked, order: OrderPath) -> OrderOut:
    """Go on with a failed or cancelled order from the step where it stopped."""
    return OrderOut.of(asked.orders.retry(order))


@router.get("/{order}/events", response_class=StreamingResponse, openapi_extra=EVENTS)
async def watch_order(request: Request, read: Read, order: OrderPath) -> StreamingResponse:
    """Follow an order by server-sent events: `event: order`, whenever it has changed, until it has ended.

    The stream ends by itself after some minutes, so that rights are looked at anew: connect again.
    """
    first = await run_in_threadpool(read.orders.get, order)
    return StreamingResponse(_events(read, first, request.app.state.settings), media_type=STREAM)


async def _events(access: Access, view: OrderView, settings: Settings) -> AsyncIterator[str]:
    yield _told(view)
    quiet = passed = 0.0
    while view.status.is_open and passed < settings.stream_s:
        await anyio.sleep(settings.poll_s)
        passed, quiet = passed + settings.poll_s, quiet + settings.poll_s
        try:
            now = await run_in_threadpool(access.orders.get, view.id)
        except MailsteadError:
            return  # the browser asks again, and is told then
        if now != view or quiet >= KEEP_ALIVE_S:
            yield _told(now) if now != view else ": still there\n\n"
            view, quiet = now, 0.0


def _told(view: OrderView) -> str:
    return f"event: order\ndata: {OrderOut.of(view).model_dump_json()}\n\n"
