"""Single requests: what they give, and how they are refused."""

import pytest

from tests.access.stage import Stage

from .asking import Ask

NEW = {"address": "bert@acme.example"}


def test_an_administrator_adds_a_mailbox_and_follows_its_order(ask: Ask, stage: Stage) -> None:
    given = ask("alice", "POST", "/tenants/acme/mailboxes", json=NEW)
    assert given.status_code == 202
    assert given.json()["passwords"][NEW["address"]]
    stage.engine.settle()
    order = ask("alice", "GET", given.headers["Location"].removeprefix("/api/v1"))
    assert (order.json()["status"], order.json()["host"]) == ("done", None)
    assert ask("alice", "GET", f"/tenants/acme/mailboxes/{NEW['address']}").json()["quota_mib"] == 1024


def test_pages_follow_each_other_to_the_end(ask: Ask) -> None:
    names, after = [], ""
    while after is not None:
        page = ask("olga", "GET", "/tenants", params={"limit": 1, "after": after}).json()
        names += [one["name"] for one in page["items"]]
        after = page["next"]
    assert names == ["acme", "globex"]


def test_orders_are_paged_by_id(ask: Ask) -> None:
    whole = [one["id"] for one in ask("olga", "GET", "/orders").json()["items"]]
    first = ask("olga", "GET", "/orders", params={"limit": 1}).json()
    second = ask("olga", "GET", "/orders", params={"limit": 1, "after": first["next"]}).json()
    assert [*first["items"], *second["items"]] == ask("olga", "GET", "/orders").json()["items"][:2]
    assert len(whole) == 2


def test_a_change_needs_the_revision_it_was_made_from(ask: Ask) -> None:
    path, change = "/tenants/acme/mailboxes/anna@acme.example", {"name": "Anna"}
    assert ask("alice", "PATCH", path, json=change).status_code == 428
    seen = ask("alice", "GET", path).headers["ETag"]
    assert ask("alice", "PATCH", path, json=change, headers={"If-Match": seen}).status_code == 202
    old = ask("alice", "PATCH", path, json={"name": "B"}, headers={"If-Match": seen})
    assert (old.status_code, old.json()["code"]) == (412, "changed-meanwhile")
    assert ask("alice", "PATCH", path, json={"name": "B"}, headers={"If-Match": "*"}).status_code == 202
    assert ask("alice", "PATCH", path, json={"name": "C"}, headers={"If-Match": 'W/"1"'}).status_code == 412


def test_a_request_sent_again_is_done_once(ask: Ask) -> None:
    key = {"Idempotency-Key": "a-random-text-0001"}
    first = ask("alice", "POST", "/tenants/acme/mailboxes", json=NEW, headers=key)
    again = ask("alice", "POST", "/tenants/acme/mailboxes", json=NEW, headers=key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json()["order"]["id"] == first.json()["order"]["id"]
    assert again.json()["passwords"] == {}
    other = ask("alice", "POST", "/tenants/acme/mailboxes", json={"address": "carl@acme.example"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")


def test_mail_is_destroyed_only_when_it_is_named(ask: Ask) -> None:
    path, match = "/tenants/acme/mailboxes/anna@acme.example", {"If-Match": "*"}
    refused = ask("alice", "DELETE", path, headers=match)
    assert (refused.status_code, refused.json()["code"]) == (409, "unsafe-plan")
    allowed = {"allow_loss": "mailbox anna@acme.example"}
    assert ask("alice", "DELETE", path, headers=match, params=allowed).status_code == 202


def test_an_order_is_followed_as_events_to_its_end(ask: Ask, stage: Stage) -> None:
    given = ask("alice", "POST", "/tenants/acme/mailboxes", json=NEW)
    stage.engine.settle()
    told = ask("alice", "GET", f"/orders/{given.json()['order']['id']}/events")
    assert told.headers["content-type"].startswith("text/event-stream")
    assert told.text.startswith("event: order\ndata: {")
    assert '"status":"done"' in told.text


@pytest.mark.parametrize(
    ("verb", "path", "body", "status", "code", "field"),
    [
        ("POST", "/tenants/acme/mailboxes", {"address": "x"}, 422, "invalid-input", "address"),
        ("POST", "/tenants/acme/mailboxes", {**NEW, "is_admin": True}, 422, "invalid-input", "is_admin"),
        ("POST", "/tenants/acme/mailboxes", {**NEW, "quota_mib": "1024"}, 422, "invalid-input", "quota_mib"),
        ("POST", "/tenants/acme/mailboxes", {"address": "x@other.example"}, 422, "invalid-input", "address"),
        ("POST", "/tenants/acme/mailboxes", {"address": "anna@acme.example"}, 409, "address-taken", "address"),
        ("POST", "/tenants/acme/mailboxes", {**NEW, "password": "hunter2"}, 422, "weak-password", "password"),
        ("GET", "/nothing", None, 404, "no-such-path", "path"),
        ("DELETE", "/orders", None, 405, "no-such-method", "method"),
        ("GET", "/tenants/globex", None, 404, "not-found", "tenant"),
    ],
)
def test_errors_are_problems_with_code_field_and_remedy(  # noqa: PLR0917 (a table of cases)
    ask: Ask, verb: str, path: str, body: object, status: int, code: str, field: str
) -> None:
    answer = ask("alice", verb, path, json=body) if body else ask("alice", verb, path)
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["field"] == field
    assert problem["remedy"]
    assert answer.headers["content-type"] == "application/problem+json"
    assert "hunter2" not in answer.text


def test_all_that_is_wrong_is_named_at_once(ask: Ask) -> None:
    new = {"name": "A", "domains": [], "allowance": {"vcpus": 0}, "extra": 1}
    problem = ask("olga", "POST", "/tenants", json=new).json()
    assert {flaw["field"] for flaw in problem["errors"]} == {"name", "domains", "allowance.vcpus", "extra"}
