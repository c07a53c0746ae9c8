"""An order as it goes, as server-sent events (WHATWG HTML, 9.2): each is the part of the page that has changed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from mailstead.ground.errors import MailsteadError
from mailstead.orders.model import OrderView
from mailstead.web.visit import Visit

EVERY_S = 0.4
LOOKS_MOST = 1500  # ten minutes; the browser then asks anew


def follow(visit: Visit, order: str) -> Response:
    """Answer with the order whenever it has changed; *end* comes when it has ended. Raises NotFound."""
    visit.access.orders.get(order)
    return StreamingResponse(_events(visit, order), media_type="text/event-stream")


async def _events(visit: Visit, order: str) -> AsyncIterator[str]:
    last: OrderView | None = None
    for _ in range(LOOKS_MOST):
        try:
            view = await run_in_threadpool(_look, visit, order)
        except MailsteadError:  # signed out meanwhile, or the right is gone
            break
        if view != last:
            yield _event(visit.page("pages/orders/live.html", order=view))
        last = view
        if not view.status.is_open:
            break
        await asyncio.sleep(EVERY_S)
    else:
        return
    yield "event: end\ndata:\n\n"


def _look(visit: Visit, order: str) -> OrderView:
    """Return the order, to whoever asks *now*: a session that was ended sees no more."""
    caller = visit.people.callers.by_session(visit.session_cookie, visit.visitor.source)
    return replace(visit, caller=caller).access.orders.get(order)


def _event(html: str) -> str:
    return "".join(f"data: {line}\n" for line in html.splitlines()) + "\n"
