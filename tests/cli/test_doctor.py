"""mailstead doctor and mailstead audit: what they show, what they ask, and with which status they end."""

import json
from pathlib import Path

import pytest
import typer
from sqlalchemy import create_engine, text

from mailstead.tenants.model import Tenant
from mailstead.wiring import open_platform
from mailstead.wiring.memory import Outside

from .conftest import Say

ACME = ("tenant", "add", "acme", "--domain", "acme.example")


@pytest.fixture
def served(say: Say) -> Say:
    """The program on a platform where acme is in service."""
    assert say(*ACME).status == 0
    return say


def _stop(worlds: dict[str, Outside]) -> None:
    worlds["one"].hosts["kvm1"].machines.stop("acme", graceful_s=0)


def test_where_nothing_is_wrong_it_says_so_and_ends_with_0(served: Say) -> None:
    said = served("doctor")
    assert said.status == 0
    assert "nothing wrong: 1 tenants on 1 hosts" in said.out
    report = served("doctor", "--json").value
    assert (report["findings"], report["notes"], report["in_hand"]) == ([], [], [])
    assert (report["tenants"], report["hosts"]) == (1, 1)


def test_findings_are_grouped_by_tenant_with_their_remedies_and_end_with_3(
    served: Say, worlds: dict[str, Outside]
) -> None:
    _stop(worlds)
    said = served("doctor")
    assert said.status == 3
    lines = [line.strip() for line in said.out.splitlines() if line.strip()]
    assert lines[0] == "acme"
    assert "the machine of acme on kvm1 is switched off" in said.out
    assert lines.count("what to do: mailstead apply acme") == 1
    assert "mailstead doctor --fix" in lines[-1]
    (first, *_) = [found for found in served("doctor", "--json").value["findings"] if found["code"] == "machine-off"]
    assert (first["tenant"], first["host"], first["fix"]) == (
        "acme",
        "kvm1",
        "bring acme to what is wanted, by an order",
    )


def test_what_would_be_done_is_shown_first_and_no_means_no(
    served: Say, worlds: dict[str, Outside], monkeypatch: pytest.MonkeyPatch
) -> None:
    _stop(worlds)
    asked: list[str] = []

    def refuse(question: str, *, abort: bool) -> None:
        asked.append(question)
        raise typer.Abort

    monkeypatch.setattr(typer, "confirm", refuse)
    said = served("doctor", "--fix")
    assert (said.status, asked) == (1, ["Do it?"])
    assert "- bring acme to what is wanted, by an order" in said.out
    assert served("doctor").status == 3


def test_what_is_safe_is_done_and_looked_at_again(served: Say, worlds: dict[str, Outside]) -> None:
    _stop(worlds)
    said = served("doctor", "--fix", "--yes")
    assert said.status == 0
    assert "nothing wrong" in said.out
    assert served("doctor").status == 0


def test_fixing_in_json_says_what_was_done(served: Say, worlds: dict[str, Outside]) -> None:
    _stop(worlds)
    report = served("doctor", "--fix", "--json").value
    assert report["fixed"] == ["bring acme to what is wanted, by an order"]
    assert report["findings"] == []
    assert served("doctor", "--fix", "--json").value["fixed"] == []


def test_it_can_be_asked_about_some_tenants_and_not_about_strangers(served: Say, worlds: dict[str, Outside]) -> None:
    served("tenant", "add", "globex", "--domain", "globex.example")
    _stop(worlds)
    assert served("doctor", "globex").status == 0
    assert served("doctor", "acme").status == 3
    stranger = served("doctor", "nobody", "--json")
    assert (stranger.status, stranger.error["code"], stranger.error["value"]) == (4, "not-found", "nobody")


def test_an_order_without_a_worker_is_told_and_carried_out_by_fixing(say_real: Say, home: Path) -> None:
    with open_platform(home) as running:
        running.world.tenants.add(Tenant.parse({"name": "acme", "domains": [{"name": "acme.example"}]}))
        running.world.numbers.allocate("acme")
        running.lifecycle.remove("acme")
    report = say_real("doctor", "--json")
    assert report.status == 3
    (finding,) = report.value["findings"]
    assert (finding["code"], finding["tenant"]) == ("order-without-worker", "acme")
    assert "mailstead work" in finding["remedy"]
    assert say_real("doctor", "--fix", "--yes").status == 0
    (order,) = say_real("order", "list", "--json").value
    assert order["status"] == "done"


def test_who_did_what_is_listed_the_newest_first(served: Say) -> None:
    served("tenant", "suspend", "acme")
    rows = served("audit", "list", "--json").value
    assert [row["sequence"] for row in rows] == [2, 1]
    assert {(row["action"], row["tenant"]) for row in rows} == {("order.start", "acme")}
    assert all(row["actor"].startswith("os:") for row in rows)
    assert served("audit", "list", "--tenant", "globex").out.strip() == "nothing was done yet"


def test_the_chain_is_checked_against_itself_and_against_a_head_that_was_kept(served: Say, home: Path) -> None:
    head = served("audit", "head").out.strip()
    served("tenant", "suspend", "acme")
    assert served("audit", "verify", "--head", head).status == 0
    assert served("audit", "verify", "--json").value["whole"] is True
    with create_engine(f"sqlite:///{home}/state.sqlite").begin() as connection:
        connection.execute(text("UPDATE audit SET actor = 'os:somebody' WHERE sequence = 2"))
    broken = served("audit", "verify", "--json")
    assert (broken.status, broken.value["whole"]) == (3, False)
    assert "entry 2 was changed" in broken.value["fault"]
    assert "audit-broken" in {found["code"] for found in served("doctor", "--json").value["findings"]}


def test_entries_are_told_to_whoever_carries_them_elsewhere_until_the_chain_is_broken(served: Say, home: Path) -> None:
    served("tenant", "suspend", "acme")
    first, second = [json.loads(line) for line in served("audit", "follow", "--once").out.splitlines()]
    assert (first["sequence"], second["previous"]) == (1, first["hash"])
    (told,) = served("audit", "follow", "--once", "--after", f"1:{first['hash']}").out.splitlines()
    assert json.loads(told) == second
    assert served("audit", "follow", "--once", "--after", f"1:{'0' * 64}").status == 3
    with create_engine(f"sqlite:///{home}/state.sqlite").begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE sequence = 1"))
    assert served("audit", "follow", "--once").status == 3


def test_a_removed_and_purged_tenant_stays_in_the_chain(served: Say) -> None:
    served("tenant", "remove", "acme", "--yes")
    served("tenant", "purge", "acme", "--now", "--confirm", "acme")
    assert served("tenant", "list", "--json").value == []
    kinds = [row["details"] for row in served("audit", "list", "--tenant", "acme", "--json").value]
    assert [kind for kind in ("settle", "remove", "purge") if any(f'"kind":"{kind}"' in row for row in kinds)] == [
        "settle",
        "remove",
        "purge",
    ]
    assert served("audit", "verify").status == 0


def test_a_head_that_is_none_is_refused(served: Say) -> None:
    said = served("audit", "verify", "--head", "12:xyz", "--json")
    assert (said.status, said.error["code"], said.error["field"]) == (2, "bad-audit-head", "head")
