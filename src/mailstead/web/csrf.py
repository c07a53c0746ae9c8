"""A form counts only if it comes from a page of ours.

Each form carries an HMAC under the visitor's own cookie, which no other site can read. So nothing is stored, the token
changes with the session, and every process of a platform can check it. (OWASP, signed double-submit cookie.)
"""

import hmac

from mailstead.ground.errors import Denied

FIELD, HEADER = "csrf_token", "x-csrf-token"


class ForeignForm(Denied):
    """The form does not come from a page that this visitor was given."""

    code = "foreign-form"


def token(cookie: str) -> str:
    """Return what the forms of the visitor with this cookie carry."""
    return hmac.digest(cookie.encode(), b"mailstead console form", "sha256").hex()


def refuse_foreign(cookie: str, given: str, fetched_from: str) -> None:
    """Raise ForeignForm unless *given* belongs to *cookie*; *fetched_from* is what the browser says itself.

    `Sec-Fetch-Site` is empty where a browser does not send it (W3C Fetch Metadata).
    """
    own = fetched_from in ("", "same-origin", "none")
    if not (cookie and own and hmac.compare_digest(token(cookie).encode(), given.encode(errors="replace"))):
        remedy = "load the page again, and send it from there"
        raise ForeignForm("this form has grown old, or came from another site", field=FIELD, remedy=remedy)
