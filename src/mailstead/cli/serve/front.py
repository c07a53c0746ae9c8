"""What stands before console and API: each gets what is its, and nobody what is meant for another host."""

from starlette.types import ASGIApp, Receive, Scope, Send

from mailstead.api.guard import HEALTH, refuse_wrong_host
from mailstead.api.problems import answer
from mailstead.api.settings import Settings
from mailstead.ground.errors import MailsteadError


class Front:
    """One application of two."""

    def __init__(self, api: ASGIApp, console: ASGIApp, settings: Settings) -> None:
        self._api = api
        self._console = console
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _is_for_programs(scope["path"]):
            return await self._api(scope, receive, send)
        try:
            refuse_wrong_host(scope, self._settings)
        except MailsteadError as error:
            return await answer(error)(scope, receive, send)
        return await self._console(scope, receive, send)


def _is_for_programs(path: str) -> bool:
    return path in (HEALTH, "/api") or path.startswith("/api/")
