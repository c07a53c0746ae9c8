"""Self-service without JavaScript: what a mailbox user sets reaches the mail server, and nothing else does."""

import plistlib
from collections.abc import Iterator

import pytest

from mailstead.tenants import changes
from mailstead.tenants.model import Mailbox, Tenant
from mailstead.web import cookies

from .house import ALICE, PASSWORD, UMA, Browser, House, house_in

NEW = "a new one with more words in it"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_in(tmp_path_factory.mktemp("own")) as made:
        made.running.lifecycle.change("acme", lambda tenant: changes.ruled(tenant, aliases=1))
        made.engine.settle()
        yield made


@pytest.fixture
def browser(house: House) -> Browser:
    made = house.browser(UMA)
    made.get("/mailbox")
    return made


def _tenant(house: House) -> Tenant:
    house.engine.settle()
    return house.running.world.tenants.get("acme").tenant


def _box(house: House) -> Mailbox:
    return next(box for box in _tenant(house).mailboxes if box.address == UMA)


def test_signing_in_leads_to_the_mailbox_and_only_to_pages_of_it(house: House) -> None:
    browser = house.browser()
    browser.get("/mailbox/sign-in?next=/tenants")
    page = browser.send("/mailbox/sign-in", address="Anna@ACME.example", password=PASSWORD)
    assert (page.status, page.path) == (200, "/mailbox")
    assert browser.get("/").headers["location"] == "/mailbox"


def test_no_password_opens_the_other_door(house: House) -> None:
    for door, address in (("/mailbox/sign-in", ALICE), ("/sign-in", UMA)):
        browser = house.browser()
        browser.get(door)
        page = browser.send(door, address=address, password=PASSWORD)
        assert (page.status, "address or password is wrong" in page.words) == (403, True)


def test_a_vacation_reply_is_set_seen_and_taken_back(house: House, browser: Browser) -> None:
    given = {"subject": "Weg", "text": 'Bis "Montag"\nאני', "begins": "2026-07-01", "ends": "2026-07-09"}
    page = browser.send("/mailbox/vacation", **given, time_zone="Europe/Berlin")
    assert "is answered within these days" in page.words
    form = next(form for form in page.read.forms if form.action == "/mailbox/vacation")
    assert form.fields.items() >= {**given, "time_zone": "Europe/Berlin"}.items()
    assert (_box(house).vacation or "").text == 'Bis "Montag"\nאני'  # type: ignore[union-attr]
    browser.send("/mailbox/vacation/end")
    assert _box(house).vacation is None


@pytest.mark.parametrize("fields", [
    {"subject": "x\r\nBcc: y@far.example", "text": "x"},
    {"text": "   "},
    {"text": "x" * 4001},
    {"text": "x", "begins": "2026-07-02", "ends": "2026-07-01"},
    {"text": "x", "begins": "yesterday"},
    {"text": "x", "time_zone": "Mars/Olympus"},
])  # fmt: skip
def test_a_hostile_reply_is_refused_with_what_was_given(house: House, browser: Browser, fields: dict[str, str]) -> None:
    page = browser.post("/mailbox/vacation", {"csrf_token": browser.token, **fields})
    assert page.status == 422
    assert _box(house).vacation is None


def test_mail_is_sent_on_within_the_house_and_nowhere_else(house: House, browser: Browser) -> None:
    page = browser.send("/mailbox/forwarding", targets="x@far.example")
    assert "forwarding-refused" in page.words
    for targets in (UMA, "anna+tag@acme.example", "info@acme.example"):
        assert "forwarding-loop" in browser.send("/mailbox/forwarding", targets=targets).words
    many = "\n".join(f"a{n}@acme.example" for n in range(10_000))
    assert browser.send("/mailbox/forwarding", targets=many).status == 422
    browser.get("/mailbox")
    browser.send("/mailbox/forwarding", targets="bert@acme.example")
    assert _box(house).forwarding is not None
    browser.send("/mailbox/forwarding/end")
    assert _box(house).forwarding is None


def test_an_alias_of_one_s_own_is_made_and_removed_and_no_more_than_allowed(house: House, browser: Browser) -> None:
    page = browser.send("/mailbox/aliases", name="anny", domain="acme.example")
    assert "anny@acme.example" in page.words
    assert "as many of your own as you may have" in page.words
    again = {"csrf_token": browser.token, "name": "more", "domain": "acme.example"}
    assert "no-more-aliases" in browser.post("/mailbox/aliases", again).words
    theirs = {"csrf_token": browser.token, "address": "info@acme.example"}
    assert browser.post("/mailbox/aliases/remove", theirs).status == 404
    assert {alias.address for alias in _tenant(house).aliases} == {"info@acme.example", "anny@acme.example"}
    browser.get("/mailbox")
    browser.send("/mailbox/aliases/remove")
    assert {alias.address for alias in _tenant(house).aliases} == {"info@acme.example"}


def test_another_password_reaches_the_mail_server_and_ends_the_other_sessions(house: House, browser: Browser) -> None:
    other, before = house.browser(UMA), _users(house)
    wrong = browser.send("/mailbox/password", before="not this one at all", password=NEW)
    assert (wrong.status, NEW in wrong.text) == (403, False)
    browser.get("/mailbox")
    weak = browser.send("/mailbox/password", before=PASSWORD, password="anna@acme.example")
    assert "weak" in weak.words
    browser.get("/mailbox")
    page = browser.send("/mailbox/password", before=PASSWORD, password=NEW)
    assert "Your password is changed" in page.words
    assert other.get("/mailbox").headers["location"] == "/mailbox/sign-in?next=%2Fmailbox"
    house.engine.settle()
    assert _users(house) != before
    trail = repr(house.running.trail.list("acme", limit=1000))
    assert NEW not in trail
    assert PASSWORD not in trail
    browser.send("/mailbox/password", before=NEW, password=PASSWORD)


def test_sessions_are_seen_and_ended(house: House, browser: Browser) -> None:
    other = house.browser(UMA)
    others = [form for form in browser.get("/mailbox").read.forms if form.action == "/mailbox/sessions/end"]
    for form in others:
        browser.post(form.action, form.fields)
    assert "End" not in browser.get("/mailbox").words.split()
    assert other.get("/mailbox").status == 303


def test_signing_out_ends_the_session(house: House, browser: Browser) -> None:
    held = str(browser.client.cookies[cookies.SESSION])
    browser.send("/mailbox/sign-out")
    browser.client.cookies.set(cookies.SESSION, held, domain="console.example")
    assert browser.get("/mailbox").status == 303


def test_setting_up_tells_the_tenant_s_own_host_and_no_secret(browser: Browser) -> None:
    page = browser.get("/mailbox/setup")
    assert "mail.acme.example , port 993" in page.words
    assert "https://autoconfig.acme.example/mail/apple.mobileconfig" in page.read.links
    answer = browser.client.get("/mailbox/setup/profile")
    assert answer.headers["content-type"] == "application/x-apple-aspen-config"
    [mail] = plistlib.loads(answer.content)["PayloadContent"]
    assert (mail["EmailAddress"], mail["IncomingMailServerHostName"]) == (UMA, "mail.acme.example")
    assert (mail["IncomingMailServerPortNumber"], mail["OutgoingMailServerPortNumber"]) == (993, 465)
    assert not [key for key in mail if key.endswith("Password") and key != "OutgoingPasswordSameAsIncomingPassword"]


def _users(house: House) -> str:
    host = house.running.world.tenants.get("acme").host or ""
    files = house.running.world.ports(host).mail.observe("acme").files
    return files["/etc/dovecot/users"].digest
