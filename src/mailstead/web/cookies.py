"""The console's cookies. Each is bound to this host over TLS (prefix `__Host-`) and out of reach of scripts.

See docs/formats/console-cookies.md.
"""

from starlette.responses import Response

from mailstead.access.browser import SESSION_COOKIE

SESSION = SESSION_COOKIE  # who is signed in
VISITOR = "__Host-visitor"  # a random text for the forms before that
LOOK = "__Host-look"  # language, theme, time zone
NOTICE = "__Host-notice"  # what the next page is to say, once
AWAY = "__Host-away"  # at a provider of sign-ins: what its answer must fit

YEAR_S = 365 * 24 * 3600


def give(response: Response, name: str, value: str, *, lasts_s: int | None = None) -> None:
    """Set a cookie; without *lasts_s*, until the browser is closed."""
    # Lax: a link in a mail leads to the page, and not to the sign-in. No GET changes anything,
    # but for the one that comes back from a provider of sign-ins with what only this browser can have.
    response.set_cookie(name, value, max_age=lasts_s, path="/", secure=True, httponly=True, samesite="lax")


def take(response: Response, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
