"""What mailbox users may set: loops, policies, hostile texts, days in a time zone, aliases of their own."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mailstead.ground.errors import InvalidInput, NotFound
from mailstead.tenants import changes
from mailstead.tenants.changes import NoMoreAliases
from mailstead.tenants.forwarding import ForwardingLoop, ForwardingRefused
from mailstead.tenants.model import AddressTaken, Tenant
from mailstead.tenants.self_service import TARGETS_MOST, Forwarding, Vacation

A, B, C = (f"{name}@acme.example" for name in "abc")


def tenant(**more: Any) -> Tenant:
    given: dict[str, Any] = {"name": "acme", "domains": [{"name": "acme.example", "catch_all": C}]}
    given["mailboxes"] = [{"address": address} for address in (A, B, C)]
    given["aliases"] = [{"address": "all@acme.example", "targets": [A, B]}]
    given["self_service"] = {"aliases": 1, "forwarding": "anywhere"}
    return Tenant.parse(given | more)


def to(*targets: str, keep: bool = True) -> Forwarding:
    return Forwarding.parse({"targets": targets, "keep": keep})


@pytest.mark.parametrize("target", [A, "a+tag@acme.example", "all@acme.example", B])
def test_mail_that_would_come_back_is_refused(target: str) -> None:
    known = changes.forwarded(tenant(), B, to(A, "b@far.example"))
    with pytest.raises(ForwardingLoop):
        changes.forwarded(known, A, to(target))


def test_a_catch_all_leads_back_too() -> None:
    with pytest.raises(ForwardingLoop):
        changes.forwarded(tenant(), C, to("nobody@acme.example"))


def test_a_long_way_that_ends_is_no_loop() -> None:
    known = changes.forwarded(changes.forwarded(tenant(), A, to(B, C)), B, to(C, "b@far.example"))
    assert changes.forwarded(known, A, None).mailboxes[0].forwarding is None


def test_aliases_that_lead_to_each_other_hinder_nobody_s_forwarding() -> None:
    round_about = [{"address": f"{x}@acme.example", "targets": [f"{y}@acme.example"]} for x, y in ("xy", "yx")]
    assert changes.forwarded(tenant(aliases=round_about), A, to(B))


@pytest.mark.parametrize(("policy", "target", "allowed"), [
    ("anywhere", "x@far.example", True),
    ("own-domains", "x@far.example", False),
    ("own-domains", B, True),
    ("off", B, False),
])  # fmt: skip
def test_mail_goes_where_the_policy_lets_it(policy: str, target: str, *, allowed: bool) -> None:
    known = tenant(self_service={"forwarding": policy})
    if allowed:
        assert changes.forwarded(known, A, to(target)).mailboxes[0].forwarding == to(target)
    else:
        with pytest.raises(ForwardingRefused):
            changes.forwarded(known, A, to(target))


def test_a_stricter_policy_names_who_stands_against_it() -> None:
    known = changes.forwarded(tenant(), A, to("x@far.example"))
    with pytest.raises(ForwardingRefused, match=A):
        changes.ruled(known, forwarding="own-domains")


def test_ten_thousand_targets_are_refused_and_the_same_one_counts_once() -> None:
    with pytest.raises(InvalidInput):
        to(*(f"x{number}@far.example" for number in range(10_000)))
    assert to("x@far.example", "X@far.example").targets == ("x@far.example",)
    assert TARGETS_MOST == 4


@pytest.mark.parametrize("subject", ["a\r\nBcc: x@far.example", "a\nb", "a\0b", "a\u2028b", "a\u202eb"])
def test_a_subject_is_one_line(subject: str) -> None:
    with pytest.raises(InvalidInput):
        Vacation.parse({"text": "away", "subject": subject})


@pytest.mark.parametrize("text", ["", " \n ", "a\0b", "a\x1b[31m", "x" * 4001, "a\u202eb"])
def test_a_text_is_lines_of_letters(text: str) -> None:
    with pytest.raises(InvalidInput):
        Vacation.parse({"text": text})


def test_texts_in_any_script_are_kept_as_they_are() -> None:
    away = Vacation.parse({"subject": "אני בחופשה 👩‍👩‍👧", "text": "می‌روم\r\nتا دوشنبه\r\n"})
    assert (away.subject, away.text) == ("אני בחופשה 👩‍👩‍👧", "می‌روم\nتا دوشنبه")


def test_days_are_those_of_the_person_s_time_zone_across_a_change_of_clocks() -> None:
    away = Vacation.parse({"text": "x", "begins": "2026-03-28", "ends": "2026-03-29", "time_zone": "Europe/Berlin"})
    assert away.starts_at == datetime(2026, 3, 27, 23, tzinfo=UTC)
    assert away.over_at == datetime(2026, 3, 29, 22, tzinfo=UTC)


@pytest.mark.parametrize("bad", [
    {"begins": "2026-02-02", "ends": "2026-02-01"},
    {"begins": "0001-01-01"},
    {"ends": "9999-12-31"},
    {"time_zone": "../../etc/passwd"},
])  # fmt: skip
def test_days_that_make_no_sense_are_refused(bad: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        Vacation.parse({"text": "x", **bad})


def test_users_have_as_many_aliases_of_their_own_as_they_are_given() -> None:
    known = changes.own_alias(tenant(), A, "Anny@acme.example")
    assert changes.aliases_of(known, A)[0].address == "anny@acme.example"
    with pytest.raises(NoMoreAliases):
        changes.own_alias(known, A, "more@acme.example")
    with pytest.raises(AddressTaken):
        changes.own_alias(known, B, "anny@acme.example")
    assert changes.without_own_alias(known, A, "anny@acme.example") == tenant()


@pytest.mark.parametrize(
    "address", ["admin@acme.example", "Postmaster@acme.example", "x@far.example", "a b@acme.example"]
)
def test_no_user_speaks_for_a_domain_or_takes_another_s(address: str) -> None:
    with pytest.raises(InvalidInput):
        changes.own_alias(tenant(), A, address)


def test_an_alias_that_is_another_s_or_the_administrator_s_is_not_there_for_a_user() -> None:
    known = changes.own_alias(tenant(aliases=[{"address": "set@acme.example", "targets": [A]}]), A, "own@acme.example")
    for mailbox, address in ((A, "set@acme.example"), (B, "own@acme.example")):
        with pytest.raises(NotFound):
            changes.without_own_alias(known, mailbox, address)
