"""Every rule finds its fault in facts that are sound but for that, and finds nothing else; in sound facts, nothing."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mailstead.certificates.model import NextKey
from mailstead.dns.model import Record
from mailstead.doctor.facts import Facts, HostFacts
from mailstead.doctor.model import (
    CarryOut,
    ForgetAnchor,
    ForgetSecret,
    ForgetTraces,
    Heal,
    Release,
    ReleaseNumbers,
    Restrict,
    Retry,
)
from mailstead.doctor.rules import annotate, diagnose
from mailstead.doctor.rules.orders import in_hand
from mailstead.ground.plans import Change, ChangePlan
from mailstead.hypervisors.model import Power
from mailstead.lifecycle.model import Section, TenantPlan
from mailstead.networks.model import Segment
from mailstead.networks.plan import segment_for
from mailstead.orders.model import Lease, OrderView, Outcome, Status, StepView
from mailstead.protection.model import Known
from mailstead.security.audit import Head, Verdict
from mailstead.sites.backups import BackupTarget
from mailstead.storage.model import Role, VolumeKey
from mailstead.tenants.model import Backup

Hand = Callable[[Facts], Facts]
LEASE = Lease("tenant:acme", "o1/x", "memory", 3)


def home(facts: Facts, name: str) -> HostFacts:
    host = facts.home(facts.entries[name])
    assert host
    return host


def other(facts: Facts, name: str) -> HostFacts:
    return next(host for host in facts.hosts.values() if host != home(facts, name))


def at(facts: Facts, host: HostFacts, **changes: Any) -> Facts:
    return replace(facts, hosts={**facts.hosts, host.name: replace(host, **changes)})


def but(mapping: Mapping[Any, Any], key: Any) -> dict[Any, Any]:
    return {k: v for k, v in mapping.items() if k != key}


def kept(facts: Facts, **changes: Any) -> Facts:
    return replace(facts, kept=replace(facts.kept, **changes))


def names(facts: Facts, **changes: Any) -> Facts:
    return replace(facts, names=replace(facts.names, **changes))


def work(facts: Facts, **changes: Any) -> Facts:
    return replace(facts, work=replace(facts.work, **changes))


def entry(facts: Facts, name: str, **changes: Any) -> Facts:
    return replace(facts, entries={**facts.entries, name: replace(facts.entries[name], **changes)})


def machine(facts: Facts, name: str = "acme", **changes: Any) -> Facts:
    host = home(facts, name)
    assert host.machines
    return at(facts, host, machines={**host.machines, name: replace(host.machines[name], **changes)})


def segment(facts: Facts, name: str = "acme", **changes: Any) -> Facts:
    host = home(facts, name)
    assert host.segments
    return at(facts, host, segments={**host.segments, name: replace(host.segments[name], **changes)})


def moved(facts: Facts, name: str = "acme") -> Facts:
    """The tenant's machine is on the other host, too."""
    here, there = home(facts, name), other(facts, name)
    assert here.machines
    return at(facts, there, machines={**(there.machines or {}), name: here.machines[name]})


def unplaced(facts: Facts) -> Facts:
    """The tenant has just been added: there is nothing of it on any host."""
    host = home(facts, "acme")
    left = {key: volume for key, volume in (host.volumes or {}).items() if key.tenant != "acme"}
    bare = at(facts, host, machines=but(host.machines or {}, "acme"), segments=but(host.segments or {}, "acme"))
    return entry(at(bare, bare.hosts[host.name], volumes=left), "acme", host=None)


def strange(facts: Facts, what: str) -> Facts:
    """Somebody unknown has a thing on acme's host."""
    here = home(facts, "acme")
    assert here.machines
    assert here.segments
    assert here.volumes
    if what == "machines":
        nic = replace(here.machines["acme"].nic, mac="02:6d:00:00:00:01", port="ms-t9")
        found = replace(here.machines["acme"], name="nobody", nic=nic, uuid=type(here.machines["acme"].uuid)(int=9))
        return at(facts, here, machines={**here.machines, "nobody": found})
    if what == "segments":
        found_segment = replace(_segment_of_gone(facts), tenant="nobody")
        return at(facts, here, segments={**here.segments, "nobody": found_segment})
    volume = replace(here.volumes[VolumeKey("acme", Role.DATA)], tenant="nobody", location=Path("/elsewhere"))
    return at(facts, here, volumes={**here.volumes, volume.key: volume})


def without_disk(facts: Facts, name: str, role: Role) -> Facts:
    host = home(facts, name)
    assert host.volumes
    return at(facts, host, volumes=but(host.volumes, VolumeKey(name, role)))


def expired(facts: Facts) -> Facts:
    current = facts.kept.rollovers["acme"].current
    assert current
    past = replace(current, not_after=facts.now - timedelta(days=1))
    return rollover(facts, current=past)


def rollover(facts: Facts, **changes: Any) -> Facts:
    state = replace(facts.kept.rollovers["acme"], **changes)
    return kept(facts, rollovers={**facts.kept.rollovers, "acme": state})


def numbers(facts: Facts, **changes: Any) -> Facts:
    """acme's numbers are changed in the database, and nothing else."""
    mine = replace(facts.kept.numbers["acme"], **changes)
    return kept(facts, numbers={**facts.kept.numbers, "acme": mine})


def zone(facts: Facts, zone: str, change: Callable[[frozenset[Record]], frozenset[Record]]) -> Facts:
    return names(facts, records={**facts.names.records, zone: change(facts.names.records[zone])})


def without(kind: str) -> Callable[[frozenset[Record]], frozenset[Record]]:
    return lambda records: frozenset(record for record in records if record.kind != kind)


def pointed_elsewhere(facts: Facts) -> Facts:
    reverse = facts.kept.numbers["acme"].public_ipv4.reverse_pointer
    zone_name = next(zone for zone in facts.names.reverse if reverse.endswith(zone))
    wrong = Record(reverse, "PTR", 3600, "elsewhere.example.")
    return zone(facts, zone_name, lambda records: records | {wrong})


def order(facts: Facts, status: Status = Status.RUNNING, **more: Any) -> OrderView:
    """An order of acme's that was given two hours ago."""
    fields: dict[str, Any] = {"key": "k", "kind": "settle", "tenant": "acme", "host": "kvm1", "inputs": {}}
    fields |= {"id": "o1", "sequence": 9, "created": facts.now - timedelta(hours=2)}
    return OrderView(status=status, **(fields | more))


def standing(facts: Facts, *orders: OrderView, **more: Any) -> Facts:
    """These orders were open all the time."""
    busy = frozenset(order.tenant for order in orders)
    plans = {name: plan for name, plan in facts.plans.items() if name not in busy}
    return replace(work(facts, before=orders, after=orders, **more), busy=busy, plans=plans)


def planned(facts: Facts, *changes: Change[Any], note: str = "", due: bool = False) -> Facts:
    section = Section("dns", ChangePlan(changes), note=note, due=due)
    return replace(facts, plans={**facts.plans, "acme": TenantPlan("acme", (section,))})


def purge_failed(facts: Facts) -> Facts:
    view = order(facts, Status.FAILED, kind="purge", tenant="gone")
    return work(without_disk(facts, "gone", Role.DATA), failed=(view,))


def now_before(facts: Facts) -> Facts:
    return replace(facts, state=replace(facts.state, latest=facts.now + timedelta(hours=1)))


UPDATE: Change[str] = Change("record acme.example MX", "a", "b")


def protected(facts: Facts, **known: Any) -> Facts:
    """Let acme be protected, and this be known of its backups."""
    target = BackupTarget(name="near", kind="memory")
    platform = facts.platform.changed(backup_target=(target,))
    kept = replace(facts.kept, protection={"acme": replace(Known(facts.now), **known)})
    return replace(facts, platform=platform, kept=kept)


def turned_off(facts: Facts) -> Facts:
    tenant = facts.entries["acme"].tenant
    return entry(protected(facts), "acme", tenant=tenant.changed(backup=Backup(off=True)))


LOSS: Change[str] = Change("mailbox anna@acme.example", "a", None, "all mail")

HANDS: dict[str, tuple[Hand, dict[str, Any]]] = {
    "no host and nothing anywhere": (unplaced, {"tenant-unplaced": Heal("acme")}),
    "no host, and a machine": (
        lambda f: entry(f, "acme", host=None),
        {"tenant-unplaced": None, "machine-astray": None, "segment-astray": None, "disk-astray": None},
    ),
    "host gone": (lambda f: replace(f, hosts=but(f.hosts, home(f, "acme").name)), {"host-gone": None}),
    "machine off": (lambda f: machine(f, power=Power.OFF), {"machine-off": Heal("acme")}),
    "machine paused": (lambda f: machine(f, power=Power.PAUSED), {"machine-paused": Heal("acme")}),
    "machine pending": (lambda f: machine(f, pending=True), {"machine-pending": Heal("acme")}),
    "machine gone": (
        lambda f: at(f, home(f, "acme"), machines=but(home(f, "acme").machines or {}, "acme")),
        {"machine-missing": Heal("acme")},
    ),
    "segment gone": (
        lambda f: at(f, home(f, "acme"), segments=but(home(f, "acme").segments or {}, "acme")),
        {"segment-missing": Heal("acme")},
    ),
    "segment flawed": (lambda f: segment(f, flaws=("no rules",)), {"segment-flawed": Heal("acme")}),
    "system disk gone": (lambda f: without_disk(f, "acme", Role.SYSTEM), {"disk-missing": Heal("acme")}),
    "mail disk gone": (lambda f: without_disk(f, "acme", Role.DATA), {"disk-missing": None}),
    "no certificate": (
        lambda f: kept(rollover(f, current=None), secrets=but(f.kept.secrets, "acme")),
        {"certificate-missing": Heal("acme")},
    ),
    "certificate expired": (expired, {"certificate-invalid": Heal("acme")}),
    "another key": (lambda f: kept(f, keys={**f.kept.keys, ("acme", "tls-key/1"): "00"}), {"key-differs": None}),
    "key gone": (
        lambda f: kept(f, keys=but(f.kept.keys, ("acme", "tls-key/1")), secrets=but(f.kept.secrets, "acme")),
        {"key-differs": None},
    ),
    "key left": (
        lambda f: kept(f, secrets={**f.kept.secrets, "acme": [*f.kept.secrets["acme"], "tls-key/9"]}),
        {"key-left": ForgetSecret("acme", "tls-key/9")},
    ),
    "next key not published": (
        lambda f: kept(rollover(f, next=NextKey(2, "22")), keys={**f.kept.keys, ("acme", "tls-key/2"): "22"}),
        {"tlsa-differs": Heal("acme")},
    ),
    "no DKIM": (lambda f: kept(f, dkim=but(f.kept.dkim, "acme")), {"dkim-missing": Heal("acme")}),
    "noted as removed": (lambda f: entry(f, "acme", removed_at=f.now), {"noted-removed": None}),
    "removal undated": (lambda f: entry(f, "gone", removed_at=None), {"removal-unfinished": Heal("gone")}),
    "removed and published": (
        lambda f: zone(
            kept(f, records={**f.kept.records, "x.example": {Record("x.example", "A", 60, "192.0.2.1"): "gone"}}),
            "acme.example",
            frozenset,
        ),
        {"removed-published": Heal("gone"), "record-lost": Heal("gone")},
    ),
    "removed and running": (
        lambda f: at(
            f,
            home(f, "gone"),
            machines={**(home(f, "gone").machines or {}), "gone": _machine_of(f, "gone")},
        ),
        {"removed-machine": Heal("gone")},
    ),
    "removed with a segment": (
        lambda f: at(f, home(f, "gone"), segments={**(home(f, "gone").segments or {}), "gone": _segment_of_gone(f)}),
        {"removed-segment": Heal("gone")},
    ),
    "removed disk gone": (lambda f: without_disk(f, "gone", Role.DATA), {"removed-disk-missing": None}),
    "purge failed": (purge_failed, {"purge-unfinished": Retry("o1")}),
    "machine of nobody": (lambda f: strange(f, "machines"), {"machine-orphan": None}),
    "segment of nobody": (lambda f: strange(f, "segments"), {"segment-orphan": None}),
    "disk of nobody": (lambda f: strange(f, "volumes"), {"disk-orphan": None}),
    "machine on two hosts": (moved, {"machine-astray": None, "double": None}),
    "MAC twice": (
        lambda f: machine(f, nic=replace(_machine_of(f, "acme").nic, mac=_machine_of(f, "globex").nic.mac)),
        {"double": None},
    ),
    "VLAN twice on switches": (lambda f: segment(f, vlan=f.kept.numbers["globex"].vlan), {"double": None}),
    "address twice on switches": (
        lambda f: segment(f, public_ipv4=f.kept.numbers["globex"].public_ipv4),
        {"double": None},
    ),
    "no numbers": (lambda f: kept(f, numbers=but(f.kept.numbers, "acme")), {"numbers-missing": Heal("acme")}),
    "numbers of nobody": (
        lambda f: kept(f, numbers={**but(f.kept.numbers, "gone"), "nobody": f.kept.numbers["gone"]}),
        {"numbers-orphan": ReleaseNumbers("nobody")},
    ),
    "VLAN twice": (lambda f: numbers(f, vlan=f.kept.numbers["globex"].vlan), {"numbers-double": None}),
    "subnets overlap": (
        lambda f: numbers(f, ipv4=f.kept.numbers["globex"].ipv4.supernet()),
        {"numbers-double": None},
    ),
    "domain of two": (lambda f: kept(f, claims={**f.kept.claims, "acme.example": "globex"}), {"domain-claim": None}),
    "zone gone": (
        lambda f: names(
            kept(f, records=but(f.kept.records, "acme.example")),
            zones=(f.names.zones or frozenset()) - {"acme.example"},
            records=but(f.names.records, "acme.example"),
            anchors=(f.names.anchors or frozenset()) - {"acme.example"},
        ),
        {"zone-missing": Heal("acme")},
    ),
    "zone of nobody": (
        lambda f: names(f, zones=(f.names.zones or frozenset()) | {"old.example"}),
        {"zone-orphan": None},
    ),
    "zone left": (
        lambda f: names(
            kept(f, zones={**f.kept.zones, "old.example": "acme"}),
            zones=(f.names.zones or frozenset()) | {"old.example"},
        ),
        {"zone-orphan": Heal("acme")},
    ),
    "record gone": (lambda f: zone(f, "acme.example", without("MX")), {"record-lost": Heal("acme")}),
    "TLSA gone": (
        lambda f: zone(f, "acme.example", without("TLSA")),
        {"record-lost": Heal("acme"), "tlsa-differs": Heal("acme")},
    ),
    "records of nobody": (
        lambda f: zone(
            kept(f, records={**f.kept.records, "z.example": {Record("z.example", "A", 60, "192.0.2.1"): "nobody"}}),
            "acme.example",
            frozenset,
        ),
        {"record-orphan": None, "record-lost": None},
    ),
    "pointer elsewhere": (pointed_elsewhere, {"pointer-wrong": Heal("acme")}),
    "no anchor": (
        lambda f: names(f, anchors=(f.names.anchors or frozenset()) - {"acme.example"}),
        {"anchor-missing": Heal("acme")},
    ),
    "anchor of nobody": (
        lambda f: names(f, anchors=(f.names.anchors or frozenset()) | {"old.example"}),
        {"anchor-orphan": ForgetAnchor("old.example")},
    ),
    "secrets of nobody": (
        lambda f: kept(f, secrets={**f.kept.secrets, "nobody": ["probe"]}),
        {"secret-orphan": ForgetTraces("nobody")},
    ),
    "certificate of nobody": (
        lambda f: kept(f, rollovers={**f.kept.rollovers, "nobody": f.kept.rollovers["acme"]}),
        {"certificate-orphan": ForgetTraces("nobody")},
    ),
    "DKIM of nobody": (
        lambda f: kept(f, dkim={**f.kept.dkim, "nobody": {}}),
        {"dkim-orphan": ForgetTraces("nobody")},
    ),
    "sight of nobody": (
        lambda f: kept(f, sights=f.kept.sights | {"nobody"}),
        {"sight-orphan": ForgetTraces("nobody")},
    ),
    "secrets of nobody with a disk": (
        lambda f: kept(strange(f, "volumes"), secrets={**f.kept.secrets, "nobody": ["probe"]}),
        {"secret-orphan": None, "disk-orphan": None},
    ),
    "order without worker": (lambda f: standing(f, order(f), workers={}), {"order-without-worker": CarryOut("o1")}),
    "order that stands still": (lambda f: standing(f, order(f)), {"order-stalled": None}),
    "lease of an ended order": (
        lambda f: work(f, leases=(LEASE,), ended=frozenset(["o1"])),
        {"lease-of-the-dead": Release(LEASE)},
    ),
    "lease of a dead worker": (
        lambda f: work(f, leases=(replace(LEASE, worker="other"),), workers={"other": f.now - timedelta(minutes=5)}),
        {"lease-of-the-dead": Release(replace(LEASE, worker="other"))},
    ),
    "audit chain broken": (
        lambda f: replace(f, state=replace(f.state, audit=Verdict(Head(), "entry 1 was changed"))),
        {"audit-broken": None},
    ),
    "clock behind": (now_before, {"clock-behind": None}),
    "file exposed": (
        lambda f: replace(f, state=replace(f.state, exposed=(Path("state.sqlite"),))),
        {"file-exposed": Restrict(Path("state.sqlite"))},
    ),
    "no good backup": (lambda f: protected(f, since=f.now - timedelta(hours=37)), {"backup-overdue": None}),
    "an old backup": (lambda f: protected(f, good=f.now - timedelta(hours=37)), {"backup-overdue": None}),
    "a failed backup": (lambda f: protected(f, failure="the target is full"), {"backup-failing": None}),
    "a damaged backup": (lambda f: protected(f, damage="1 packs are damaged"), {"backup-damaged": None}),
    "drift": (lambda f: planned(f, UPDATE), {"drift": Heal("acme")}),
    "drift with loss": (lambda f: planned(f, LOSS), {"drift": None}),
    "part that cannot be seen": (lambda f: planned(f, note="cannot be planned: silent"), {"unseen": None}),
}


def _segment_of_gone(facts: Facts) -> Segment:
    return segment_for(facts.entries["gone"].tenant, facts.kept.numbers["gone"])


def _machine_of(facts: Facts, name: str) -> Any:
    """The tenant's machine; of one that has none, what it would look like."""
    host = home(facts, name)
    machines = host.machines or {}
    if name in machines:
        return machines[name]
    like = next(machine for other in facts.hosts.values() for machine in (other.machines or {}).values())
    nic = replace(like.nic, mac="02:6d:00:00:00:02", port="ms-t8")
    return replace(like, name=name, nic=nic, uuid=type(like.uuid)(int=8))


def test_in_sound_facts_nothing_is_found(sound: Facts) -> None:
    assert diagnose(sound) == ()
    assert annotate(sound) == ()


@pytest.mark.parametrize("name", HANDS)
def test_each_rule_finds_its_fault_and_nothing_else_is_found(name: str, sound: Facts) -> None:
    hand, expected = HANDS[name]
    findings = diagnose(hand(sound))
    found = {finding.code: finding.fix for finding in findings}
    assert found == expected, [str(finding) for finding in findings]


def test_each_finding_says_in_one_sentence_what_is_wrong_and_names_a_remedy(sound: Facts) -> None:
    for hand, _ in HANDS.values():
        for finding in diagnose(hand(sound)):
            assert finding.remedy
            assert finding.subject
            assert finding.message
            assert "\n" not in finding.message
            assert not finding.message.endswith(".")


def test_the_codes_of_the_format_are_those_that_are_tried_here() -> None:
    page = (Path(__file__).parents[2] / "docs/formats/doctor-report.md").read_text()
    told = {code for line in page.splitlines() for code in re.findall(r"`([a-z-]+)`", _first_cell(line))}
    tried = {code for _, expected in HANDS.values() for code in expected}
    assert told == tried | {"no-answer", "order-failed", "record-unknown", "due", "backup-off"}


def test_backups_that_are_turned_off_are_a_note_and_no_fault(sound: Facts) -> None:
    facts = turned_off(replace(sound))
    assert [note.code for note in annotate(facts)] == ["backup-off"]
    assert diagnose(facts) == ()


def _first_cell(line: str) -> str:
    return line.split("|")[1] if line.startswith("|") else ""


class TestOrders:
    """What goes on, waits for a named thing or its turn is in hand; so is what has just moved."""

    def test_one_with_a_lease_of_a_living_worker_goes_on_however_long_it_takes(self, sound: Facts) -> None:
        step = StepView(1, "wait for the machine", sound.now - timedelta(hours=1), outcome=Outcome.RUNNING)
        facts = standing(sound, order(sound, steps=(step,)), leases=(LEASE,))
        assert diagnose(facts) == ()
        assert [(work.tenant, work.order, work.doing) for work in in_hand(facts)] == [
            ("acme", "o1", "wait for the machine")
        ]

    def test_one_that_names_what_it_waits_for_is_in_hand(self, sound: Facts) -> None:
        facts = standing(sound, order(sound, Status.WAITING, waits_for="room on kvm1"))
        assert diagnose(facts) == ()
        assert [work.doing for work in in_hand(facts)] == ["waits for room on kvm1"]

    def test_one_behind_another_waits_for_its_turn(self, sound: Facts) -> None:
        later = order(sound, Status.QUEUED, id="o2", sequence=10)
        facts = standing(sound, order(sound), later, leases=(LEASE,))
        assert diagnose(facts) == ()

    def test_one_whose_host_is_busy_with_others_waits_for_its_turn(self, sound: Facts) -> None:
        first = order(sound, tenant="globex", id="o2", handed=True)
        lease = replace(LEASE, resource="tenant:globex", holder="o2/y")
        facts = standing(sound, first, order(sound, Status.QUEUED), leases=(lease,))
        assert diagnose(facts) == ()

    def test_one_that_has_just_been_given_has_time(self, sound: Facts) -> None:
        facts = standing(sound, order(sound, Status.QUEUED, created=sound.now))
        assert diagnose(facts) == ()

    def test_one_that_moved_while_we_looked_is_no_finding(self, sound: Facts) -> None:
        facts = standing(sound, order(sound))
        moved_on = replace(facts, work=replace(facts.work, before=(order(facts, started=facts.now),)))
        assert diagnose(moved_on) == ()

    def test_one_that_failed_as_the_tenants_last_is_worth_knowing(self, sound: Facts) -> None:
        view = order(sound, Status.FAILED, error={"code": "host-full", "message": "no memory"})
        facts = work(sound, failed=(view,))
        assert diagnose(facts) == ()
        (note,) = annotate(facts)
        assert (note.code, note.fix) == ("order-failed", Retry("o1"))
        assert "no memory" in note.message


def test_who_is_being_worked_on_is_not_judged(sound: Facts) -> None:
    facts = machine(without_disk(sound, "acme", Role.DATA), power=Power.OFF)
    assert diagnose(facts)
    assert diagnose(replace(facts, busy=frozenset(["acme"]), plans=but(facts.plans, "acme"))) == ()


def test_a_host_that_is_silent_accuses_nobody(sound: Facts) -> None:
    facts = sound
    for host in sound.hosts.values():
        facts = at(facts, host, machines=None, volumes=None, segments=None)
    facts = names(facts, zones=None, records={}, anchors=None)
    assert diagnose(facts) == ()


def test_what_only_time_brings_is_worth_knowing_and_no_fault(sound: Facts) -> None:
    facts = planned(sound, UPDATE, due=True)
    assert diagnose(facts) == ()
    assert [note.code for note in annotate(facts)] == ["due"]


def test_what_others_wrote_into_a_zone_is_left_alone(sound: Facts) -> None:
    foreign = Record("www.acme.example", "A", 60, "192.0.2.80")
    facts = zone(sound, "acme.example", lambda records: records | {foreign})
    assert diagnose(facts) == ()
    (note,) = annotate(facts)
    assert note.code == "record-unknown"
    assert "www.acme.example A" in note.message
