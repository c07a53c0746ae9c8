"""The server: uvicorn over TLS, until a signal says to stop."""

import logging
import ssl
from contextlib import ExitStack, suppress

import uvicorn
from starlette.types import ASGIApp

from mailstead import api, web
from mailstead.cli.beside import BACKUPS_S, beside, protect
from mailstead.wiring import Running

from .background import DAY_S, UPKEEP_S, keep_up, load_certificate
from .front import Front
from .place import Place

GRACE_S = 10

log = logging.getLogger(__name__)


def serve(running: Running, place: Place) -> None:
    """Answer until SIGTERM or SIGINT: requests in hand are ended first, orders go on where they stopped."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    load_certificate(context, running)
    server = uvicorn.Server(_config(_application(running), place, context))
    with ExitStack() as stack:
        stack.enter_context(beside("certificate", DAY_S, lambda: load_certificate(context, running)))
        if running.works:
            stack.enter_context(beside("upkeep", UPKEEP_S, lambda: keep_up(running)))
            stack.enter_context(beside("backups", BACKUPS_S, lambda: protect(running)))
        # uvicorn hands the signal on when it has ended; what opened the platform closes it then.
        with suppress(KeyboardInterrupt, SystemExit):
            server.run()


def _application(running: Running) -> ASGIApp:
    settings = api.Settings(running.platform.web.url)
    return Front(api.application(running, settings), web.application(running), settings)


def _config(application: ASGIApp, place: Place, context: ssl.SSLContext) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        host=place.listen,
        port=place.port,
        ssl_context_factory=lambda *_: context,
        access_log=False,  # paths hold addresses of people; the audit trail says what was done
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # who asks is who connects: nobody may say otherwise
        timeout_graceful_shutdown=GRACE_S,
    )
