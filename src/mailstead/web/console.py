"""The console as one application."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mailstead.access.errors import Unforeseen
from mailstead.ground.errors import MailsteadError, NotFound
from mailstead.wiring import Running

from .dispatch import ERROR, Dispatch
from .headers import SecurityHeaders
from .page import Page
from .pages import PAGES


def application(running: Running, pages: Sequence[Page] = PAGES) -> Starlette:
    """Return the console. It knows no other address than its own paths, and keeps nothing between requests."""
    dispatch = Dispatch(running, pages)

    async def no_page(request: Request, raised: Exception) -> Response:
        status = raised.status_code if isinstance(raised, HTTPException) else 500
        response = await run_in_threadpool(_told, dispatch, request, status)
        response.status_code = status
        return response

    routes = [Route(page.path, dispatch.endpoint(page), methods=[page.verb]) for page in pages]
    return Starlette(
        routes=routes,
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: no_page, Exception: no_page},
    )


def _told(dispatch: Dispatch, request: Request, status: int) -> Response:
    path = request.url.path
    error: MailsteadError = NotFound(
        "there is no such page", field="path", value=path, remedy="begin at the start page"
    )
    if status >= 500:
        error = Unforeseen(
            "something went wrong here", remedy="try again; if it stays so, the log of mailstead tells why"
        )
    return dispatch.visit(request).show(ERROR, error=error)
