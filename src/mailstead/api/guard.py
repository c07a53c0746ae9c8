"""What every request passes before its path decides anything: host, size, kind of body, who asks, how often.

Authentication stands here, in one place, for all paths and methods alike, also for those that there are not: the
lesson of CVE-2024-51567 and CVE-2026-40874, where a check was tied to some methods and others passed.
"""

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from mailstead.access.bodies import announced, bounded
from mailstead.access.browser import OWN, PROOF_HEADER, SESSION_COOKIE, is_proof
from mailstead.access.errors import BodyTooLarge
from mailstead.ground.clock import Clock
from mailstead.ground.errors import MailsteadError
from mailstead.people.errors import NotSignedIn
from mailstead.people.model import Caller
from mailstead.people.port import Callers

from .errors import ForeignRequest, TooOften, WrongHost, WrongMediaType
from .headers import with_headers
from .limits import RateLimit
from .problems import answer
from .settings import Settings

HEALTH = "/healthz"
SAFE = ("GET", "HEAD")
CSV_PATHS = "/mailboxes/import"


@dataclass(frozen=True, slots=True)
class Limits:
    """How often people may ask, and addresses fail to say who they are."""

    people: RateLimit
    failures: RateLimit

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> "Limits":
        few = settings.failures_per_minute
        people = RateLimit(clock, per_minute=settings.per_minute, burst=settings.burst)
        return cls(people, RateLimit(clock, per_minute=few, burst=few))


class Guard:
    """Worn over the API."""

    def __init__(self, app: ASGIApp, callers: Callers, settings: Settings, clock: Clock) -> None:
        self._app = app
        self._callers = callers
        self._settings = settings
        self._limits = Limits.of(settings, clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        send = with_headers(send)
        try:
            if scope["path"] != HEALTH:
                most = self._refuse_at_sight(scope)
                scope.setdefault("state", {})["caller"] = await self._caller(HTTPConnection(scope))
                receive = bounded(receive, most, _too_large)
            return await self._app(scope, receive, send)
        except MailsteadError as error:
            return await answer(error)(scope, receive, send)

    def _refuse_at_sight(self, scope: Scope) -> int:
        """Raise what the headers alone deserve; return how large the body may be."""
        refuse_wrong_host(scope, self._settings)
        headers = Headers(scope=scope)
        csv = scope["path"].endswith(CSV_PATHS)
        most = self._settings.file_most if csv else self._settings.body_most
        if announced(headers) > most:
            raise _too_large(most)
        if headers.get("content-length", "") not in {"", "0"} or "transfer-encoding" in headers:
            _refuse_media_type(headers.get("content-type", ""), "text/csv" if csv else "application/json")
        return most

    async def _caller(self, connection: HTTPConnection) -> Caller:
        """Return who asks; raise NotSignedIn, ForeignRequest, TooOften."""
        source = connection.client.host if connection.client else ""
        failures = self._limits.failures
        if failures.is_empty(source):
            raise TooOften(failures.wait_s(source))
        try:
            caller = await run_in_threadpool(self._known, connection, source)
        except NotSignedIn:
            failures.wait_s(source)
            raise
        if wait := self._limits.people.wait_s(caller.person):
            raise TooOften(wait)
        return caller

    def _known(self, connection: HTTPConnection, source: str) -> Caller:
        scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer":
                raise _not_signed_in()
            return self._callers.by_token(bearer.strip(), source)
        cookie = connection.cookies.get(SESSION_COOKIE, "")
        if not cookie:
            raise _not_signed_in()
        caller = self._callers.by_session(cookie, source)
        _refuse_foreign(connection, cookie)
        return caller


def refuse_wrong_host(scope: Scope, settings: Settings) -> None:
    """Raise WrongHost for a request that was not meant for the platform's URL."""
    hosts = Headers(scope=scope).getlist("host")
    if len(hosts) != 1 or hosts[0].lower() not in settings.hosts:
        remedy = f"ask {settings.url}"
        raise WrongHost("this is not the server that was asked for", field="Host", remedy=remedy)


def _refuse_foreign(connection: HTTPConnection, cookie: str) -> None:
    """Raise ForeignRequest unless the browser of this session meant it: other sites can send our cookie along."""
    headers = connection.headers
    meant = connection.scope["method"] in SAFE or is_proof(cookie, headers.get(PROOF_HEADER, ""))
    if headers.get("sec-fetch-site", "") not in OWN or not meant:
        remedy = f"send {PROOF_HEADER}, or a token in place of the session"
        raise ForeignRequest("this request does not come from a page of ours", field=PROOF_HEADER, remedy=remedy)


def _refuse_media_type(given: str, wanted: str) -> None:
    if given.partition(";")[0].strip().lower() != wanted:
        raise WrongMediaType("such a body is not read here", field="Content-Type", value=given, remedy=f"send {wanted}")


def _not_signed_in() -> NotSignedIn:
    return NotSignedIn("nobody is signed in", field="Authorization", remedy="send Authorization: Bearer TOKEN")


def _too_large(most: int) -> BodyTooLarge:
    return BodyTooLarge("the body is too large", field="body", remedy=f"send {most >> 10} KiB at most")
