"""The API put together."""

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response

from mailstead.ground.errors import MailsteadError
from mailstead.people.port import Callers
from mailstead.wiring import Running

from .description import Described
from .guard import HEALTH, Guard
from .problems import on_error, on_http, on_invalid, on_unforeseen
from .routes import ROUTERS
from .settings import PREFIX, Settings


def application(running: Running, settings: Settings | None = None, callers: Callers | None = None) -> FastAPI:
    """Return the API over *running*, for its people, or those whom *callers* know; it answers at its URL alone."""
    settings = settings or Settings(running.platform.web.url)
    callers = callers or running.people.callers
    app = Described(
        settings,
        title="mailstead",
        version="1",
        docs_url=None,  # they would load scripts from elsewhere
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        middleware=[
            Middleware(Guard, callers=callers, settings=settings, clock=running.world.clock),
        ],
        exception_handlers={
            MailsteadError: on_error,
            HTTPException: on_http,
            RequestValidationError: on_invalid,
            Exception: on_unforeseen,
        },
    )
    app.state.running, app.state.settings = running, settings
    api = APIRouter(prefix=PREFIX)
    for router in ROUTERS:
        api.include_router(router)
    app.include_router(api)
    app.add_route(HEALTH, _healthy, methods=["GET"], include_in_schema=False)
    return app


async def _healthy(_: object) -> Response:
    """Say that this process answers."""
    return PlainTextResponse("ok\n")
