"""Coming in by an identity from elsewhere: over the console's pages, in a browser without JavaScript."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from mailstead.access.browser import proof as form_proof
from mailstead.people.drivers.memory import MemoryProvider
from mailstead.people.model import Role
from mailstead.people.provider import Answer, Proof
from mailstead.web import cookies
from mailstead.wiring.memory import memory_outside, memory_platform

from .house import OLGA, PASSWORD, Browser, House, Page, platform, tenant

CORP = "https://login.corp.example"
BACK = "/sign-in/with/corp/return"


@dataclass
class Corp:
    """A house whose platform names a provider."""

    house: House
    provider: MemoryProvider

    def come_back(self, browser: Browser, left: Page, subject: str, **changed: str) -> Page:
        """Sign in at the provider as *subject*, and follow the browser home."""
        proof = Proof(CORP, subject, f"{subject}@corp.example")
        url = next(link for link in left.read.links if link.startswith(CORP))
        return self.returned(browser, self.provider.signed_in(url, proof), **changed)

    def returned(self, browser: Browser, answer: Answer, **changed: str) -> Page:
        given = {"state": answer.state, "code": answer.code, "iss": answer.issuer} | changed
        page = browser.get(f"{BACK}?{urlencode(given)}", **{"sec-fetch-site": "cross-site"})
        while page.status == 303:
            page = browser.get(page.headers["location"])
        return page


@pytest.fixture(scope="module")
def corp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Corp]:
    provider = {"name": "corp", "label": "Corp", "issuer": CORP, "client_id": "mailstead"}
    given: dict[str, Any] = platform().model_dump() | {"sign_in": [provider]}
    wanted = type(platform()).parse(given)
    outside = memory_outside(wanted)
    running, engine = memory_platform(tmp_path_factory.mktemp("corp"), wanted, outside)
    house = House(running, engine)
    house.add_tenant(tenant("acme"))
    house.add_person(OLGA, Role.OWNER)
    made = outside.providers["corp"]
    assert isinstance(made, MemoryProvider)
    yield Corp(house, made)
    engine.close()


def _linked(corp: Corp, subject: str) -> Browser:
    """Let Olga link what she has at the provider."""
    browser = corp.house.browser(OLGA)
    browser.get("/account")
    left = browser.send("/account/sign-ins")
    page = corp.come_back(browser, left, subject)
    assert page.path == "/account"
    assert f"{subject}@corp.example" in page.words
    return browser


def test_it_is_linked_signs_in_with_the_second_factor_and_is_unlinked(corp: Corp) -> None:
    owner = _linked(corp, "olga")
    browser = corp.house.browser()
    browser.get("/sign-in?next=/tenants")
    left = browser.send("/sign-in/with/corp")
    assert left.headers["refresh"].startswith(f"0; url={CORP}/authorize?")
    assert "Corp" in left.words
    page = corp.come_back(browser, left, "olga")
    assert page.path == "/sign-in/second"
    page = browser.send("/sign-in/second", code=corp.house.code(OLGA))
    assert (page.path, page.status) == ("/tenants", 200)
    owner.client.cookies.set(cookies.SESSION, corp.house.cookie(OLGA), domain="console.example")
    owner.get("/account")
    assert "olga@corp.example" not in owner.send("/account/sign-ins/remove").words


def test_what_is_not_linked_leads_back_to_the_sign_in(corp: Corp) -> None:
    browser = corp.house.browser()
    browser.get("/sign-in")
    page = corp.come_back(browser, browser.send("/sign-in/with/corp"), "nobody")
    assert (page.status, page.path) == (403, BACK)
    assert "sign-in-refused" in page.words
    assert "nobody" not in page.words
    assert any(form.action == "/sign-in" for form in page.read.forms)


def test_an_invitation_is_redeemed_with_it(corp: Corp) -> None:
    path = "/invitation/" + corp.house.invite("new@operator.example", Role.ADMIN).rpartition("/")[2]
    browser = corp.house.browser()
    browser.get(path)
    page = corp.come_back(browser, browser.send(f"{path}/with/corp"), "new")
    assert page.path == "/account/enrol"
    assert browser.get("/").headers["location"].startswith("/account/enrol")
    assert corp.house.browser().get(path).status == 404


def test_a_link_to_reset_a_password_offers_no_other_way(corp: Corp) -> None:
    link = corp.house.running.people.register.reset(OLGA).url.reveal_text()
    page = corp.house.browser().get("/invitation/" + link.rpartition("/")[2])
    assert page.status == 200
    assert not [form for form in page.read.forms if "/with/" in form.action]


def test_a_link_of_mallory_signs_nobody_in_as_mallory(corp: Corp) -> None:
    """Login CSRF: the answer counts in the browser that left, and only the ticket of that browser fits it."""
    mallory, olga = corp.house.browser(), corp.house.browser()
    mallory.get("/sign-in")
    left = mallory.send("/sign-in/with/corp")
    proof = Proof(CORP, "mallory")
    answer = corp.provider.signed_in(next(link for link in left.read.links if link.startswith(CORP)), proof)
    for begun in (False, True):
        if begun:
            olga.get("/sign-in")
            olga.send("/sign-in/with/corp")
        page = corp.returned(olga, answer)
        assert (page.status, cookies.SESSION in olga.client.cookies) == (403, False)


def test_leaving_needs_a_form_of_ours(corp: Corp) -> None:
    browser = corp.house.browser(OLGA)
    browser.get("/sign-in")
    for path in ("/sign-in/with/corp", "/account/sign-ins"):
        assert browser.post(path, {"way": "corp"}).status == 403
        fields = {"way": "corp", "csrf_token": form_proof("another")}
        assert browser.post(path, fields).status == 403


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_comes_back_to_another_site(corp: Corp, wanted: str) -> None:
    subject = f"open-{corp.provider.given}"
    _linked(corp, subject)
    browser = corp.house.browser()
    browser.get("/sign-in")
    left = browser.send("/sign-in/with/corp", next=wanted)
    kept = browser.client.cookies[cookies.AWAY]
    browser.client.cookies.set(cookies.AWAY, f"{kept.partition('~')[0]}~{wanted}", domain="console.example")
    page = corp.come_back(browser, left, subject, next=wanted)
    assert page.path == "/sign-in/second"
    assert "evil" not in page.text
    assert browser.send("/sign-in/second", code=corp.house.code(OLGA)).path == "/"


def test_the_ticket_is_out_of_reach_of_scripts_and_goes_when_it_was_used(corp: Corp) -> None:
    _linked(corp, "ticket")
    browser = corp.house.browser()
    browser.get("/sign-in")
    left = browser.send("/sign-in/with/corp")
    given = next(text for text in left.headers.get_list("set-cookie") if text.startswith(cookies.AWAY))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in given.split(";")}
    corp.come_back(browser, left, "ticket")
    assert cookies.AWAY not in browser.client.cookies


@pytest.mark.parametrize("query", ["", "?state=", "?code=x", "?error=access_denied", "?state=%00&code=%ff", "?iss=x"])
def test_a_stranger_who_comes_back_from_nowhere_is_refused(corp: Corp, query: str) -> None:
    browser = corp.house.browser()
    assert browser.get(f"{BACK}{query}").status == 403
    browser.client.cookies.set(cookies.AWAY, "link.x.~/", domain="console.example")
    assert browser.get(f"{BACK}{query}").headers["location"].startswith("/sign-in")


def test_a_provider_that_is_not_there_is_no_page(corp: Corp) -> None:
    browser = corp.house.browser()
    browser.get("/sign-in")
    token = browser.page.read.forms[0].fields["csrf_token"]
    assert browser.post("/sign-in/with/mallory", {"csrf_token": token}).status == 404


def test_owners_see_what_is_linked_and_take_it_away(corp: Corp) -> None:
    _linked(corp, "seen")
    browser = corp.house.browser(OLGA)
    person = corp.house.running.people.register.get(OLGA)
    assert "seen@corp.example" in browser.get(f"/people/{person.id}").words
    forms = [form for form in browser.page.read.forms if form.action.endswith("/sign-ins/remove")]
    browser.post(forms[0].action, forms[0].fields, follow=False)
    assert len(corp.house.running.people.register.linked(OLGA)) == len(forms) - 1


def test_a_password_still_signs_in(corp: Corp) -> None:
    browser = corp.house.browser()
    browser.get("/sign-in")
    assert browser.send("/sign-in", address=OLGA, password=PASSWORD).path == "/sign-in/second"
