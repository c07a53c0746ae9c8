"""Whoever gives, cancels, retries or answers an order is written down first; what is refused, too; no secret ever."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.ground.errors import NotFound
from mailstead.orders.model import KeyReused, NotJson, NotRetryable
from mailstead.security.audit_store import AuditTrail
from mailstead.security.model import Secret
from mailstead.tenants.model import Mailbox
from mailstead.wiring.audited import this_user
from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself
from tests.lifecycle.stage import Stage, open_stage, tenant


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = open_stage(tmp_path)
    yield made
    made.engine.close()


def _told(trail: AuditTrail) -> list[tuple[str, str, str]]:
    return [(entry.action, entry.tenant, entry.subject) for entry in reversed(trail.list())]


def test_every_verb_is_told_with_who_what_whom_and_when(stage: Stage) -> None:
    desk, trail = stage.running.desk, stage.running.trail
    order = desk.start("settle", key="k1", tenant="acme", host="kvm1", inputs={"allow_loss": ["mailbox a@b.example"]})
    desk.send(order, "approved", {"by": "alice"})
    desk.cancel(order)
    desk.retry(order)
    verbs = ["order.start", "order.send", "order.cancel", "order.retry"]
    assert _told(trail) == [(verb, "acme", order) for verb in verbs]
    retried, _, sent, started = trail.list()
    assert started.details == (
        '{"host":"kvm1","inputs":{"allow_loss":["mailbox a@b.example"]},"key":"k1","kind":"settle"}'
    )
    assert sent.details == '{"event":"approved","kind":"settle"}'
    assert {entry.actor for entry in trail.list()} == {this_user()}
    assert retried.at == stage.world.clock.now().isoformat(timespec="microseconds")


def test_what_is_refused_is_told_as_refused(stage: Stage) -> None:
    desk, trail = stage.running.desk, stage.running.trail
    order = desk.start("settle", key="k1", tenant="acme", host=None, inputs={})
    with pytest.raises(KeyReused):
        desk.start("settle", key="k1", tenant="globex", host=None, inputs={})
    with pytest.raises(NotRetryable):
        desk.retry(order)
    told = [(entry.action, entry.details) for entry in trail.list() if entry.action.endswith(".refused")]
    assert told == [
        ("order.retry.refused", '{"code":"not-retryable"}'),
        ("order.start.refused", '{"code":"key-reused"}'),
    ]


def test_what_names_no_order_or_cannot_be_kept_is_no_act(stage: Stage) -> None:
    with pytest.raises(NotFound):
        stage.running.desk.cancel("o404")
    with pytest.raises(NotJson):
        stage.running.desk.start("settle", key="k", tenant="acme", host=None, inputs={"secret": object()})
    assert stage.running.trail.list() == []


def test_no_password_gets_into_the_chain(stage: Stage) -> None:
    stage.done(stage.lifecycle.add(tenant()))
    canary = "canary-4711-four-plain-words"
    stage.done(stage.lifecycle.add_mailbox("acme", Mailbox(address="bert@acme.example"), Secret.of(canary)))
    assert canary not in repr(stage.running.trail.list())
    assert canary.encode() not in (stage.folder / "state.sqlite").read_bytes()


def test_a_tenants_removal_leaves_its_part_of_the_chain(stage: Stage) -> None:
    stage.done(stage.lifecycle.add(tenant()))
    stage.done(stage.lifecycle.remove("acme"))
    stage.done(stage.lifecycle.purge("acme", early=True))
    assert [action for action, *_ in _told(stage.running.trail)] == ["order.start"] * 3
    assert stage.running.trail.verify().fault == ""
