"""Flaws that mail and hosting panels had, tried on ours. docs/security.md lists all, with those tried elsewhere."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from mailstead.access.browser import PROOF_HEADER, SESSION_COOKIE, proof
from mailstead.api import Settings
from mailstead.api import application as api_application
from mailstead.ground.errors import InvalidInput, MailsteadError
from mailstead.people.errors import SignInRefused
from mailstead.people.session import Visitor
from mailstead.security.model import Secret
from mailstead.tenants import changes
from mailstead.tenants.model import Mailbox, Tenant
from mailstead.web.pages import PAGES

from .house import ALICE, OLGA, URL, Browser, House

MARKUP = "<script>alert(1)</script>"
SQL = ("'; DROP TABLE tenants; --", "' OR '1'='1", "%' UNION SELECT hash FROM audit --", "\\'; SELECT pg_sleep(9); --")
COMMANDS = ("$(touch x)", "`id`", "; id", "| id", "&& id", "\nid", "a b", "'", '"', "\\", "../..", "-oProxyCommand=id")
CREDENTIALS = (
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer "},
    {"Authorization": "bearer null"},
    {"Authorization": "Bearer \xff\xfe"},
    {"Authorization": "Bearer a\tb"},
    {"Authorization": "Bearer " + "A" * 6000},
    {"Authorization": "Basic b2xnYTp4"},
    {"Authorization": "Digest username=olga"},
    {"Cookie": f"{SESSION_COOKIE}="},
    {"Cookie": f"{SESSION_COOKIE}=%00%0d%0aX-Evil:1"},
    {"Cookie": f"{SESSION_COOKIE}=\r\nuser=root"},
    {"Cookie": f"{SESSION_COOKIE}=' OR 1=1 --; {SESSION_COOKIE}=x"},
    {"Cookie": "session=root; whostmgrsession=root:whatever"},
    {"Cookie": f"{SESSION_COOKIE}=" + "A" * 6000},
    {"X-Forwarded-User": OLGA, "X-Remote-User": OLGA, "Remote-User": OLGA},
    {"X-Original-URL": "/sign-in", "X-Rewrite-URL": "/sign-in"},
    {"X-HTTP-Method-Override": "GET", "X-Forwarded-For": "127.0.0.1"},
)


FOLDERS = ("../globex", "..", "/etc", "a/../../b", "C:\\Windows", "a\\..\\b", "a%2f..%2fb", ".ssh")
VERBS = ("HEAD", "PUT", "DELETE", "TRACE", "PROPFIND", "get")  # GET and POST: test_matrix.py
OUTSIDE = ("/tenants", "//tenants", "/tenants/..;/people", "/sign-in/../tenants", "/static/../tenants", "/%2e/people")
ELSEWHERE = ("/http://127.0.0.1:8006/", "/api/v1/http://evil.example/", "//evil.example/api/v1/me", "/@evil.example")
HOSTS = ("Host", "X-Forwarded-Host", "Forwarded", "X-Host", "X-Forwarded-Server")


@pytest.fixture(scope="module")
def api(house: House) -> Iterator[TestClient]:
    settings = Settings(URL, per_minute=10**9, burst=10**9, failures_per_minute=10**9)
    with TestClient(api_application(house.running, settings), base_url=URL, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def olga(house: House) -> dict[str, str]:
    """What Olga's browser sends with a change."""
    cookie = house.cookie(OLGA)
    return {"Cookie": f"{SESSION_COOKIE}={cookie}", PROOF_HEADER: proof(cookie)}


@pytest.fixture(scope="module")
def alice(house: House) -> Browser:
    return house.browser(ALICE)


@pytest.fixture(scope="module")
def stranger(house: House) -> TestClient:
    return house.browser().client


@pytest.mark.parametrize("headers", CREDENTIALS, ids=range(len(CREDENTIALS)))
def test_malformed_cookies_and_headers_open_nothing(
    stranger: TestClient, api: TestClient, headers: dict[str, str]
) -> None:
    """CVE-2026-41940 (cPanel): a broken credential passed for a good one."""
    raw = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
    for path in ("/api/v1/tenants", "/api/v1//tenants", "/api/v1/tenants/..;/people", "/api/v1/%74enants"):
        answer = api.get(path, headers=raw)
        assert answer.status_code in {401, 429}
        assert "acme" not in answer.text
    for path in OUTSIDE:
        found = stranger.get(path, headers=raw)
        assert found.status_code in {303, 400, 404}
        assert "acme.example" not in found.text


@pytest.mark.parametrize("verb", VERBS)
def test_no_page_lets_nobody_in_by_another_verb(house: House, stranger: TestClient, verb: str) -> None:
    """CVE-2024-51567 (CyberPanel), CVE-2026-40874 (mailcow): the check was tied to some verbs."""
    before, paths = house.running.trail.head(), {page.path for page in PAGES if not page.public}
    for path in sorted(paths):
        answer = stranger.request(verb, re.sub(r"\{\w+\}", "x", path.replace("{tenant}", "acme")))
        assert answer.status_code in {303, 400, 403, 404, 405}, (verb, path)
        assert "acme.example" not in answer.text
    assert house.running.trail.head() == before


@pytest.mark.parametrize("hostile", COMMANDS)
def test_no_name_can_hold_a_command(hostile: str) -> None:
    """CVE-2026-27602 (Modoboa: domain), CVE-2024-45519 (Zimbra: local part): refused before any program sees them.

    A few of these signs are letters of a local part (RFC 5321 atext): tests/test_source_rules.py sees to it that they
    reach programs as one word of a list, or in a file.
    """
    whole = {"name": "acme", "domains": [{"name": "acme.example"}]}
    bad = [whole | {"name": f"a{hostile}"}, whole | {"domains": [{"name": f"a{hostile}.example"}]}]
    if not re.fullmatch(r"[\w'`=-]+", hostile):
        bad += [
            whole | {"mailboxes": [{"address": f"a{hostile}@acme.example"}]},
            whole | {"aliases": [{"address": "i@acme.example", "targets": [f"{hostile}@far.example"]}]},
        ]
    for wanted in bad:
        with pytest.raises(InvalidInput):
            Tenant.parse(wanted)


def test_errors_with_markup_in_them_are_shown_as_text(alice: Browser) -> None:
    """CVE-2024-31204 (mailcow): the text of an exception was markup."""
    alice.get("/tenants/acme/aliases")
    page = alice.post(
        "/tenants/acme/aliases",
        {"csrf_token": alice.token, "address": f"{MARKUP}@acme.example", "targets": MARKUP},
        follow=False,
    )
    assert page.status == 422
    assert "<script>alert" not in page.text
    assert MARKUP in page.words


def test_what_strangers_write_into_the_log_is_shown_as_text(house: House) -> None:
    """CVE-2026-40872 (mailcow): whoever asked autodiscover wrote into the administrators' log viewer."""
    visitor = Visitor("192.0.2.66", MARKUP)
    with pytest.raises(MailsteadError):
        house.running.people.sign_in.by_password(f'"{MARKUP}"@evil.example', Secret.of("x" * 20), visitor)
    with pytest.raises(SignInRefused):
        house.running.people.sign_in.by_password(ALICE, Secret.of("x" * 20), visitor)
    browser = house.browser(OLGA)
    for path in ("/audit", "/", f"/people/{house.running.people.register.get(ALICE).id}"):
        assert "<script>alert" not in browser.get(path).text


@pytest.mark.parametrize("payload", SQL)
def test_what_was_stored_is_no_statement_when_it_is_looked_for(house: House, alice: Browser, payload: str) -> None:
    """CVE-2026-40871 (mailcow): a value stored harmlessly became a part of a later query."""
    address = f"sql{SQL.index(payload)}@acme.example"
    house.running.lifecycle.change(
        "acme", lambda known: changes.with_mailbox(known, Mailbox(address=address, name=payload))
    )
    browser = alice
    browser.client.get("/tenants/acme/mailboxes", params={"search": payload})
    assert address in browser.get("/tenants/acme/mailboxes?search=sql").text
    for path in ("/tenants", "/people", "/audit", "/orders", "/search"):
        answer = browser.client.get(path, params={"search": payload, "words": payload, "after": payload})
        assert answer.status_code in {200, 404, 422}
        assert "globex" not in answer.text
    assert house.running.trail.verify().fault == ""


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_copy_leaves_the_tenants_folder(api: TestClient, olga: dict[str, str], folder: str) -> None:
    """CVE-2024-30270 (mailcow): a path out of its folder."""
    answer = api.post("/api/v1/tenants/acme/machine/export", json={"folder": folder}, headers=olga)
    assert (answer.status_code, answer.json()["field"]) == (422, "folder")


@pytest.mark.parametrize("header", HOSTS)
def test_links_to_reset_are_of_our_own_place_whatever_host_was_asked(
    api: TestClient, stranger: TestClient, olga: dict[str, str], header: str
) -> None:
    """CVE-2025-25198 (mailcow): the link to reset a password led to the attacker's host."""
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    answer = api.post("/api/v1/people/bob@globex.example/reset", headers={**olga, header: value})
    assert "evil" not in answer.text + str(answer.headers)
    if header == "Host":
        assert answer.status_code == 421
    else:
        assert answer.json()["url"].startswith(f"{URL}/")
    page = stranger.get("/sign-in", headers={header: value})
    assert "evil" not in page.text + str(page.headers)


def test_links_to_reset_cannot_be_guessed(house: House, stranger: TestClient) -> None:
    """CVE-2023-0777 (Modoboa): tokens of password resets that could be tried without end."""
    link = house.running.people.register.reset("bob@globex.example").url.reveal_text()
    secret = link.rpartition("/")[2]
    assert len(secret) >= 43  # 256 bits in base64
    for guess in (secret[:-1], secret.swapcase(), secret + "A", "", "%00", "' OR 1=1 --"):
        page = stranger.get(f"/invitation/{guess}")
        assert "bob@globex.example" not in page.text


def test_a_whole_url_in_place_of_a_path_is_answered_by_nobody_else(api: TestClient, stranger: TestClient) -> None:
    """CVE-2022-35508 (Proxmox): the proxy fetched what the request line named."""
    for client in (api, stranger):
        for target in ELSEWHERE:
            answer = client.get(target)
            assert answer.status_code in {401, 303, 404, 400}
            assert "evil.example" not in str(answer.headers.get("location", "")).partition("?")[0]
