"""What a browser is told and given: headers, sizes, no script or style in a page, hostile names as plain text."""

import re
from base64 import urlsafe_b64encode
from json import dumps

import pytest

from mailstead.tenants import changes
from mailstead.tenants.model import Mailbox
from mailstead.web.pages import PAGES
from mailstead.web.statics import FOLDER, FOREVER, STATICS

from .house import ALICE, OLGA, House
from .test_matrix import GETS, _path

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "attribute": '" onmouseover="alert(1)" x=\'',
    "template": "{{ 7 * 7 }}{% raw %}${7*7}",
    "reversed": "Anna \u202egnp.exe",
    "long": "ö" * 200,
    "entity": "&lt;img src=x onerror=alert(1)&gt;",
}


def test_every_answer_has_the_strict_headers(house: House) -> None:
    browser = house.browser(OLGA)
    for path in ("/", "/nowhere", "/sign-in", STATICS.url("console.css"), "/tenants/none"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert {headers["x-frame-options"], headers["x-content-type-options"]} == {"DENY", "nosniff"}
        assert headers["cache-control"] == (FOREVER if "static" in path else "no-store")


def test_no_page_holds_script_or_style_of_its_own(house: House) -> None:
    browser = house.browser(OLGA)
    for path in [*(_path(house, page, "acme") for page in GETS), "/sign-in", "/account/enrol/app"]:
        page = browser.get(path)
        for tag, given in page.read.tags:
            assert not [name for name in given if name.startswith(("on", "style")) or name == "hx-on"], path
            assert tag != "style"
            assert tag != "script" or (given["src"].startswith("/static/") and given["integrity"]), path
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg|localhost|console\.example)", page.text), path


def test_htmx_may_run_no_text_and_ask_nobody_else(house: House) -> None:
    text = house.browser().get("/sign-in").text
    for setting in ('"allowEval":false', '"selfRequestsOnly":true', '"historyCacheSize":0'):
        assert setting in text


def test_the_first_page_with_all_it_needs_is_small(house: House) -> None:
    files = sum(len((FOLDER / name).read_bytes()) for name in ("console.css", "htmx.min.js", "console.js", "house.svg"))
    assert len(house.browser(OLGA).get("/").text.encode()) + files < 150_000


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_name_is_shown_as_the_text_it_is(house: House, kind: str) -> None:
    name, address = HOSTILE[kind], f"{kind}@acme.example"
    house.running.lifecycle.change(
        "acme", lambda wanted: changes.with_mailbox(wanted, Mailbox(address=address, name=name))
    )
    house.engine.settle()
    browser = house.browser(ALICE)
    for path in (f"/tenants/acme/mailbox?address={address}", "/tenants/acme/mailboxes", "/tenants/acme/audit"):
        page = browser.get(path)
        assert page.status == 200
        assert not [tag for tag, given in page.read.tags if "onmouseover" in given or "onerror" in given]
        assert "<script>alert" not in page.text
    assert name in browser.get("/tenants/acme/mailboxes").words


@pytest.mark.parametrize("text", [*HOSTILE.values(), "x" * 4096, "%", "\u202e", "'; DROP TABLE tenants; --"])
def test_hostile_words_in_a_path_query_or_form_come_back_as_text(house: House, text: str) -> None:
    browser = house.browser(OLGA)
    for path in ("/search", "/tenants", "/people", "/orders", "/audit", "/tenants/acme/mailboxes"):
        for field in ("words", "search", "after", "before", "status"):
            answer = browser.client.get(path, params={field: text})
            assert answer.status_code in {200, 404}, (path, field)
            assert "<script>alert" not in answer.text
    browser.get("/onboarding")
    page = browser.send("/onboarding/plan", name=text, domains=text)
    assert page.status in {422, 409}
    assert "<script>alert" not in page.text


def test_a_forged_notice_leads_nowhere_else(house: House) -> None:
    forged = {
        "text": HOSTILE["script"],
        "link": "//evil.example",
        "undo_path": "https://evil.example",
        "undo_fields": {},
    }
    for value in (urlsafe_b64encode(dumps(forged).encode()).decode(), "AAAA", "ä", "e30="):
        browser = house.browser(OLGA)
        browser.client.cookies.set("__Host-notice", value.encode("ascii", "replace").decode())
        page = browser.get("/settings")
        assert page.status == 200
        assert "evil.example" not in page.text
        assert "<script>alert" not in page.text


def test_pages_that_change_nothing_are_the_only_ones_a_link_can_reach(house: House) -> None:
    """A GET may be followed by anybody's link: none of them gives an order."""
    browser, before = house.browser(OLGA), house.running.desk.list(limit=10_000)
    for page in [one for one in PAGES if one.verb == "GET" and not one.public]:
        browser.get(_path(house, page, "acme"))
    assert house.running.desk.list(limit=10_000) == before
