"""Coming in: every way, and none around the second factor."""

import pytest

from mailstead.people.model import Role
from mailstead.web import cookies
from mailstead.web.returning import safe_path
from tests.people.authenticator import Authenticator

from .house import ALICE, OLGA, PASSWORD, RITA, Browser, House


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_and_back(house: House) -> None:
    browser = house.browser()
    page = browser.get("/tenants?search=ac")
    assert (page.status, page.headers["location"]) == (303, "/sign-in?next=%2Ftenants%3Fsearch%3Dac")
    browser.get(page.headers["location"])
    browser.send("/sign-in", address=OLGA, password=PASSWORD)
    page = browser.send("/sign-in/second", code=house.code(OLGA))
    assert (page.path, page.status) == ("/tenants", 200)
    assert "acme" in page.words


def test_a_password_alone_opens_nothing(house: House) -> None:
    browser = house.browser()
    browser.get("/sign-in")
    browser.send("/sign-in", address=OLGA, password=PASSWORD)
    page = browser.get("/tenants")
    assert page.headers["location"].startswith("/sign-in/second")


@pytest.mark.parametrize("address", [OLGA, "nobody@operator.example"])
def test_a_wrong_password_and_a_wrong_person_look_the_same(house: House, address: str) -> None:
    browser = house.browser()
    browser.get("/sign-in")
    page = browser.send("/sign-in", address=address, password="not the one that it is")
    assert page.status == 403
    assert page.words.replace(address, "") == page.words
    assert "sign-in-refused" in page.words
    assert PASSWORD not in page.text


def test_the_cookie_changes_at_every_step_and_is_out_of_reach_of_scripts(house: House) -> None:
    browser = house.browser()
    browser.client.cookies.set(cookies.SESSION, "planted", domain="console.example")
    browser.get("/sign-in")
    first = browser.client.post("/sign-in", data=_fields(browser, "/sign-in", address=RITA, password=PASSWORD))
    given = next(text for text in first.headers.get_list("set-cookie") if text.startswith(cookies.SESSION))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in given.split(";")}
    assert "Domain" not in given
    before = browser.client.cookies.get(cookies.SESSION, domain="console.example")
    browser.get("/sign-in/second")
    browser.send("/sign-in/second", code=house.code(RITA))
    assert before not in {"planted", browser.client.cookies.get(cookies.SESSION)}


def test_a_recovery_code_opens_once(house: House) -> None:
    code = house.recovery[RITA][0]
    for status in (200, 403):
        browser = house.browser()
        browser.get("/sign-in")
        browser.send("/sign-in", address=RITA, password=PASSWORD)
        assert browser.send("/sign-in/second", code=code).status == status


def test_an_invitation_leads_by_password_and_factor_to_the_start_page(house: House) -> None:
    link = house.invite("new@operator.example", Role.ADMIN)
    browser = house.browser()
    path = "/invitation/" + link.rpartition("/")[2]
    page = browser.get(path)
    assert "At least 15 characters" in page.words
    page = browser.send(path, password="too short")
    assert (page.status, "too short" in page.text) == (422, False)
    page = browser.send(path, password="another cloud over another house")
    assert page.path == "/account/enrol"
    assert browser.get("/").headers["location"].startswith("/account/enrol")
    page = browser.get("/account/enrol/app")
    house.letters["new@operator.example"] = page.read.forms[-3].fields["letters"]
    assert browser.send("/account/enrol/app", code="000000").status == 403
    page = browser.send("/account/enrol/app", code=house.code("new@operator.example"))
    assert page.text.count("<li>") == 10
    assert browser.get("/").status == 200
    assert house.browser().get(path).status == 404


def test_a_passkey_alone_is_enough(house: House) -> None:
    browser, key = house.browser(OLGA), Authenticator()
    page = browser.get("/account/enrol")
    token = page.read.forms[0].fields["csrf_token"]
    asked = browser.client.post("/account/enrol/passkey/challenge", data={"csrf_token": token})
    assert browser.post("/account/enrol/passkey", {"csrf_token": token, "answer": key.make(asked.text)}).status == 200
    stranger = house.browser()
    token = stranger.get("/sign-in").read.forms[0].fields["csrf_token"]
    asked = stranger.client.post("/sign-in/challenge", data={"csrf_token": token})
    page = stranger.post("/sign-in/passkey", {"csrf_token": token, "answer": key.sign(asked.text)})
    assert (page.path, page.status) == ("/", 200)


def test_what_is_grave_asks_for_the_second_factor_over_its_form_and_then_goes_on(house: House) -> None:
    browser = house.browser(OLGA)
    browser.get("/people")
    house.clock.sleep(16 * 60)
    page = browser.send("/people", address="late@operator.example", role="reader")
    assert (page.status, "Your second factor again" in page.words) == (403, True)
    assert 'value="late@operator.example"' in page.text
    page = browser.send("/step-up", code="000000")
    assert (page.status, "sign-in-refused" in page.words) == (403, True)
    page = browser.send("/step-up", code=house.code(OLGA))
    assert "Go on with what you began" in page.words
    assert "/invitation/" in browser.send("/people").words


def test_a_password_never_travels_through_the_step_up(house: House) -> None:
    browser = house.browser(RITA)
    browser.get("/account")
    house.clock.sleep(16 * 60)
    page = browser.send("/account/password", before=PASSWORD, password="another cloud over that house")
    assert "Your second factor again" in page.words
    assert not [text for text in (PASSWORD, "another cloud") if text in page.text]
    page = browser.send("/step-up", code=house.code(RITA))
    assert (page.path, page.status) == ("/account", 200)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_step_up_sends_nothing_to_another_site(house: House, wanted: str) -> None:
    browser = house.browser(OLGA)
    fields = {"csrf_token": browser.token, "code": house.code(OLGA), "again": wanted, "kept:a": "b"}
    assert wanted not in browser.post("/step-up", fields).text


def test_signing_out_ends_the_session_for_good(house: House) -> None:
    browser = house.browser(ALICE)
    cookie = browser.client.cookies[cookies.SESSION]
    browser.get("/")
    browser.send("/sign-out")
    browser.client.cookies.set(cookies.SESSION, cookie, domain="console.example")
    assert browser.get("/").status == 303


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "evil",
        "javascript:alert(1)",
        "/ok\r\nSet-Cookie: a=b",
        "/ä",
        "",
    ],
)
def test_nobody_is_led_to_another_site(house: House, wanted: str) -> None:
    assert safe_path(wanted) == "/"
    browser = house.browser()
    browser.get("/sign-in")
    page = browser.send("/look", language="en", next=wanted)
    assert page.path == "/sign-in" or page.headers.get("location") in {None, "/"}


def _fields(browser: Browser, action: str, **fields: str) -> dict[str, str]:
    form = next(form for form in browser.page.read.forms if form.action == action)
    return form.fields | fields
