"""What somebody added, and what went as a whole with all that stands on it: found, named and healed."""

from dataclasses import replace

from mailstead.dns.drivers.memory import MemoryNameServer
from mailstead.mailservers.items import APPLIED, ConfigFile, MailboxRoom
from mailstead.mailservers.rendering import OWNED
from tests.lifecycle.auditor import NOTHING, audit
from tests.lifecycle.stage import Stage

from .kinds import KINDS, TENANT, other_record, snapshot

RECORDS = next(kind for kind in KINDS if str(kind) == "Record")
ITEMS = next(kind for kind in KINDS if str(kind) == "ConfigFile")


def _heal(stage: Stage, *tenants: str) -> None:
    for plan in stage.lifecycle.planner.plans():
        losses = [change.subject for _, change in plan if change.loses]
        if plan:
            assert plan.tenant in tenants
            stage.done(stage.lifecycle.heal(plan.tenant, allow_loss=losses))
    assert stage.drift() == {}
    assert audit(stage) == NOTHING


def test_a_second_record_in_each_place_of_ours_is_found_and_taken_away_only_when_named(resting: Stage) -> None:
    before = snapshot(resting)
    for record in RECORDS.found(resting):
        extra = other_record(record)
        RECORDS.put(resting, None, extra)
        (plan,) = (found.plan for found in resting.lifecycle.drift())
        (change,) = (change for _, change in plan)
        assert change.before
        assert (change.before.record, change.after, change.subject) == (extra, None, RECORDS.subject(extra))
        assert "which mailstead did not write" in change.loses
        RECORDS.put(resting, extra, None)
    RECORDS.put(resting, None, extra)
    refused = resting.settle(resting.lifecycle.heal(TENANT))
    assert refused.error
    assert refused.error["code"] == "unsafe-plan"
    assert extra in resting.world.names.records(next(z for z in resting.world.names.zones() if extra.name.endswith(z)))
    _heal(resting, TENANT)
    assert snapshot(resting) == before


def test_a_file_in_each_folder_of_ours_is_found_and_removed(resting: Stage) -> None:
    before = snapshot(resting)
    files = {file.path for file in ITEMS.found(resting)}
    folders = [path for path in OWNED if path not in files]
    assert len(folders) > 5
    for folder in folders:
        strange = ConfigFile.of(f"{folder}/by-hand.conf", "enabled = false;\n")
        ITEMS.put(resting, None, strange)
        assert f"remove file {strange.path}" in resting.drift()[TENANT]
    _heal(resting, TENANT)
    assert snapshot(resting) == before


def test_a_strange_mailbox_is_found_and_its_mail_is_not_given_up_unasked(resting: Stage) -> None:
    before = snapshot(resting)
    ITEMS.put(resting, None, MailboxRoom("stranger@acme.example", 7))
    assert resting.drift() == {TENANT: ["remove mailbox stranger@acme.example"]}
    refused = resting.settle(resting.lifecycle.heal(TENANT))
    assert refused.error
    assert refused.error["code"] == "unsafe-plan"
    _heal(resting, TENANT)
    assert snapshot(resting) == before


def test_a_zone_that_is_gone_is_found_and_made_again(resting: Stage) -> None:
    before = snapshot(resting)
    resting.world.names.remove("acme.example")
    assert any(line.startswith("create record acme.example MX") for line in resting.drift()[TENANT])
    _heal(resting, TENANT)
    assert snapshot(resting) == before


def test_a_reverse_zone_that_is_gone_is_found_for_everybody_in_it(resting: Stage) -> None:
    before = snapshot(resting)
    zone = next(zone for zone in resting.world.names.zones() if zone.endswith("in-addr.arpa"))
    resting.world.names.remove(zone)
    assert resting.drift().keys() == {TENANT, "globex"}
    _heal(resting, TENANT, "globex")
    assert snapshot(resting) == before


def test_other_keys_of_a_zone_are_found_and_the_resolver_is_told(resting: Stage) -> None:
    names = resting.outside.names
    assert isinstance(names, MemoryNameServer)
    names.rekey("acme.example")
    (found,) = resting.lifecycle.drift()
    (change,) = found.as_dict()["changes"]
    assert (change["subject"], change["fields"][0]["field"]) == ("trust anchor acme.example", "anchors")
    _heal(resting, TENANT)
    assert resting.world.resolver.anchors()["acme.example"] == names.anchors("acme.example")


def test_a_host_without_its_network_is_found_and_laid_anew(resting: Stage) -> None:
    before = snapshot(resting)
    resting.host().switch.withdraw()
    drift = resting.drift()
    assert drift.keys() == {TENANT, "globex"}
    assert [name for name, lines in drift.items() if "create host network kvm1" in lines] == [TENANT]
    _heal(resting, TENANT, "globex")
    assert snapshot(resting) == before


def test_what_tenants_share_is_told_with_the_first_who_is_asked_for(resting: Stage) -> None:
    switch = resting.host().switch
    prepared = switch.prepared()
    assert prepared
    switch.disturb(replace(prepared, flaws=("bent",)))  # type: ignore[attr-defined]  # a switch in memory
    assert resting.drift() == {TENANT: ["update host network kvm1"]}
    (plan,) = resting.lifecycle.planner.plans(["globex"])
    assert [change.subject for _, change in plan] == ["host network kvm1"]
    _heal(resting, TENANT)


def test_an_overwritten_mark_of_what_was_applied_is_found_and_written_again(resting: Stage) -> None:
    before = snapshot(resting)
    ITEMS.put(resting, None, ConfigFile.of(APPLIED, f"{'0' * 64} {'0' * 64}\n", 0o600))
    assert f"update file {APPLIED}" in resting.drift()[TENANT]
    _heal(resting, TENANT)
    assert snapshot(resting) == before
