"""Records that are not ours are never touched."""

import pytest

from mailstead.dns.errors import ForeignRecord
from mailstead.dns.model import Record, text_value
from mailstead.dns.ownership import all_ours, compare_zone
from mailstead.dns.plan import records_for

from .samples import ACME

WANTED = records_for(ACME)
ZONE = ACME.domain
WEB = Record(f"www.{ZONE}", "A", 600, "192.0.2.80")
PROOF = Record(ZONE, "TXT", 600, text_value("some-site-verification=1"))


def kinds(plan: object) -> list[str]:
    return [change.kind.value for change in plan]  # type: ignore[attr-defined]  # any plan will do


def test_an_empty_zone_gets_everything() -> None:
    plan = compare_zone(WANTED, (), ())
    assert set(kinds(plan)) == {"create"}
    assert {change.after for change in plan} == WANTED


def test_nothing_is_planned_where_all_is_as_wanted() -> None:
    assert not compare_zone(WANTED, WANTED | {WEB, PROOF}, WANTED)


def test_removing_a_domain_removes_only_ours() -> None:
    plan = compare_zone((), WANTED | {WEB, PROOF}, WANTED)
    assert {change.before for change in plan} == WANTED
    assert set(kinds(plan)) == {"remove"}


def test_a_record_that_was_there_before_us_stays_theirs() -> None:
    mx = Record(ZONE, "MX", 3600, "10 mail.acme.example.")
    plan = compare_zone(WANTED, {mx}, ())
    assert mx not in {change.after for change in plan}
    assert not compare_zone((), {mx}, WANTED - {mx})


@pytest.mark.parametrize(
    "foreign",
    [
        Record(ZONE, "MX", 600, "5 mx.elsewhere.example."),
        Record(ZONE, "TXT", 600, text_value("v=spf1 include:elsewhere.example ~all")),
        Record(ZONE, "TXT", 600, text_value("V=SPF1 -all")),
        Record(f"_dmarc.{ZONE}", "TXT", 600, text_value("v=DMARC1; p=none")),
        Record(f"mail.{ZONE}", "CNAME", 600, "elsewhere.example."),
        Record(f"autoconfig.{ZONE}", "A", 600, "192.0.2.1"),
        Record(f"mail.{ZONE}", "A", 600, "192.0.2.1"),
        Record(f"ms-rsa._domainkey.{ZONE}", "TXT", 600, text_value("v=DKIM1; p=AAAA")),
        Record(f"_imap._tcp.{ZONE}", "SRV", 600, "0 1 143 imap.elsewhere.example."),
    ],
    ids=str,
)
def test_a_foreign_record_in_our_place_is_a_conflict_or_taken_over(foreign: Record) -> None:
    with pytest.raises(ForeignRecord) as caught:
        compare_zone(WANTED, {foreign}, ())
    assert caught.value.value == str(foreign)
    assert caught.value.remedy
    plan = compare_zone(WANTED, {foreign, WEB}, (), take_over=True)
    gone = {change.before for change in plan if change.before}
    assert gone == {foreign}
    assert {change.after for change in plan if change.after} == WANTED


def test_a_foreign_address_record_elsewhere_and_foreign_texts_are_no_conflict() -> None:
    assert compare_zone(WANTED, {WEB, PROOF}, ())


def test_a_moved_machine_reads_as_one_update() -> None:
    old = Record(f"mail.{ZONE}", "A", 3600, "203.0.113.99")
    new = Record(f"mail.{ZONE}", "A", 3600, "203.0.113.7")
    (change,) = compare_zone({new}, {old}, {old})
    assert (change.before, change.after) == (old, new)
    assert change.subject == f"record mail.{ZONE} A"


def test_a_time_to_live_shared_with_others_is_left_alone() -> None:
    ours = Record(ZONE, "TXT", 60, text_value("v=spf1 -all"))
    wanted = Record(ZONE, "TXT", 3600, text_value("v=spf1 -all"))
    assert compare_zone({wanted}, {ours}, {ours})
    assert not compare_zone({wanted}, {ours, PROOF}, {ours})


def test_removals_come_first() -> None:
    stale = Record(f"old.{ZONE}", "A", 60, "203.0.113.1")
    plan = compare_zone(WANTED, {stale}, {stale})
    assert kinds(plan)[0] == "remove"


def test_a_zone_with_a_foreign_record_is_not_ours_to_remove() -> None:
    assert all_ours(WANTED, WANTED)
    assert not all_ours(WANTED | {WEB}, WANTED)
