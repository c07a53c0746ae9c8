"""Every page for everybody: who may, gets it; for others it does not exist. Generated from the pages there are."""

import pytest

from mailstead.people.model import RIGHTS, Right
from mailstead.web.page import Page
from mailstead.web.pages import PAGES

from .house import ALICE, AUDREY, BOB, CAST, GUID, OLGA, RITA, UMA, House

# What a page takes beside being signed in. Every page stands here: one that does not fails the first test.
NEEDS: dict[str, Right | None] = {
    "/": None,
    "/account": None,
    "/settings": None,
    "/search": None,
    "/step-up": None,
    "/tenants": Right.TENANTS_READ,
    "/tenants/{tenant}": Right.TENANTS_READ,
    "/tenants/{tenant}/drift": Right.PLATFORM_READ,
    "/tenants/{tenant}/mailboxes": Right.MAIL_READ,
    "/tenants/{tenant}/mailboxes/import": Right.MAIL_WRITE,
    "/tenants/{tenant}/mailbox": Right.MAIL_READ,
    "/tenants/{tenant}/aliases": Right.MAIL_READ,
    "/tenants/{tenant}/lists": Right.MAIL_READ,
    "/tenants/{tenant}/domains": Right.MAIL_READ,
    "/tenants/{tenant}/domains/check": Right.CHECKS_RUN,
    "/tenants/{tenant}/machine": Right.MACHINES_READ,
    "/tenants/{tenant}/machine/live": Right.MACHINES_READ,
    "/tenants/{tenant}/network": Right.TENANTS_READ,
    "/tenants/{tenant}/backups": Right.MACHINES_READ,
    "/tenants/{tenant}/backups/restore": Right.MACHINES_READ,
    "/tenants/{tenant}/backups/mail": Right.MAIL_OPEN,
    "/tenants/{tenant}/backups/mail/letter": Right.MAIL_OPEN,
    "/tenants/{tenant}/orders": Right.ORDERS_READ,
    "/tenants/{tenant}/audit": Right.AUDIT_READ,
    "/orders": Right.ORDERS_READ,
    "/orders/{order}": Right.ORDERS_READ,
    "/orders/{order}/live": Right.ORDERS_READ,
    "/onboarding": Right.TENANTS_WRITE,
    "/hosts": Right.HOSTS_READ,
    "/hosts/{host}": Right.HOSTS_READ,
    "/hosts/{host}/drain": Right.HOSTS_READ,
    "/backups": Right.MACHINES_READ,
    "/backups/targets": Right.PLATFORM_READ,
    "/backups/troubled": Right.MACHINES_READ,
    "/doctor": Right.PLATFORM_READ,
    "/doctor/findings": Right.PLATFORM_READ,
    "/people": Right.PEOPLE_READ,
    "/people/{person}": Right.PEOPLE_READ,
    "/audit": Right.AUDIT_READ,
    "/mailbox": Right.MAILBOX_OWN,
    "/mailbox/setup": Right.MAILBOX_OWN,
    "/mailbox/setup/profile": Right.MAILBOX_OWN,
}
QUERIES = {
    "/tenants/{tenant}/mailbox": "address=anna@{tenant}.example",
    "/tenants/{tenant}/backups/mail": "address=anna@{tenant}.example&everywhere=yes",
    "/tenants/{tenant}/backups/mail/letter": "snapshot=1&address=anna@{tenant}.example&id=" + GUID,
}
GETS = [page for page in PAGES if page.verb == "GET" and not page.public]
POSTS = [page for page in PAGES if page.verb == "POST" and not page.public]
CANARIES = {ALICE: "globex", BOB: "acme"}  # what must be in no answer to them


def _path(house: House, page: Page, tenant: str) -> str:
    order = house.running.desk.list(tenant, None, 1)[0].id if tenant != "missing" else "o-missing"
    whose = {"acme": ALICE, "globex": BOB}.get(tenant)
    person = house.running.people.register.get(whose).id if whose else "missing"
    host = "kvm1" if whose else "missing"
    path = page.path.format(tenant=tenant, order=order, person=person, host=host)
    return f"{path}?{QUERIES[page.path].format(tenant=tenant)}" if page.path in QUERIES else path


def test_every_page_says_what_it_takes() -> None:
    assert {page.path for page in GETS} == NEEDS.keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.verb}-{page.path}")
def test_nobody_gets_nothing_but_the_way_in(house: House, page: Page) -> None:
    if page.public:
        return
    path = page.path.format(tenant="acme", order="x", person="x", host="x")
    answer = house.browser().client.request(page.verb, path)
    assert answer.status_code in ({303} if page.verb == "GET" else {403})
    assert "acme.example" not in answer.text


@pytest.mark.parametrize("who", CAST)
def test_every_page_is_for_those_who_may(house: House, who: str) -> None:
    browser, rights = house.browser(who), RIGHTS[CAST[who][0]]
    own = CAST[who][1][0] if CAST[who][1] else "acme"
    for page in GETS:
        needed = NEEDS[page.path]
        answer = browser.get(_path(house, page, own))
        expected = 200 if needed is None or needed in rights else 403
        assert answer.status == expected, page.path


def test_a_mailbox_user_gets_the_pages_of_the_mailbox_and_no_other(house: House) -> None:
    browser = house.browser(UMA)
    for page in GETS:
        answer = browser.get(_path(house, page, "acme"))
        own = NEEDS[page.path] is Right.MAILBOX_OWN
        assert answer.status == (200 if own else 303 if page.path == "/" else 403), page.path
        assert "globex" not in answer.text, page.path
        assert "bert@acme.example" not in answer.text, page.path


@pytest.mark.parametrize(("who", "other"), [(ALICE, "globex"), (BOB, "acme"), (ALICE, "missing"), (OLGA, "missing")])
def test_what_is_anothers_looks_as_if_it_were_not_there(house: House, who: str, other: str) -> None:
    browser, rights = house.browser(who), RIGHTS[CAST[who][0]]
    for page in [one for one in GETS if "{" in one.path]:
        answer = browser.get(_path(house, page, other))
        needed = NEEDS[page.path]
        assert answer.status == (404 if needed in rights else 403), page.path
        assert f"{other}.example" not in answer.text


@pytest.mark.parametrize("who", [ALICE, BOB])
def test_no_page_tells_of_another_tenant(house: House, who: str) -> None:
    browser, canary = house.browser(who), CANARIES[who]
    for page in GETS:
        own = CAST[who][1][0]
        answer = browser.get(_path(house, page, own))
        assert canary not in answer.text, page.path
        assert canary not in str(answer.headers), page.path
    for words in (canary, f"anna@{canary}.example", f"{canary}.example"):
        assert f"/tenants/{canary}" not in browser.get(f"/search?words={words}").text


@pytest.mark.parametrize(
    ("who", "tenant"), [(RITA, "acme"), (AUDREY, "acme"), (ALICE, "globex"), (BOB, "acme"), (UMA, "acme")]
)
def test_whoever_may_not_change_it_changes_nothing(house: House, who: str, tenant: str) -> None:
    browser = house.browser(who)
    before = house.running.world.tenants.get(tenant), house.running.desk.list(limit=10_000)
    people = house.running.people.register.page()
    fields = {
        "csrf_token": browser.token,
        "address": f"anna@{tenant}.example",
        "name": "x",
        "quota_mib": "5",
        "confirm": tenant,
    }
    fields |= {"targets": "a@b.example", "domain": f"{tenant}.example", "vcpus": "2", "memory_mib": "1024"}
    fields |= {"disk_gib": "9", "csv": f"address\nnew@{tenant}.example", "dmarc": "none", "mta_sts": "none"}
    fields |= {"snapshot": "1", "reason": "x", "gone:1": "yes", f"mail:1:{GUID}": "yes", "order": "o000000000000"}
    fields |= {"path": "etc/hostname", "place": "/srv/hostname"}
    fields |= {"role": "owner", "domains": "new.example", "posting": "anyone", "enabled": "yes"}
    for page in [one for one in POSTS if not one.path.startswith(("/account", "/settings", "/step-up", "/mailbox"))]:
        answer = browser.post(_path(house, page, tenant), fields, follow=False)
        assert answer.status in {403, 404, 422, 303}, page.path
        assert answer.status != 303 or answer.headers["location"].startswith("/step-up"), page.path
    assert (house.running.world.tenants.get(tenant), house.running.desk.list(limit=10_000)) == before
    assert house.running.people.register.page() == people
