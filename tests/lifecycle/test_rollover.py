"""A year of upkeep in virtual time: keys are replaced so that no sender with DANE ever meets one it does not know."""

from datetime import timedelta

from mailstead.certificates.keys import read_chain
from mailstead.dns.model import TTL_S
from mailstead.lifecycle.upkeep import order_due
from mailstead.tenants.changes import with_domain, without_domain
from mailstead.tenants.model import MailDomain

from .auditor import NOTHING, audit, presented
from .stage import Stage, tenant

HOST = "mail.acme.example"


def _published(stage: Stage) -> set[str]:
    records = stage.world.names.records("acme.example")
    return {record.value.split()[-1] for record in records if record.name == f"_25._tcp.{HOST}"}


def _serves(stage: Stage) -> str:
    return read_chain(presented(stage, "acme"), 0).spki


def test_over_a_year_every_key_is_published_before_it_serves_and_withdrawn_after(stage: Stage) -> None:
    stage.done(stage.lifecycle.add(tenant()))
    step = timedelta(hours=3)
    cached = _published(stage)
    served: list[str] = []
    for _ in range(int(timedelta(days=366) / step)):
        stage.world.clock.sleep(step.total_seconds())
        order_due(stage.lifecycle, stage.world)
        stage.engine.settle()
        # What a resolver may still have in its cache from one look before, and what it would get now.
        assert _serves(stage) in cached
        assert _serves(stage) in _published(stage)
        cached = _published(stage)
        if _serves(stage) not in served[-1:]:
            served.append(_serves(stage))
    assert len(served) == len(set(served)) >= 6
    assert step.total_seconds() > 2 * TTL_S
    assert len(_published(stage)) <= 2
    assert audit(stage) == NOTHING


def test_nothing_due_orders_nothing(stage: Stage) -> None:
    stage.done(stage.lifecycle.add(tenant()))
    before = len(stage.running.desk.list())
    assert order_due(stage.lifecycle, stage.world) == []
    assert len(stage.running.desk.list()) == before


def test_upkeep_leaves_a_tenant_alone_that_has_an_order_open(stage: Stage) -> None:
    stage.done(stage.lifecycle.add(tenant()))
    stage.world.clock.sleep(timedelta(days=61).total_seconds())
    stage.lifecycle.settle("acme")
    assert order_due(stage.lifecycle, stage.world) == []


def test_removed_tenants_get_no_certificates(stage: Stage) -> None:
    stage.done(stage.lifecycle.add(tenant()))
    stage.done(stage.lifecycle.remove("acme"))
    stage.world.clock.sleep(timedelta(days=61).total_seconds())
    assert order_due(stage.lifecycle, stage.world) == []


def test_another_domain_gets_its_names_into_the_certificate_at_once_and_the_key_stays(stage: Stage) -> None:
    stage.done(stage.lifecycle.add(tenant()))
    key = _serves(stage)
    for change, held in (
        (lambda wanted: with_domain(wanted, MailDomain(name="acme.test")), True),
        (lambda wanted: without_domain(wanted, "acme.test"), False),
    ):
        stage.done(stage.lifecycle.change("acme", change))
        names = read_chain(presented(stage, "acme"), 0).names
        assert ("autoconfig.acme.test" in names) is held
        assert _serves(stage) == key
        assert audit(stage) == NOTHING


def test_a_tenant_that_slept_past_the_end_of_its_certificate_comes_back_with_a_new_one(stage: Stage) -> None:
    stage.done(stage.lifecycle.add(tenant()))
    stage.done(stage.lifecycle.remove("acme"))
    stage.world.clock.sleep(timedelta(days=200).total_seconds())
    stage.done(stage.lifecycle.resume("acme"))
    for _ in range(3):
        stage.world.clock.sleep(timedelta(hours=3).total_seconds())
        order_due(stage.lifecycle, stage.world)
        stage.engine.settle()
    assert audit(stage) == NOTHING
