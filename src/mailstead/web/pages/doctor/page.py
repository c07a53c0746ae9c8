"""What the doctor finds. It asks every host: on the start page it is asked after the page is there."""

from starlette.responses import Response

from mailstead.web.page import Page
from mailstead.web.visit import Visit


def doctor(visit: Visit) -> Response:
    platform = visit.access.platform
    return visit.show("pages/doctor/page.html", report=platform.examine(), quarantine=platform.get().quarantine)


def findings(visit: Visit) -> Response:
    return visit.show("pages/doctor/findings.html", seen=visit.access.platform.findings())


def mend(visit: Visit) -> Response:
    orders = visit.access.platform.mend()
    return visit.done("/orders", visit.text("%(number)s orders were given.", number=len(orders)))


PAGES = (
    Page("GET", "/doctor", doctor),
    Page("GET", "/doctor/findings", findings),
    Page("POST", "/doctor/mend", mend, form=doctor),
)
