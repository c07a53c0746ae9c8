"""One request, parsed, and the answers that a page can give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mailstead.access import Access
from mailstead.access.browser import proof
from mailstead.ground.errors import MailsteadError
from mailstead.people.errors import NotSignedIn
from mailstead.people.model import Caller, Right
from mailstead.people.session import Visitor
from mailstead.wiring import Running
from mailstead.wiring.people import People

from . import cookies
from .again import Again
from .look import Look
from .notices import Notice
from .rendering import Shown, render
from .returning import HOME, safe_path

AGENT_MOST = 300


@dataclass(frozen=True)
class Visit:
    """Who asks for what. `form` is what a POST brought; `refusal` is why it was refused, when its page is shown again.

    `caller` is None on public pages. `cookie` is what forms are bound to. `again`: the second factor is asked for over
    this page, and `back` is where one is led then if the form cannot be sent again.
    """

    request: Request
    running: Running
    look: Look
    cookie: str
    caller: Caller | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    refusal: MailsteadError | None = None
    again: Again | None = None
    back: str = HOME

    @cached_property
    def access(self) -> Access:
        """The platform as the caller may see it; raise NotSignedIn."""
        return Access(self.running, self.who)

    @property
    def who(self) -> Caller:
        if self.caller is None:
            raise NotSignedIn("sign in first", field="session", remedy="sign in")
        return self.caller

    @property
    def people(self) -> People:
        """How people come in, and their own accounts: for pages that are about just that."""
        return self.running.people

    @property
    def visitor(self) -> Visitor:
        """Where the request comes from, for the sign-in."""
        source = self.request.client.host if self.request.client else ""
        return Visitor(source, self.request.headers.get("user-agent", "")[:AGENT_MOST])

    @property
    def session_cookie(self) -> str:
        """What stands for the visitor's session, at whichever stage; empty without one."""
        return self.request.cookies.get(cookies.SESSION, "")

    @property
    def now(self) -> datetime:
        return self.running.world.clock.now()

    @property
    def path(self) -> str:
        """Where this page is, with what was asked: a path to come back to."""
        query = self.request.url.query
        return self.request.url.path + (f"?{query}" if query else "")

    def may(self, right: str, tenant: str | None = None) -> bool:
        return self.caller is not None and self.caller.may(Right(right), tenant)

    def query(self, name: str) -> str:
        """Return a part of the query; an empty text if it is not there."""
        return self.request.query_params.get(name, "").strip()

    def given(self, name: str, default: object = "") -> str:
        """Return what stands in a field of the form: what was given when it was refused, else *default*."""
        return self.form.get(name, "" if self.refusal else str(default))

    def lines(self, name: str) -> list[str]:
        """Return the filled lines of a text field, and its parts between commas."""
        parts = self.form.get(name, "").replace(",", "\n").splitlines()
        return [part.strip() for part in parts if part.strip()]

    def show(self, template: str, **values: Any) -> Response:
        """Answer with a page, or a part of one."""
        status = status_of(self.refusal) if self.refusal else 200
        notice = Notice.unpacked(self.request.cookies.get(cookies.NOTICE, ""))
        response = HTMLResponse(render(template, self._shown(notice), values), status)
        if notice and "HX-Request" not in self.request.headers:
            cookies.take(response, cookies.NOTICE)
        return response

    def page(self, template: str, **values: Any) -> str:
        """Return a part of a page, for an answer that is sent piece by piece."""
        return render(template, self._shown(), values)

    def text(self, message: str, **values: object) -> str:
        """Return *message* in the visitor's language, with *values* put in."""
        translated = self._shown().translations.gettext(message)
        return translated % values if values else translated

    def done(
        self, path: str, text: str = "", *, link: str = "", undo: tuple[str, Mapping[str, str]] | None = None
    ) -> Response:
        """Answer that it is done: on to *path*, which says *text* and offers to undo it by the form *undo*."""
        response = RedirectResponse(safe_path(path), 303)
        if text:
            undo_path, fields = undo or ("", {})
            cookies.give(response, cookies.NOTICE, Notice(text, link, undo_path, dict(fields)).packed())
        return response

    def _shown(self, notice: Notice | None = None) -> Shown:
        return Shown(self, self.look, self.now, proof(self.cookie), notice)


def at(path: str, **query: object) -> str:
    """Return *path* with a query: for links that are made in code.

    >>> at("/tenants", search="a b")
    '/tenants?search=a+b'
    """
    known: Sequence[tuple[str, str]] = [(name, str(value)) for name, value in query.items() if value not in ("", None)]
    return f"{path}?{urlencode(known)}" if known else path


_STATUS = {2: 422, 4: 404, 5: 503, 6: 502, 7: 409, 8: 409}


def status_of(error: MailsteadError) -> int:
    """Return the HTTP status that says what *error* says."""
    named = {
        "not-signed-in": 401,
        "forbidden": 403,
        "step-up-needed": 403,
        "foreign-form": 403,
        "too-many-tries": 429,
        "sign-in-refused": 403,
        "conflict": 409,
        "body-too-large": 413,
    }
    return named.get(error.code) or _STATUS.get(error.exit_status, 500)
