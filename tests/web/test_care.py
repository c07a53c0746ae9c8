"""What operators do to machines, hosts and many tenants: shown first, undone where that can be."""

from dataclasses import replace
from functools import reduce
from pathlib import Path

import pytest

from mailstead.security.model import Secret
from mailstead.state.store import put
from mailstead.tenants import changes
from mailstead.tenants.model import Alias, Status

from .house import ALICE, OLGA, House, house_in, tenant

MACHINE = "/tenants/acme/machine"


def test_a_checkpoint_is_made_and_what_came_since_is_given_up_by_name(house: House) -> None:
    browser, machines = house.browser(OLGA), house.running.care
    browser.get(MACHINE)
    browser.send(f"{MACHINE}/checkpoints", label="before-update")
    house.engine.settle()
    assert "before-update" in browser.get(MACHINE).words
    page = browser.send(f"{MACHINE}/checkpoints/restore", confirm="acm")
    assert (page.status, "not-confirmed" in page.words) == (422, True)
    assert browser.send(f"{MACHINE}/checkpoints/restore", confirm="acme").path.startswith("/orders/")
    house.engine.settle()
    browser.get(MACHINE)
    browser.send(f"{MACHINE}/checkpoints/remove")
    house.engine.settle()
    assert machines.checkpoints("acme") == ()


def test_a_label_that_cannot_be_is_refused_where_it_stands(house: House) -> None:
    browser = house.browser(OLGA)
    browser.get(MACHINE)
    page = browser.send(f"{MACHINE}/checkpoints", label="Before Update")
    assert (page.status, 'value="Before Update"' in page.text) == (422, True)


def test_a_machine_is_moved_and_copied(house: House) -> None:
    browser, store = house.browser(OLGA), house.running.world.tenants
    here = store.get("acme").host
    browser.get(MACHINE)
    assert "A copy is being made" in browser.send(f"{MACHINE}/export", to="tuesday").words
    house.engine.settle()
    browser.get(MACHINE)
    browser.send(f"{MACHINE}/move")
    house.engine.settle()
    assert store.get("acme").host not in {here, None}


def test_whoever_looks_after_a_tenant_sees_its_machine_but_no_other_host(house: House) -> None:
    page = house.browser(ALICE).get(MACHINE)
    assert "Checkpoints" in page.words
    assert "Move or copy" not in page.words


def test_the_lines_of_the_last_minutes_come_from_the_address_and_from_nowhere_else(house: House) -> None:
    page = house.browser(OLGA).get(f"{MACHINE}/live?past=0-0.100-50.x.9-<script>")
    assert 'points="589.8,120.0 600.0,60.0"' in page.text
    assert "<script>" not in page.text


def test_a_host_is_emptied_after_its_plan_was_shown_and_taken_back_by_the_notice(house: House) -> None:
    browser, world = house.browser(OLGA), house.running.world
    full = next(entry.host for entry in world.tenants.all().values() if entry.host)
    page = browser.get(f"/hosts/{full}/drain")
    assert "Empty it" in page.words
    assert world.maintenance.all() == {}
    page = browser.send(f"/hosts/{full}/drain", reason="new memory")
    assert "new memory" in page.words
    house.engine.settle()
    assert [entry.host for entry in world.tenants.all().values() if entry.host == full] == []
    browser.send(f"/hosts/{full}/resume")
    assert world.maintenance.all() == {}


def test_access_rules_are_changed_and_undone(house: House) -> None:
    browser, store = house.browser(OLGA), house.running.world.tenants
    path = "/tenants/acme/network"
    browser.get(path)
    page = browser.send(path, **{"sources:imap": "198.51.100.0/24\n2001:db8::/32"})
    assert [str(one) for one in store.get("acme").tenant.firewall[0].sources] == ["198.51.100.0/24", "2001:db8::/32"]
    undo = next(form for form in page.read.forms if form.action == path and "csrf_token" in form.fields)
    browser.post(path, undo.fields)
    assert store.get("acme").tenant.firewall == ()
    browser.get(path)
    page = browser.send(path, **{"sources:imap": "somewhere"})
    assert (page.status, "somewhere" in page.text) == (422, True)


def test_a_catch_all_is_given_and_taken_away(house: House) -> None:
    browser, store = house.browser(ALICE), house.running.world.tenants
    for given, kept in (("anna@acme.example", "anna@acme.example"), ("", None)):
        browser.get("/tenants/acme/domains")
        browser.send("/tenants/acme/domains/policies", catch_all=given)
        assert store.get("acme").tenant.domains[0].catch_all == kept


def test_many_aliases_come_a_page_at_a_time(house: House) -> None:
    given = [Alias(address=f"many{number:03}@globex.example", targets=("a@b.example",)) for number in range(150)]
    house.running.lifecycle.change("globex", lambda wanted: reduce(changes.with_alias, given, wanted))
    browser = house.browser(OLGA)
    page = browser.get("/tenants/globex/aliases?search=many")
    assert ("many099@" in page.words, "many100@" in page.words) == (True, False)
    following = next(link for link in page.read.links if "after=" in link)
    assert "many100@" in browser.get(following).words


@pytest.mark.parametrize(("act", "status"), [("suspend", Status.SUSPENDED), ("resume", Status.ACTIVE)])
def test_many_tenants_change_at_once_after_it_was_shown(house: House, act: str, status: Status) -> None:
    store, browser = house.running.world.tenants, house.browser(OLGA)
    for name in ("one", "two"):
        if name not in store.all():
            house.add_tenant(tenant(name))
    chosen = {f"tenant:{name}": "yes" for name in ("one", "two")}
    before = {name: store.get(name).tenant.status for name in ("one", "two")}
    browser.get("/tenants")
    browser.post("/bulk", {"csrf_token": browser.token, "act": act, **chosen})
    assert {name: store.get(name).tenant.status for name in ("one", "two")} == before
    page = browser.send("/bulk/do")
    assert "2 orders are given." in page.words
    house.engine.settle()
    assert {store.get(name).tenant.status for name in ("one", "two")} == {status}


def test_choosing_nobody_is_told(house: House) -> None:
    browser = house.browser(OLGA)
    browser.get("/tenants")
    page = browser.post("/bulk", {"csrf_token": browser.token, "act": "suspend"})
    assert (page.status, "tick some tenants first" in page.words) == (422, True)


def test_what_the_doctor_can_mend_is_shown_first_and_then_mended(house: House) -> None:
    browser = house.browser(OLGA)
    secret = house.running.world.vault
    secret.put("nobody-here", "left-behind", Secret.of("x"))
    page = browser.get("/doctor")
    assert "nobody-here" in page.words
    browser.send("/doctor/mend")
    house.engine.settle()
    assert "nobody-here" not in browser.get("/doctor").words


def test_a_platform_in_quarantine_is_let_act_by_its_name_alone(tmp_path: Path) -> None:
    with house_in(tmp_path) as house:
        running = house.running
        with running.world.tenants._database.transaction() as connection:
            put(connection, replace(running.quarantine.standing.get(), quarantine="restored from a backup"))
        browser = house.browser(OLGA)
        assert "restored from a backup" in browser.get("/doctor").words
        assert "invalid-input" in browser.send("/doctor/leave", confirm="another").words
        browser.get("/doctor")
        browser.send("/doctor/leave", confirm=running.platform.name)
        assert running.quarantine.why == ""


def test_a_refusal_is_told_in_german_with_what_was_given(house: House) -> None:
    browser = house.browser(ALICE, **{"accept-language": "de-AT,de;q=0.9"})
    browser.get("/tenants/acme/mailboxes")
    page = browser.send("/tenants/acme/mailboxes", address="anna@acme.example", quota_mib="5")
    assert "anna@acme.example gibt es schon." in page.words
    page = browser.get("/tenants/missing")
    assert "Das gibt es hier nicht: missing." in page.words
