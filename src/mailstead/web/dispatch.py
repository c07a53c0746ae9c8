"""What every request passes: the form is read and known to be ours, the caller is looked up, errors become pages."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from secrets import token_urlsafe
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from mailstead.ground.errors import MailsteadError
from mailstead.people.errors import Forbidden, NotSignedIn, StepUpNeeded
from mailstead.people.session import Stage
from mailstead.wiring import Running

from . import cookies, csrf
from .again import Again
from .forms import read_form
from .look import look_of
from .page import Page
from .returning import HOME, safe_path
from .visit import Visit, at

ERROR = "layout/error.html"
OWN_DOOR = "/mailbox/sign-in"
STEP_UP, STEP_UP_PAGE = "/step-up", "pages/step_up/page.html"
STAGES = {Stage.SECOND: "/sign-in/second", Stage.ENROL: "/account/enrol"}


class Dispatch:
    """Makes endpoints of pages."""

    def __init__(self, running: Running, pages: Sequence[Page] = ()) -> None:
        self._running = running
        self._homes = {page.handler: page.path for page in pages if page.verb == "GET"}

    def endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """Return what answers a request for *page*."""

        async def answer(request: Request) -> Response:
            try:
                form = await read_form(request, page.most_bytes) if page.verb == "POST" else {}
            except MailsteadError as error:
                return await run_in_threadpool(self._error, self.visit(request), error)
            return await run_in_threadpool(self._answer, page, request, form)

        return answer

    def visit(self, request: Request, form: Mapping[str, str] | None = None) -> Visit:
        """Return the request as a page sees it; nobody is looked up yet."""
        given = request.cookies
        look = look_of(given.get(cookies.LOOK, ""), request.headers.get("accept-language", ""))
        cookie = given.get(cookies.SESSION) or given.get(cookies.VISITOR) or token_urlsafe(24)
        return Visit(request, self._running, look, cookie, form=form or {})

    def _answer(self, page: Page, request: Request, form: Mapping[str, str]) -> Response:
        visit = self.visit(request, form)
        try:
            response = self._handled(page, self._admitted(page, visit))
        except NotSignedIn:
            response = _onward(visit, OWN_DOOR if page.whose == "mailboxes" else self._way_in(visit))
        except StepUpNeeded:
            response = _onward(visit, STEP_UP)
        except MailsteadError as error:
            response = self._error(visit, error)
        if visit.cookie not in (request.cookies.get(cookies.SESSION), request.cookies.get(cookies.VISITOR)):
            cookies.give(response, cookies.VISITOR, visit.cookie)
        return response

    def _admitted(self, page: Page, visit: Visit) -> Visit:
        """Return the visit with its caller, after refusing a form that is not ours."""
        if page.verb == "POST":
            given, fetched = visit.form.get(csrf.FIELD, ""), visit.request.headers.get("sec-fetch-site", "")
            csrf.refuse_foreign(visit.cookie, given, fetched)
        if page.public:
            return visit
        session = visit.request.cookies.get(cookies.SESSION, "")
        caller = self._running.people.callers.by_session(session, visit.visitor.source)
        if page.whose not in {"all", "mailboxes" if caller.mailbox else "people"}:
            remedy = "go to your mailbox" if caller.mailbox else "sign in to a mailbox"
            raise Forbidden("this is not for you", field="path", value=page.path, remedy=remedy)
        return replace(visit, caller=caller)

    def _handled(self, page: Page, visit: Visit) -> Response:
        parts = visit.request.path_params
        try:
            return page.handler(visit, **parts)
        except (NotSignedIn, Forbidden):
            raise
        except StepUpNeeded as error:
            return self._stepping_up(page, visit, error)
        except MailsteadError as error:
            return self._shown_again(page, replace(visit, refusal=error), error)

    def _shown_again(self, page: Page, visit: Visit, error: MailsteadError) -> Response:
        """Show the form with what was given; raise the first error where even that cannot be shown."""
        if page.form is None:
            raise error
        try:
            return page.form(visit, **visit.request.path_params)
        except MailsteadError:
            raise error from None

    def _stepping_up(self, page: Page, visit: Visit, error: StepUpNeeded) -> Response:
        """Ask for the second factor over the page that holds the form, which comes again once it is given."""
        if page.verb == "GET" or "HX-Request" in visit.request.headers:
            raise error
        again = Again.of(visit.request.url.path, visit.form)
        asking = replace(visit, refusal=error, again=again, back=self._home(page, visit))
        with suppress(MailsteadError):
            if page.form:
                return page.form(asking, **visit.request.path_params)
        return asking.show(STEP_UP_PAGE, again=asking.again, next=asking.back)

    def _home(self, page: Page, visit: Visit) -> str:
        """Return where the form of *page* stands; the browser knows with which query, unless it was refused before."""
        referred = safe_path(_referred(visit))
        home = self._homes.get(page.form) if page.form else None
        path = home.format(**visit.request.path_params) if home else ""
        return path if path and referred.partition("?")[0] != path else referred

    def _error(self, visit: Visit, error: MailsteadError) -> Response:
        return replace(visit, refusal=error).show(ERROR, error=error)

    def _way_in(self, visit: Visit) -> str:
        """Return the step of the sign-in that the visitor has come to."""
        session = visit.request.cookies.get(cookies.SESSION, "")
        try:
            stage = self._running.people.sign_in.session(session, visit.visitor).stage if session else None
        except MailsteadError:
            stage = None
        return STAGES.get(stage, "/sign-in") if stage else "/sign-in"


def _onward(visit: Visit, path: str) -> Response:
    """Lead to *path*, and from there back to the page that was asked for, or that held the form."""
    back = safe_path(visit.path if visit.request.method == "GET" else _referred(visit))
    target = at(path, next="" if back == HOME else back)
    if "HX-Request" in visit.request.headers:
        return Response(status_code=204, headers={"HX-Redirect": at(path)})
    return RedirectResponse(target, 303)


def _referred(visit: Visit) -> str:
    """Return the path of the page that sent the form, if it is one of this host."""
    parts = urlsplit(visit.request.headers.get("referer", ""))
    own = parts.netloc == visit.request.headers.get("host", "")
    return parts.path + (f"?{parts.query}" if parts.query else "") if own else HOME
