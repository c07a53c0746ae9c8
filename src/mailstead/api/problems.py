"""Every error as problem details (RFC 9457), in JSON."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from mailstead.access.errors import BodyTooLarge, Changed, TooBusy, Unforeseen
from mailstead.ground import errors as ground
from mailstead.ground.errors import MailsteadError
from mailstead.orders.model import KeyReused
from mailstead.people.errors import NotSignedIn, SignInRefused, TooManyTries
from mailstead.state.database import StateFull

from . import errors
from .headers import ALWAYS

MEDIA_TYPE = "application/problem+json"
VALUE_MOST = 200
SECRET = ("password", "token", "secret", "cookie")

# The first that fits counts.
STATUS: Sequence[tuple[type[MailsteadError], int]] = (
    (errors.WrongHost, 421),
    (BodyTooLarge, 413),
    (errors.WrongMediaType, 415),
    (errors.TooOften, 429),
    (errors.RevisionNeeded, 428),
    (errors.NoSuchMethod, 405),
    (errors.BadRequest, 400),
    (NotSignedIn, 401),
    (SignInRefused, 401),
    (TooManyTries, 429),
    (TooBusy, 429),
    (Changed, 412),
    (KeyReused, 422),
    (StateFull, 503),
    (ground.Denied, 403),
    (ground.NotFound, 404),
    (ground.Conflict, 409),
    (ground.UnsafePlan, 409),
    (ground.NoRoom, 409),
    (ground.InvalidInput, 422),
    (ground.Refused, 409),
    (ground.Unreachable, 503),
    (ground.Rejected, 502),
    (ground.LostLease, 409),
    (ground.Cancelled, 409),
)
BUSY_S = 30

log = logging.getLogger(__name__)


class Flaw(BaseModel):
    """One thing that is wrong with what was sent."""

    field: str = Field(examples=["mailboxes.0.address"])
    detail: str


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it; `code` is stable and safe to script against."""

    type: str = Field(description="A name for this kind of problem.", examples=["urn:mailstead:problem:address-taken"])
    title: str = Field(description="The same for every problem of this kind.")
    status: int = Field(examples=[409])
    detail: str = Field(examples=["anna@acme.example is there already"])
    code: str = Field(examples=["address-taken"])
    field: str | None = Field(default=None, description="What was wrong with the request.", examples=["address"])
    value: str | None = Field(default=None, description="What stood there; never a secret.")
    remedy: str | None = Field(default=None, description="What to do.")
    errors: list[Flaw] | None = Field(default=None, description="All that is wrong with the body, where it is that.")


def status_of(error: MailsteadError) -> int:
    """Return the HTTP status that says what *error* says."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def answer(error: MailsteadError, flaws: Sequence[Flaw] = (), headers: Mapping[str, str] | None = None) -> Response:
    """Return *error* as an answer."""
    status = status_of(error)
    problem = {
        "type": f"urn:mailstead:problem:{error.code}",
        "title": (type(error).__doc__ or error.code).partition("\n")[0].rstrip("."),
        "status": status,
        "detail": error.message,
        "code": error.code,
        "field": error.field,
        "value": "" if any(word in error.field.casefold() for word in SECRET) else error.value[:VALUE_MOST],
        "remedy": error.remedy,
        "errors": [flaw.model_dump() for flaw in flaws],
    }
    # In ASCII: what was sent may hold signs that UTF-8 has not (half of a surrogate pair).
    body = json.dumps({name: value for name, value in problem.items() if value})
    return Response(body, status, {**_headers(error, status), **(headers or {})}, MEDIA_TYPE)


def _headers(error: MailsteadError, status: int) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="mailstead"'}
    if status == 429:
        return {"Retry-After": f"{max(1, round(getattr(error, 'wait_s', BUSY_S)))}"}
    return {"Retry-After": f"{BUSY_S}"} if status == 503 else {}


async def on_error(_: Request, raised: MailsteadError) -> Response:
    """Answer one of our own errors."""
    return answer(raised)


async def on_http(request: Request, raised: HTTPException) -> Response:
    """Answer what the framework refuses: paths and methods that there are not, bodies that cannot be read."""
    path, headers = request.url.path, dict(raised.headers or {})
    if raised.status_code == 404:
        return answer(errors.NoSuchPath("there is nothing here", field="path", value=path, remedy="see openapi.json"))
    if raised.status_code == 405:
        remedy = f"use one of {headers.get('Allow', 'the methods in openapi.json')}"
        refused = errors.NoSuchMethod("not with this method", field="method", value=request.method, remedy=remedy)
        return answer(refused, headers=headers)
    if isinstance(raised.__cause__, MailsteadError):  # it was larger than its headers said
        return answer(raised.__cause__)
    return answer(errors.BadRequest("the body cannot be read", field="body", remedy="send JSON in UTF-8"))


async def on_invalid(_: Request, raised: RequestValidationError) -> Response:
    """Answer a request that does not fit its description, naming all that is wrong with it."""
    found = raised.errors()
    exact = next((inner for one in found if (inner := _inner(one))), None)
    return answer(exact or _invalid(found[0]), list(_flaws(found)))


async def on_unforeseen(_: Request, raised: Exception) -> Response:
    """Answer what nobody thought of: the log gets it, the caller nothing of it."""
    log.error("a request failed", exc_info=raised)
    unforeseen = Unforeseen("something went wrong here", remedy="the log of mailstead tells what")
    return answer(unforeseen, headers=ALWAYS)  # the framework sends this one past the guard


def _invalid(flaw: Mapping[str, Any]) -> MailsteadError:
    field, remedy = _place(flaw), "see the description of this request"
    return ground.InvalidInput(f"{field}: {flaw['msg']}", field=field, value=_value(flaw), remedy=remedy)


def _flaws(found: Sequence[Any]) -> Iterator[Flaw]:
    for one in found:
        inner = _inner(one)
        yield Flaw(field=_place(one), detail=inner.message if inner else one["msg"])


def _inner(flaw: Mapping[str, Any]) -> MailsteadError | None:
    """Return the error of our own that was raised within a model."""
    error = (flaw.get("ctx") or {}).get("error")
    return error if isinstance(error, MailsteadError) else None


def _place(flaw: Mapping[str, Any]) -> str:
    parts = [str(part) for part in flaw["loc"]]
    return ".".join(parts[1:] or parts)


def _value(flaw: Mapping[str, Any]) -> str:
    """Return what stood there; of what has parts, and of what has no place here, nothing: it may hold a secret."""
    given = flaw.get("input")
    shown = isinstance(given, str | int | float) and flaw["type"] != "extra_forbidden"
    return str(given) if shown else ""
