"""How tests ask the API."""

from typing import Any, Protocol

from httpx import Response
from starlette.testclient import TestClient

from mailstead.api import Settings, application
from tests.access.stage import KnownCallers, Stage

URL = "https://test.example"
MANY = Settings(URL, per_minute=10**9, burst=10**9, failures_per_minute=10**9, poll_s=0.01)


class Ask(Protocol):
    def __call__(self, who: str, verb: str, path: str, **more: Any) -> Response: ...


def client_of(stage: Stage, settings: Settings = MANY) -> TestClient:
    """Return a client of the API over *stage*; what nobody thought of is answered, not raised."""
    app = application(stage.running, settings, KnownCallers())
    return TestClient(app, base_url=URL, raise_server_exceptions=False)


def asker(client: TestClient) -> Ask:
    def ask(who: str, verb: str, path: str, **more: Any) -> Response:
        headers = {"Authorization": f"Bearer {who}"} if who else {}
        headers |= more.pop("headers", {})
        response: Response = client.request(verb, f"/api/v1{path}", headers=headers, **more)
        return response

    return ask
