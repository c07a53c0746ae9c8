"""What the doctor finds. It asks every host: on the start page it is asked after the page is there."""

from starlette.responses import Response

from mailstead.web.page import Page
from mailstead.web.visit import Visit


def doctor(visit: Visit) -> Response:
    platform = visit.access.platform
    kept_still = visit.access.quarantine.get() if platform.get().quarantine else None
    return visit.show(
        "pages/doctor/page.html", report=platform.examine(), services=platform.services(), quarantine=kept_still
    )


def findings(visit: Visit) -> Response:
    return visit.show("pages/doctor/findings.html", report=visit.access.platform.examine())


def mend(visit: Visit) -> Response:
    orders = visit.access.platform.mend()
    return visit.done("/orders", visit.text("%(number)s orders were given.", number=len(orders)))


def leave(visit: Visit) -> Response:
    """Let a restored platform act; its name is typed."""
    visit.access.quarantine.leave(visit.form.get("confirm", ""))
    return visit.done("/doctor", visit.text("The platform is out of quarantine: see what differs, tenant by tenant."))


PAGES = (
    Page("GET", "/doctor", doctor),
    Page("GET", "/doctor/findings", findings),
    Page("POST", "/doctor/mend", mend, form=doctor),
    Page("POST", "/doctor/leave", leave, form=doctor),
)
