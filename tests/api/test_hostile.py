"""What attackers, broken programs and careless people send: refused in our words, nothing half done, nothing told."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from starlette.testclient import TestClient

import mailstead
from mailstead.access.browser import PROOF_HEADER, SESSION_COOKIE, proof
from mailstead.api import Settings
from mailstead.api.limits import RateLimit
from mailstead.ground.clock import VirtualClock
from mailstead.web import cookies, csrf
from tests.access.stage import Stage, open_stage

from .asking import MANY, URL, Ask, asker, client_of

BOXES = "/tenants/acme/mailboxes"
MIB = 1 << 20


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    made = open_stage(tmp_path_factory.mktemp("hostile"), "acme", "globex")
    yield made
    made.engine.close()


@pytest.fixture(scope="module")
def client(stage: Stage) -> Iterator[TestClient]:
    with client_of(stage) as client:
        yield client


@pytest.fixture(scope="module")
def ask(client: TestClient) -> Ask:
    return asker(client)


class Flood:
    """A body of so many MiB that counts how much of it was taken."""

    def __init__(self, mib: int) -> None:
        self._mib = mib
        self.taken = 0

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self._mib):
            self.taken += 1
            yield b" " * MIB


@pytest.mark.parametrize("kind", ["application/json", "text/csv"])
def test_a_body_of_100_mib_is_refused_by_its_length_before_it_is_read(ask: Ask, kind: str) -> None:
    path = BOXES if kind == "application/json" else f"{BOXES}/import"
    headers = {"Content-Type": kind, "Content-Length": str(100 * MIB)}
    answer = ask("alice", "POST", path, content=b"{", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_a_body_that_lies_about_its_length_is_refused_when_it_grows(ask: Ask) -> None:
    answer = ask("alice", "POST", BOXES, content=iter(Flood(5)), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_nobodys_flood_is_not_read_at_all(ask: Ask) -> None:
    assert ask("", "POST", BOXES, content=b"x" * 1000, headers={"Content-Type": "text/plain"}).status_code in {401, 415}
    headers = {"Content-Type": "application/json", "Content-Length": str(100 * MIB)}
    assert ask("", "POST", BOXES, content=b"{", headers=headers).status_code == 413


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "application/xml", "application/x-pickle", ""]
)
def test_other_kinds_of_body_are_refused(ask: Ask, kind: str) -> None:
    answer = ask("alice", "POST", BOXES, content=b'{"address":"x@acme.example"}', headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "wrong-media-type")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b'{"address": "\xc3\x28@acme.example"}',
        b'{"address": "\\ud800@acme.example"}',
        b'{"address": "x@acme.example", "name": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b'{"address": "x@acme.example", "quota_mib": ' + b"9" * 5000 + b"}",
        b'{"address": "x@acme.example", "quota_mib": NaN}',
        b'{"address": "x@acme.example", "quota_mib": 1e400}',
        b'{"address": null}',
        b"null",
        b"[]",
        b'"x"',
        b'{"address": "x\\u0000@acme.example"}',
        b'{"address": {"$ne": ""}}',
    ],
)
def test_broken_json_is_refused_and_changes_nothing(ask: Ask, stage: Stage, body: bytes) -> None:
    before = stage.running.world.tenants.get("acme")
    answer = ask("alice", "POST", BOXES, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["code"] in {"bad-request", "invalid-input"}
    assert stage.running.world.tenants.get("acme") == before


@pytest.mark.parametrize(
    "path",
    [
        "/tenants/acme%00",
        "/tenants/..%2f..%2fetc",
        "/tenants/%ff%fe",
        "/tenants/' OR 1=1--",
        "/tenants/ACME",
        "/tenants/acme/mailboxes/%0d%0aX-Evil:1@acme.example",
        "/tenants/acme/mailboxes/%F0%9F%92%A9@acme.example",
        "/tenants?after=%00",
        "/tenants?search=%25%27%00",
        "/tenants?limit=999999999999999999999",
        "/tenants?limit=-1",
        "/orders/o00000000000%00",
        "/orders?after=1;drop table orders",
        "/audit?before=0",
        "/hosts/..",
        "//tenants",
        "/tenants/acme/",
        "/tenants/acme//mailboxes",
        "/people/%2e%2e%2fx",
        "/hosts/kvm1/events?since=yesterday",
    ],
)
def test_hostile_paths_and_queries_end_in_a_clear_refusal(ask: Ask, path: str) -> None:
    answer = ask("olga", "GET", path)
    assert answer.status_code in {404, 422, 200}, answer.text
    assert answer.status_code != 200 or "search" in path
    assert "X-Evil" not in answer.headers
    if answer.status_code != 200:
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "name", ["\u200f\u05d0\u05d1\u05d2\u200e", "\u202egnp.exe\u202c", "<script>alert(1)</script>", "Ünï 💩", "a" * 200]
)
def test_names_from_right_to_left_and_with_markup_come_back_as_they_were(ask: Ask, name: str) -> None:
    headers = {"If-Match": "*"}
    path = f"{BOXES}/anna@acme.example"
    assert ask("alice", "PATCH", path, json={"name": name}, headers=headers).status_code == 202
    answer = ask("alice", "GET", path)
    assert answer.json()["name"] == name
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "host", ["evil.example", "test.example.evil.example", "test.example:444", "", "test.example@evil"]
)
def test_a_request_for_another_host_is_refused_and_the_host_is_never_repeated(ask: Ask, host: str) -> None:
    answer = ask("alice", "GET", "/me", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "wrong-host")
    assert "evil" not in answer.text
    forwarded = ask(
        "alice", "POST", BOXES, json={"address": "h@acme.example"}, headers={"X-Forwarded-Host": "evil.example"}
    )
    assert "evil" not in str(forwarded.headers)


@pytest.mark.parametrize(
    "extra", ["revision", "status", "role", "host_name", "__class__", "passwords", "tenant", "source"]
)
def test_fields_that_are_not_described_are_refused(ask: Ask, extra: str) -> None:
    for path, body in (
        (BOXES, {"address": "m@acme.example"}),
        ("/tenants", {"name": "initech", "domains": [{"name": "initech.example"}]}),
    ):
        who = "alice" if path == BOXES else "olga"
        answer = ask(who, "POST", path, json={**body, extra: "x"})
        assert (answer.status_code, answer.json()["field"]) == (422, extra)


def test_a_password_in_the_wrong_place_is_not_told_again(ask: Ask) -> None:
    for body in ({"password": "hunter2hunter2"}, {"address": "m@acme.example", "passwort": "hunter2hunter2"}):
        answer = ask("alice", "POST", BOXES, json=body)
        assert answer.status_code == 422
        assert "hunter2" not in answer.text


class TestImport:
    """Mailboxes from CSV, all or none."""

    CSV: ClassVar = {"Content-Type": "text/csv"}

    def _refused(self, ask: Ask, stage: Stage, body: bytes) -> dict[str, str]:
        before = stage.running.world.tenants.get("acme")
        answer = ask("alice", "POST", f"{BOXES}/import", content=body, headers=self.CSV)
        assert answer.status_code in {409, 422}, answer.text
        assert stage.running.world.tenants.get("acme") == before
        problem: dict[str, str] = answer.json()
        return problem

    def test_ten_thousand_lines_with_one_bad_are_refused_as_a_whole(self, ask: Ask, stage: Stage) -> None:
        lines = ["address", *(f"u{number}@acme.example" for number in range(9_999)), "not an address"]
        assert "line 10001" in self._refused(ask, stage, "\n".join(lines).encode())["detail"]

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"\xff\xfe",
            b"address\n",
            b"name\nx\n",
            b"address,role\nx@acme.example,admin\n",
            b"address\nx@globex.example\n",
            b"address\nx@acme.example\nx@acme.example\n",
            b'address,name\n"x@acme.example',
            b"address,quota_mib\nx@acme.example,-1\n",
            b"address,password\nx@acme.example,short\n",
            b"address\n" + b"x" * 200_000,
        ],
    )
    def test_bad_files_are_refused_as_a_whole(self, ask: Ask, stage: Stage, body: bytes) -> None:
        self._refused(ask, stage, body)

    def test_ten_thousand_good_lines_come_at_once(self, ask: Ask, stage: Stage) -> None:
        lines = "\n".join(["address", *(f"v{number}@acme.example" for number in range(10_000))])
        path = f"{BOXES}/import?make_passwords=false"
        answer = ask("alice", "POST", path, content=lines.encode(), headers=self.CSV)
        assert answer.status_code == 202, answer.text
        assert len(stage.running.world.tenants.get("acme").tenant.mailboxes) > 10_000


class TestSession:
    """The console's session: enough for reading, with a proof for changes, and never from another site."""

    COOKIE: ClassVar = {"Cookie": f"{SESSION_COOKIE}=session-alice"}
    CHANGE = ("POST", "/tenants/acme/aliases")
    BODY: ClassVar = {"address": "s@acme.example", "targets": ["anna@acme.example"]}

    def test_console_and_api_take_the_same_cookie_and_the_same_proof(self) -> None:
        csrf.refuse_foreign("a cookie", proof("a cookie"), "same-origin")
        assert cookies.SESSION == SESSION_COOKIE

    @pytest.mark.parametrize(
        ("more", "status"),
        [
            ({}, 403),
            ({PROOF_HEADER: "x"}, 403),
            ({PROOF_HEADER: proof("session-bob")}, 403),
            ({PROOF_HEADER: proof("session-alice"), "Sec-Fetch-Site": "cross-site"}, 403),
            ({PROOF_HEADER: proof("session-alice"), "Sec-Fetch-Site": "same-site"}, 403),
            ({PROOF_HEADER: proof("session-alice"), "Sec-Fetch-Site": "same-origin"}, 202),
        ],
    )
    def test_a_change_needs_the_proof_of_this_session(self, ask: Ask, more: dict[str, str], status: int) -> None:
        assert ask("", *self.CHANGE, json=self.BODY, headers={**self.COOKIE, **more}).status_code == status

    def test_reading_needs_none_but_not_from_another_site(self, ask: Ask) -> None:
        assert ask("", "GET", "/me", headers=self.COOKIE).json()["name"] == "alice"
        assert ask("", "GET", "/me", headers={**self.COOKIE, "Sec-Fetch-Site": "cross-site"}).status_code == 403

    def test_a_bad_token_is_not_mended_by_a_good_cookie(self, ask: Ask) -> None:
        assert ask("stranger", "GET", "/me", headers=self.COOKIE).status_code == 401


class TestRate:
    """How often somebody may ask, by a clock that is turned."""

    def test_a_bucket_empties_and_fills_with_time(self) -> None:
        clock = VirtualClock()
        limit = RateLimit(clock, per_minute=60, burst=3)
        assert [limit.wait_s("alice") for _ in range(4)] == [0, 0, 0, 1]
        assert limit.wait_s("bob") == 0
        clock.sleep(1)
        assert [limit.wait_s("alice"), limit.wait_s("alice")] == [0, 1]

    def test_who_asks_too_often_is_told_when_to_come_again(self, stage: Stage) -> None:
        with client_of(stage, Settings(URL, per_minute=60, burst=5)) as client:
            ask = asker(client)
            answers = [ask("alice", "GET", "/me") for _ in range(6)]
            assert [answer.status_code for answer in answers] == [200] * 5 + [429]
            assert int(answers[-1].headers["Retry-After"]) >= 1
            assert answers[-1].json()["code"] == "too-often"
            assert ask("bob", "GET", "/me").status_code == 200
            stage.running.world.clock.sleep(2)
            assert ask("alice", "GET", "/me").status_code == 200

    def test_guessing_tokens_is_slowed_down(self, stage: Stage) -> None:
        with client_of(stage, Settings(URL, failures_per_minute=3)) as client:
            ask = asker(client)
            assert [ask(f"guess-{n}", "GET", "/me").status_code for n in range(5)] == [401] * 3 + [429] * 2


def test_what_nobody_thought_of_is_told_to_the_log_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: object, *_: object, **__: object) -> None:
        raise RuntimeError("secret-of-the-house")

    monkeypatch.setattr("mailstead.access.hosts.HostAccess.all", broken)
    with client_of(stage, MANY) as client:
        answer = asker(client)("olga", "GET", "/hosts")
    assert (answer.status_code, answer.json()["code"]) == (500, "unforeseen")
    assert "secret-of-the-house" not in answer.text
    assert "secret-of-the-house" in caplog.text
    assert answer.headers["cache-control"] == "no-store"


def test_nothing_is_ever_unpickled() -> None:
    source = Path(mailstead.__file__).parent
    found = [path.name for path in source.rglob("*.py") if "import pickle" in path.read_text()]
    assert not found


def test_every_answer_has_the_headers_that_keep_browsers_in_check(ask: Ask) -> None:
    for answer in (ask("alice", "GET", "/me"), ask("", "GET", "/me"), ask("alice", "GET", "/nothing")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in answer.headers
    assert json.loads(ask("", "GET", "/me").text)["code"] == "not-signed-in"
    assert ask("", "GET", "/me").headers["WWW-Authenticate"].startswith("Bearer")
