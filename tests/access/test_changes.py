"""Changes through access: told in the trail, refused when others were faster, the same when they come twice."""

import json

import pytest

from mailstead.access import Request
from mailstead.access.errors import Changed, NotConfirmed, TooMany
from mailstead.ground.errors import UnsafePlan
from mailstead.lifecycle.imports import MailboxRow
from mailstead.orders.model import KeyReused, Status
from mailstead.people.errors import Forbidden, StepUpNeeded
from mailstead.security.model import Secret
from mailstead.tenants.model import Alias, Mailbox, MailDomain

from .stage import Stage, tenant

BERT = Mailbox(address="bert@acme.example")


def test_a_tenants_administrator_adds_a_mailbox_and_the_order_brings_it_about(stage: Stage) -> None:
    given = stage.as_("alice").mailboxes.add("acme", BERT)
    stage.engine.settle()
    assert stage.as_("alice").orders.get(given.order.id).status is Status.DONE
    assert list(given.passwords) == [BERT.address]
    assert stage.as_("alice").mailboxes.get("acme", BERT.address) == BERT


def test_a_password_that_was_chosen_is_not_given_back(stage: Stage) -> None:
    chosen = Secret.of("purple kettles hum at noon")
    assert not stage.as_("alice").mailboxes.add("acme", BERT, chosen).passwords


def test_the_trail_says_who_did_what_from_where_before_and_after(stage: Stage) -> None:
    stage.as_("olga").mailboxes.change("acme", "anna@acme.example", name="Anna B.")
    (entry,) = (one for one in stage.as_("alice").audit.page() if one.action == "mailbox.change")
    told = json.loads(entry.details)
    assert (entry.actor, entry.tenant, entry.subject) == ("token:olga", "acme", "anna@acme.example")
    assert told["source"] == "192.0.2.1"
    assert [box["name"] for box in told["changes"]["mailboxes"]["gone"]] == ["canary-of-acme"]
    assert [box["name"] for box in told["changes"]["mailboxes"]["new"]] == ["Anna B."]


def test_what_was_refused_is_in_the_trail_too(stage: Stage) -> None:
    with pytest.raises(UnsafePlan):
        stage.as_("alice").mailboxes.remove("acme", "anna@acme.example")
    assert "mailbox.remove.refused" in [entry.action for entry in stage.as_("alice").audit.page()]


def test_tenants_see_nothing_of_the_trail_of_others_or_of_the_platform(stage: Stage) -> None:
    stage.as_("olga").hosts.drain("kvm2", "canary-of-globex")
    stage.as_("olga").mailboxes.change("globex", "anna@globex.example", name="Anna")
    assert {entry.tenant for entry in stage.as_("alice").audit.page(limit=1000)} == {"acme"}
    assert {entry.tenant for entry in stage.as_("auditor").audit.page(limit=1000)} == {"", "acme", "globex"}


def test_whoever_was_overtaken_is_told_and_nothing_changes(stage: Stage) -> None:
    seen = stage.as_("alice").tenants.get("acme").revision
    stage.as_("olga").domains.change("acme", "acme.example", dmarc="none")
    with pytest.raises(Changed):
        stage.as_("alice").mailboxes.change("acme", "anna@acme.example", expected=seen, name="Late")
    assert stage.as_("alice").mailboxes.get("acme", "anna@acme.example").name != "Late"
    now = stage.as_("alice").tenants.get("acme").revision
    stage.as_("alice").mailboxes.change("acme", "anna@acme.example", expected=now, name="In time")


@pytest.mark.parametrize("again", ["mailbox", "alias"])
def test_a_request_that_comes_again_gets_the_same_order_and_does_nothing(stage: Stage, again: str) -> None:
    request = Request("p-alice", "key-1", "f1")

    def ask() -> str:
        access = stage.as_("alice", request)
        if again == "mailbox":
            return access.mailboxes.add("acme", BERT).order.id
        return access.aliases.add("acme", Alias(address="new@acme.example", targets=(BERT.address,))).id

    first, trail = ask(), len(stage.as_("alice").audit.page(limit=1000))
    assert ask() == first
    stage.engine.settle()
    assert ask() == first
    assert len(stage.as_("alice").audit.page(limit=1000)) == trail


def test_a_key_is_not_lent_to_another_request_nor_shared_with_others(stage: Stage) -> None:
    alice = Request("p-alice", "key-1", "f1")
    order = stage.as_("alice", alice).mailboxes.add("acme", BERT).order.id
    with pytest.raises(KeyReused):
        stage.as_("alice", Request("p-alice", "key-1", "f2")).aliases.remove("acme", "info@acme.example")
    bob = Request("p-bob", "key-1", "f1")
    assert stage.as_("bob", bob).aliases.remove("globex", "info@globex.example").id != order


def test_many_mailboxes_come_at_once_or_not_at_all(stage: Stage) -> None:
    rows = [MailboxRow(Mailbox(address=f"u{number}@acme.example"), None) for number in range(10_000)]
    stage.as_("alice").mailboxes.import_rows("acme", lambda: rows, make_passwords=False)
    assert len(stage.as_("alice").tenants.get("acme").tenant.mailboxes) == 10_002
    with pytest.raises(TooMany):
        stage.as_("bob").mailboxes.import_rows("globex", lambda: rows, make_passwords=True)
    assert len(stage.as_("bob").tenants.get("globex").tenant.mailboxes) == 2


def test_purging_needs_the_name_and_the_second_factor_just_given(stage: Stage) -> None:
    stage.as_("owner").tenants.remove("acme")
    stage.engine.settle()
    with pytest.raises(StepUpNeeded):
        stage.as_("olga").tenants.purge("acme", confirm="acme", early=True)
    with pytest.raises(NotConfirmed):
        stage.as_("owner").tenants.purge("acme", confirm="globex", early=True)
    stage.as_("owner").tenants.purge("acme", confirm="acme", early=True)
    stage.engine.settle()
    assert [entry.tenant.name for entry in stage.as_("owner").tenants.page()] == ["globex"]


def test_which_domains_a_tenant_has_is_the_operators_business(stage: Stage) -> None:
    with pytest.raises(Forbidden):
        stage.as_("alice").domains.add("acme", MailDomain(name="bank.example"))
    stage.as_("olga").domains.add("acme", MailDomain(name="bank.example"))


def test_tenants_are_not_told_on_which_host_they_are(stage: Stage) -> None:
    stage.as_("olga").tenants.add(tenant("acme").changed(name="pinned", domains=(MailDomain(name="p.example"),),
        mailboxes=(), aliases=(), lists=(), host="kvm2"))  # fmt: skip
    assert stage.as_("olga").tenants.get("acme").host
    alice = stage.as_("alice")
    assert alice.tenants.get("acme").host is None
    assert {one.host for one in alice.tenants.overview()} == {None}
    assert {order.host for order in alice.orders.page()} == {None}
    assert not alice.machines.get("acme").host


def test_a_check_for_a_tenant_names_no_other(stage: Stage) -> None:
    whole = str(stage.as_("olga").checks.run("acme"))
    assert "globex" in whole
    assert "globex" not in str(stage.as_("alice").checks.run("acme"))
