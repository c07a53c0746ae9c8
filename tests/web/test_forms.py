"""Forms count only from our own pages, and whatever is sent, nothing crashes and nothing happens by half."""

from collections.abc import Iterator

import pytest

from mailstead.access.browser import proof
from mailstead.web import csrf
from mailstead.web.pages import PAGES

from .house import ALICE, OLGA, RITA, House

POSTS = [page for page in PAGES if page.verb == "POST"]


@pytest.mark.parametrize("path", [page.path for page in POSTS])
def test_a_form_without_its_token_is_refused(house: House, path: str) -> None:
    browser, orders = house.browser(OLGA), house.running.desk.list(limit=10_000)
    path = path.format(tenant="acme", order=orders[0].id, person="nobody", secret="x", host="kvm1", way="x")
    for fields in ({}, {csrf.FIELD: ""}, {csrf.FIELD: proof("another")}, {csrf.FIELD: "ä" * 64}):
        page = browser.post(path, fields)
        assert (page.status, "foreign-form" in page.words) == (403, True)
    assert house.running.desk.list(limit=10_000) == orders


def test_a_form_sent_from_another_site_is_refused_even_with_its_token(house: House) -> None:
    browser = house.browser(OLGA)
    fields = {csrf.FIELD: browser.token, "language": "en"}
    for site in ("cross-site", "same-site"):
        assert browser.client.post("/settings", data=fields, headers={"sec-fetch-site": site}).status_code == 403
    assert browser.client.post("/settings", data=fields, headers={"sec-fetch-site": "same-origin"}).status_code == 303


def test_the_token_of_one_session_is_worth_nothing_in_another(house: House) -> None:
    fields = {csrf.FIELD: house.browser(RITA).token}
    assert house.browser(OLGA).post("/settings", fields).status == 403


def test_more_than_a_page_reads_is_refused_before_it_is_read(house: House) -> None:
    browser = house.browser(OLGA)
    browser.get("/onboarding")
    announced = browser.client.post("/onboarding", content=b"", headers={"content-length": str(100 << 20)})
    assert announced.status_code == 413

    def endless() -> Iterator[bytes]:
        for _ in range(10_000):
            yield b"name=" + b"a" * 65_000

    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.client.post("/onboarding", content=endless(), headers=kind).status_code == 413


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xfe%ff%00=1&name=%ed%a0%80", "application/x-www-form-urlencoded"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"--x--", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"a=" + b"%" * 1000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % number for number in range(500)), "application/x-www-form-urlencoded"),
    ],
)
def test_broken_forms_are_refused_and_crash_nothing(house: House, content: bytes, kind: str) -> None:
    answer = house.browser(OLGA).client.post("/onboarding", content=content, headers={"content-type": kind})
    assert answer.status_code in {403, 422}


def test_a_null_character_is_refused(house: House) -> None:
    browser = house.browser(ALICE)
    browser.get("/tenants/acme/mailboxes")
    page = browser.send("/tenants/acme/mailboxes", address="zoe@acme.example", name="Zo\0e")
    assert (page.status, "null character" in page.words) == (422, True)


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_no_page_answers_to_other_verbs(house: House, verb: str) -> None:
    client = house.browser(OLGA).client
    parts = dict.fromkeys(("order", "person", "secret", "name", "host", "way"), "x")
    for path in {page.path.format(tenant="acme", **parts) for page in PAGES}:
        assert client.request(verb, path).status_code == 405


def test_an_unknown_field_of_a_form_changes_nothing(house: House) -> None:
    browser = house.browser(ALICE)
    address = "bert@acme.example"
    browser.get(f"/tenants/acme/mailbox?address={address}")
    browser.send("/tenants/acme/mailbox", name="Bert", quota_mib="2048", status="removed", host="kvm2", tenant="globex")
    tenant = house.running.world.tenants.get("acme").tenant
    assert (tenant.status, tenant.host) == ("active", None)
    assert next(box for box in tenant.mailboxes if box.address == address).quota_mib == 2048
