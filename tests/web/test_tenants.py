"""What is done to a tenant: shown first, told, undone where that can be, and confirmed by its name where not."""

import re

from mailstead.tenants.model import Status

from .house import ALICE, OLGA, House, tenant


def test_a_new_tenants_plan_is_shown_and_nothing_is_kept_until_it_is_said(house: House) -> None:
    browser = house.browser(OLGA)
    browser.get("/onboarding")
    page = browser.send("/onboarding/plan", name="initech", domains="initech.example")
    assert "machine initech" in page.words
    assert "initech" not in house.running.world.tenants.all()
    page = browser.send("/onboarding")
    assert page.path.startswith("/orders/")
    house.engine.settle()
    assert "12 of 12 steps done" in browser.get(page.path).words


def test_a_refused_name_keeps_what_was_typed_and_says_what_to_do(house: House) -> None:
    browser = house.browser(OLGA)
    browser.get("/onboarding")
    page = browser.send("/onboarding/plan", name="No Such Name", domains="one.example\ntwo.example", memory_mib="1024")
    assert page.status == 422
    assert "use 2 to 32 lower-case letters" in page.words
    fields = next(form.fields for form in page.read.forms if form.action == "/onboarding/plan")
    assert (fields["name"], fields["domains"], fields["memory_mib"]) == (
        "No Such Name",
        "one.example\ntwo.example",
        "1024",
    )


def test_removing_an_alias_is_undone_by_the_notice(house: House) -> None:
    browser, store = house.browser(ALICE), house.running.world.tenants
    before = store.get("acme").tenant.aliases
    browser.get("/tenants/acme/aliases")
    page = browser.send("/tenants/acme/aliases/remove", address="info@acme.example")
    assert "info@acme.example is removed." in page.words
    assert store.get("acme").tenant.aliases == ()
    undo = next(form for form in page.read.forms if form.fields.get("targets") and "Undo" in page.words)
    browser.post(undo.action, undo.fields)
    assert store.get("acme").tenant.aliases == before
    assert "Undo" not in browser.get("/tenants/acme").words


def test_what_cannot_be_undone_takes_its_name(house: House) -> None:
    browser, address = house.browser(ALICE), "clara@acme.example"
    for typed, left in (("", True), ("clara", True), (address, False)):
        browser.get(f"/tenants/acme/mailbox?address={address}")
        page = browser.send("/tenants/acme/mailbox/remove", confirm=typed)
        assert ("not-confirmed" in page.words) is left
        assert (address in house.running.world.tenants.get("acme").tenant.addresses) is left


def test_a_removed_tenant_is_brought_back_and_only_then_gone_for_good(house: House) -> None:
    house.add_tenant(tenant("umbrella"))
    browser, store = house.browser(OLGA), house.running.world.tenants
    browser.get("/tenants/umbrella")
    assert "umbrella" in browser.send("/tenants/umbrella/remove", confirm="umbrela").words
    assert store.get("umbrella").tenant.status is Status.ACTIVE
    browser.get("/tenants/umbrella")
    browser.send("/tenants/umbrella/remove", confirm="umbrella")
    house.engine.settle()
    browser.get("/tenants/umbrella")
    browser.send("/tenants/umbrella/resume")
    house.engine.settle()
    assert store.get("umbrella").tenant.status is Status.ACTIVE


def test_suspending_and_bringing_back_undo_each_other(house: House) -> None:
    browser, store = house.browser(OLGA), house.running.world.tenants
    browser.get("/tenants/acme")
    for act, undo, status in (("suspend", "resume", Status.SUSPENDED), ("resume", "suspend", Status.ACTIVE)):
        page = browser.send(f"/tenants/acme/{act}")
        assert store.get("acme").tenant.status is status
        assert f"/tenants/acme/{undo}" in [
            form.action for form in page.read.forms if form.fields.keys() == {"csrf_token"}
        ]
    assert "Undo" in page.words


def test_a_password_is_shown_once_and_is_in_no_cookie(house: House) -> None:
    browser = house.browser(ALICE)
    browser.get("/tenants/acme/mailboxes")
    page = browser.send("/tenants/acme/mailboxes", address="Zoe@Acme.Example", name="Zoë")
    found = re.search(r'class="secret">([^<]+)<', page.text)
    assert found
    assert found[1] not in str(browser.client.cookies) + str(page.headers)
    assert found[1] not in browser.get("/tenants/acme/mailbox?address=zoe@acme.example").text
    assert found[1] not in browser.get("/tenants/acme/audit").text


def test_a_csv_file_is_judged_line_by_line_and_changes_nothing(house: House) -> None:
    browser, before = house.browser(ALICE), house.running.world.tenants.get("acme")
    lines = "address,name,quota_mib\nnew@acme.example,Neu,10\nnew@acme.example,,\nx@globex.example,,"
    lines += "\nanna@acme.example,,\nno,,"
    browser.get("/tenants/acme/mailboxes/import")
    page = browser.send("/tenants/acme/mailboxes/preview", csv=lines)
    assert "4 lines cannot be taken" in page.words
    for line in (3, 4, 5, 6):
        assert f'<td class="number">{line}</td>' in page.text
    assert house.running.world.tenants.get("acme") == before
    page = browser.send("/tenants/acme/mailboxes/preview", csv="address,name\nnew@acme.example,Neu")
    assert "1 mailbox would be added" in page.words
    assert "Passwords that were made" in browser.send("/tenants/acme/mailboxes/import").words
    assert "new@acme.example" in house.running.world.tenants.get("acme").tenant.addresses


def test_ten_thousand_lines_are_looked_at_in_one_answer(house: House) -> None:
    browser = house.browser(ALICE)
    browser.get("/tenants/acme/mailboxes/import")
    lines = "\n".join(["address", *(f"box{number}@acme.example" for number in range(10_000))])
    page = browser.send("/tenants/acme/mailboxes/preview", csv=lines)
    assert "10,000 mailboxes would be added" in page.words or "10000 mailboxes would be added" in page.words
    assert "and 9,800 more" in page.words


def test_a_file_that_is_no_text_is_refused(house: House) -> None:
    browser = house.browser(ALICE)
    files = {"file": ("boxes.csv", b"address\n\xff\xfe@acme.example", "text/csv")}
    path = "/tenants/acme/mailboxes/preview"
    answer = browser.client.post(path, data={"csrf_token": browser.token}, files=files)
    assert answer.status_code == 422
    assert "no UTF-8 text" in answer.text


def test_an_order_is_told_as_it_goes_until_it_ends(house: House) -> None:
    order = house.running.lifecycle.settle("acme")
    house.engine.settle()
    page = house.browser(ALICE).get(f"/orders/{order}/live")
    assert page.headers["content-type"].startswith("text/event-stream")
    assert page.text.endswith("event: end\ndata:\n\n")
    assert "12 of 12 steps done" in page.text
