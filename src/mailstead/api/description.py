"""What the API says of itself (OpenAPI 3.1) beside what routes and models say already."""

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from .problems import MEDIA_TYPE, Flaw, Problem
from .settings import Settings

TEXT = """\
Everything the command line does, for programs.

* **Who asks**: `Authorization: Bearer TOKEN`; or the console's session cookie, with `X-CSRF-Token` for changes.
* **What is not yours is not there**: 404, as for what never was. What you may not do at all: 403.
* **Long work is an order**: 202, its place in `Location`; follow it under `/orders/{order}/events`.
* **Sent twice, done once**: with an `Idempotency-Key` a POST that leads to an order can be repeated.
* **Nobody is overtaken**: changes say in `If-Match` which revision they were made from (428 without, 412 if it is old).
* **Errors** are problem details (RFC 9457): `code` is stable, `remedy` says what to do.
* **Pages**: send `next` of one as `after` (audit: `before`) for the following one.
"""
TAGS = [
    {"name": "tenants", "description": "Who is to be served: onboard, change, suspend, remove, look at."},
    {"name": "mailboxes", "description": "Mailboxes of a tenant."},
    {"name": "domains", "description": "Mail domains of a tenant and their policies."},
    {"name": "aliases", "description": "Mail to one address goes to others."},
    {"name": "lists", "description": "Distribution lists."},
    {"name": "machines", "description": "The machine of a tenant: how it fares, checkpoints, copies, moves."},
    {"name": "backups", "description": "What is kept of disks: made, checked, tried out; mails and files out of it."},
    {"name": "orders", "description": "What is being done, was done, or failed."},
    {"name": "hosts", "description": "What carries the machines. Operators only."},
    {"name": "platform", "description": "Who asks; what concerns no tenant alone."},
    {"name": "people", "description": "Who has an account. Changes need the second factor just given: no token."},
    {"name": "audit", "description": "Who did what: tenants see what was done to them."},
]
PROBLEM = {
    "description": "It was refused, or went wrong.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A token with scopes and an end, made in the console.",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-session", "description": "The console's session."},
}
METHODS = ("get", "put", "post", "patch", "delete")
OURS = "HTTPValidationError", "ValidationError"  # the framework's, in place of which problems are sent


class Described(FastAPI):
    """An application that describes itself wholly, as soon as all its routes are there."""

    def __init__(self, settings: Settings, **how: Any) -> None:
        super().__init__(description=TEXT, openapi_tags=TAGS, **how)
        self._settings = settings

    def openapi(self) -> dict[str, Any]:
        if not self.openapi_schema:
            self.openapi_schema = _described(self, self._settings)
        return self.openapi_schema


def _described(app: FastAPI, settings: Settings) -> dict[str, Any]:
    made = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        servers=[{"url": settings.url}],
        summary="Control plane of a multi-tenant e-mail platform",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    schemas = made["components"]["schemas"]
    for name in OURS:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas["Problem"].pop("$defs")
    schemas["Flaw"] = Flaw.model_json_schema()
    made["components"]["securitySchemes"] = SECURITY
    made["security"] = [{"token": []}, {"session": []}]
    for operation in operations(made):
        operation["responses"].pop("422", None)
        operation["responses"]["default"] = PROBLEM
        _tell_headers(operation["responses"])
    return made


def operations(described: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every operation of a description."""
    for path in described["paths"].values():
        yield from (path[method] for method in METHODS if method in path)


def _tell_headers(responses: dict[str, Any]) -> None:
    """Say where an order is to be found. (That it was given is told by 202.)"""
    if "202" in responses:
        place = {"description": "Where the order can be followed.", "schema": {"type": "string"}}
        responses["202"]["headers"] = {"Location": place}
