"""Files that never change under their address."""

from starlette.responses import Response

from mailstead.web.page import Page
from mailstead.web.statics import STATICS
from mailstead.web.visit import Visit


def file(_visit: Visit, name: str) -> Response:
    return STATICS.served(name)


PAGES = (Page("GET", "/static/{name}", file, public=True),)
