"""A form counts only if it comes from a page of ours: it carries the proof that `access/browser.py` makes."""

from mailstead.access.browser import OWN, is_proof
from mailstead.ground.errors import Denied

FIELD = "csrf_token"


class ForeignForm(Denied):
    """The form does not come from a page that this visitor was given."""

    code = "foreign-form"


def refuse_foreign(cookie: str, given: str, fetched_from: str) -> None:
    """Raise ForeignForm unless *given* belongs to *cookie*; *fetched_from* is what the browser says itself.

    That is its header `Sec-Fetch-Site` (W3C Fetch Metadata), empty where it does not send it.
    """
    if fetched_from not in OWN or not is_proof(cookie, given):
        remedy = "load the page again, and send it from there"
        raise ForeignForm("this form has grown old, or came from another site", field=FIELD, remedy=remedy)
