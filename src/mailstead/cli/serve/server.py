"""The server: uvicorn over TLS, until a signal says to stop."""

import asyncio
import ssl
from contextlib import ExitStack, suppress
from socket import socket

import uvicorn
from starlette.types import ASGIApp

from mailstead import api, web
from mailstead.cli.beside import BACKUPS_S, beside, protect
from mailstead.wiring import Running

from .background import DAY_S, UPKEEP_S, keep_up, load_certificate
from .ending import Ending, Server
from .front import Front

GRACE_S = 10


def serve(running: Running, door: socket) -> None:
    """Answer at *door* until SIGTERM or SIGINT: requests in hand are ended first, orders go on where they stopped.

    Raises NotFound and BadCertificate for what [web] names.
    """
    context = tls_context()
    load_certificate(context, running)
    stopping = asyncio.Event()
    server = Server(_config(Ending(_application(running), stopping), context), stopping)
    with ExitStack() as stack:
        stack.enter_context(beside("certificate", DAY_S, lambda: load_certificate(context, running)))
        if running.works:
            stack.enter_context(beside("upkeep", UPKEEP_S, lambda: keep_up(running)))
            stack.enter_context(beside("backups", BACKUPS_S, lambda: protect(running)))
        # uvicorn hands the signal on when it has ended; what opened the platform closes it then.
        with suppress(KeyboardInterrupt, SystemExit):
            server.run([door])


def tls_context() -> ssl.SSLContext:
    """Return what speaks TLS 1.2 and 1.3, with the ciphers that OpenSSL recommends, before it has a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _application(running: Running) -> ASGIApp:
    settings = api.Settings(running.platform.web.url)
    return Front(api.application(running, settings), web.application(running), settings)


def _config(application: ASGIApp, context: ssl.SSLContext) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        ssl_context_factory=lambda *_: context,
        access_log=False,  # paths hold addresses of people; the audit trail says what was done
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # who asks is who connects: nobody may say otherwise
        timeout_graceful_shutdown=GRACE_S,
    )
