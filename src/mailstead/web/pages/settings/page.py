"""Language, theme and time zone; for operators, what the platform file says."""

from zoneinfo import available_timezones

from starlette.responses import Response

from mailstead.people.person import Profile
from mailstead.web import cookies
from mailstead.web.page import Page
from mailstead.web.returning import safe_path
from mailstead.web.visit import Visit


def settings(visit: Visit) -> Response:
    platform = visit.running.platform if visit.may("platform:read") else None
    return visit.show("pages/settings/page.html", zones=sorted(available_timezones()), platform=platform)


def choose(visit: Visit) -> Response:
    """Keep the look in this browser, for those who are not signed in, too."""
    form = visit.form
    look = visit.look.changed(language=form.get("language", ""), theme=form.get("theme", ""), zone=form.get("zone", ""))
    response = visit.done(safe_path(form.get("next", "/")))
    cookies.give(response, cookies.LOOK, str(look), lasts_s=cookies.YEAR_S)
    return response


def keep(visit: Visit) -> Response:
    """Keep language and time zone with the person, and all of the look in this browser."""
    form, cookie = visit.form, visit.session_cookie
    person = visit.people.sign_in.session(cookie, visit.visitor).person
    given = {name: form.get(name, "") for name in ("language", "theme", "zone", "keys")}
    look = visit.look.changed(**given)
    profile = Profile.parse({"name": person.name, "language": look.language, "time_zone": look.zone})
    visit.people.account.change_profile(cookie, profile, visit.visitor)
    response = visit.done("/settings", visit.text("Your settings are kept."))
    cookies.give(response, cookies.LOOK, str(look), lasts_s=cookies.YEAR_S)
    return response


PAGES = (
    Page("GET", "/settings", settings),
    Page("POST", "/settings", keep, form=settings),
    Page("POST", "/look", choose, public=True),
)
