"""A one-time link: looked at as often as one likes, used once."""

from starlette.responses import Response

from mailstead.people.session import INVITATION_PATH
from mailstead.security.model import Secret
from mailstead.web.page import Page
from mailstead.web.pages.sign_in.page import admitted
from mailstead.web.visit import Visit


def invitation(visit: Visit, secret: str) -> Response:
    invited, ways = visit.people.sign_in.invited(secret), visit.people.elsewhere.ways()
    return visit.show("pages/invitation/page.html", invited=invited, ways=ways, secret=secret)


def accept(visit: Visit, secret: str) -> Response:
    password = Secret.of(visit.form.get("password", ""))
    return admitted(visit, visit.people.sign_in.accept(secret, password, visit.visitor))


PAGES = (
    Page("GET", INVITATION_PATH + "{secret}", invitation, public=True),
    Page("POST", INVITATION_PATH + "{secret}", accept, form=invitation, public=True),
)
