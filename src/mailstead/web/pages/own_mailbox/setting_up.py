"""How mail programs are set up: what to type, a profile for Apple's devices, and where the others ask by themselves."""

from starlette.responses import Response

from mailstead.mailservers.rendering.clients import IMAPS, MANAGESIEVE, PROFILE_TYPE, SUBMISSIONS
from mailstead.web.page import Page
from mailstead.web.pictures import qr_code
from mailstead.web.visit import Visit


def setup(visit: Visit) -> Response:
    settings = visit.access.own_mailbox.settings()
    ports = {"imap": IMAPS, "smtp": SUBMISSIONS, "sieve": MANAGESIEVE}
    qr = qr_code(settings.profile_url)
    return visit.show("pages/own_mailbox/setup.html", settings=settings, ports=ports, qr=qr)


def profile(visit: Visit) -> Response:
    """Answer with a file that Apple's devices install; no password is in it."""
    name = f"{visit.who.mailbox.partition('@')[2]}.mobileconfig"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(visit.access.own_mailbox.settings().profile, media_type=PROFILE_TYPE, headers=headers)


PAGES = (
    Page("GET", "/mailbox/setup", setup, whose="mailboxes"),
    Page("GET", "/mailbox/setup/profile", profile, whose="mailboxes"),
)
