"""People as owners see and change them, and as a tenant's administrator may see them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from mailstead.ground.errors import InvalidInput, NotFound
from mailstead.ground.scope import EVERYTHING, Scope
from mailstead.people.errors import Forbidden, LastOwner, NotSignedIn, PersonThere
from mailstead.people.model import Right, Role
from mailstead.people.person import NewPerson, NewToken, PersonChange
from mailstead.people.session import Stage
from mailstead.tenants.store import TenantStore

from .conftest import HERE, House, both

pytestmark = both


def cast(house: House) -> None:
    house.invite("olga@ops.example", Role.OWNER)
    house.invite("alice@acme.example", Role.TENANT_ADMIN, "acme")
    house.invite("bob@globex.example", Role.TENANT_ADMIN, "globex")
    house.invite("dora@both.example", Role.TENANT_ADMIN, "acme", "globex")
    house.invite("auditor@ops.example", Role.AUDITOR)
    house.invite("ada@acme.example", Role.AUDITOR, "acme")


def test_a_tenants_administrator_sees_the_people_of_the_tenant_alone(house: House) -> None:
    cast(house)
    acme = house.people.register.within(Scope.of("acme"))
    seen = {person.address: person.tenants for person in acme.page()}
    assert seen == {address: {"acme"} for address in ("ada@acme.example", "alice@acme.example", "dora@both.example")}
    assert acme.get("dora@both.example").tenants == {"acme"}
    for address in ("olga@ops.example", "bob@globex.example", "auditor@ops.example", "nobody@x.example", "\x00"):
        with pytest.raises(NotFound) as missing:
            acme.get(address)
        assert missing.value.code == "not-found"
    assert [person.address for person in acme.page(search="globex")] == []
    assert house.people.register.within(Scope.of()).page() == []


def test_whoever_sees_tenants_only_changes_nobody(house: House) -> None:
    cast(house)
    acme = house.people.register.within(Scope.of("acme"))
    deeds = (acme.disable, acme.enable, acme.reset, acme.remove, acme.factors, acme.sessions, acme.tokens)
    for deed in (*deeds, acme.end_sessions):
        with pytest.raises(Forbidden):
            deed("alice@acme.example")
    with pytest.raises(Forbidden):
        acme.invite(NewPerson.parse({"address": "x@acme.example", "role": "tenant-admin", "tenants": ["acme"]}))


def test_people_are_listed_in_pages_and_found_by_name_and_address(house: House) -> None:
    cast(house)
    register = house.people.register
    first = register.page(limit=4)
    rest = register.page(after=first[-1].address, limit=4)
    addresses = [person.address for person in first + rest]
    assert addresses == sorted(addresses)
    assert len(set(addresses)) == 6
    assert [person.address for person in register.page(search="GLOBEX")] == ["bob@globex.example"]
    assert register.page(search="%") == register.page(search="_") == register.page(search="\x00") == []


def test_an_address_has_one_account(house: House) -> None:
    cast(house)
    with pytest.raises(PersonThere):
        house.invite("Olga@ops.example", Role.READER)
    assert house.told("person.invite.refused")


BAD = [
    {"address": "x@y.example", "role": "tenant-admin"},
    {"address": "x@y.example", "role": "owner", "tenants": ["acme"]},
    {"address": "x@y.example", "role": "user"},
    {"address": "x@y.example", "role": "god"},
    {"address": "no address", "role": "owner"},
    {"address": "x@" + "y" * 60 + "." + "z" * 20 + ".example", "role": "owner"},
    {"address": "x@y.example", "role": "owner", "name": "two\nlines"},
    {"address": "x@y.example", "role": "owner", "password": "chosen by somebody else"},
    {"address": "x@y.example", "role": "owner", "everywhere": True},
]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_who_cannot_be_invited_is_refused_with_the_field_named(house: House, bad: dict[str, object]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        NewPerson.parse(bad)
    assert refusal.value.field
    assert house.people.register.page() == []


def test_nobody_administers_a_tenant_that_is_not_there(house: House) -> None:
    with pytest.raises(NotFound):
        house.invite("x@y.example", Role.TENANT_ADMIN, "acme", "initech")
    assert house.people.register.page() == []


def test_another_role_counts_at_once(house: House) -> None:
    house.settled()
    otto = house.settled("otto@ops.example", Role.ADMIN)
    _, key = house.people.register.add_token(
        otto.address, NewToken.parse({"name": "x", "rights": ["hosts:read", "mail:read"]})
    )
    change = PersonChange.parse({"role": "tenant-admin", "tenants": ["acme"]})
    after = house.people.register.change(otto.address, change)
    assert (after.scope, after.role) == (Scope.of("acme"), Role.TENANT_ADMIN)
    with pytest.raises(NotSignedIn):
        house.people.sign_in.session(otto.cookie, HERE)
    caller = house.people.callers.by_token(key.reveal_text(), HERE.source)
    assert (caller.rights, caller.scope) == (frozenset({Right.MAIL_READ}), Scope.of("acme"))


def test_who_is_disabled_is_out_at_once_and_in_again_only_by_a_new_sign_in(house: House) -> None:
    house.settled()
    otto = house.settled("otto@ops.example", Role.ADMIN)
    _, key = house.people.register.add_token(otto.address, NewToken.parse({"name": "x", "rights": ["mail:read"]}))
    assert house.people.register.disable(otto.address).disabled
    with pytest.raises(NotSignedIn):
        house.people.callers.by_session(otto.cookie, HERE.source)
    with pytest.raises(NotSignedIn):
        house.people.callers.by_token(key.reveal_text(), HERE.source)
    house.people.register.enable(otto.address)
    with pytest.raises(NotSignedIn):
        house.people.callers.by_session(otto.cookie, HERE.source)
    assert otto.sign_in()


def test_who_is_removed_leaves_nothing_but_the_trail(house: House) -> None:
    house.settled()
    otto = house.settled("otto@ops.example", Role.ADMIN)
    person = otto.person.id
    house.people.register.remove(otto.address)
    assert person not in house.everything()
    assert len(house.vault.names("")) == 1
    assert [entry.subject for entry in house.told("person.remove")] == [otto.address]


def test_the_last_owner_stays(house: House) -> None:
    olga = house.settled()
    register = house.people.register
    reader = PersonChange.parse({"role": "reader"})
    for deed in (register.disable, register.remove, lambda address: register.change(address, reader)):
        with pytest.raises(LastOwner):
            deed(olga.address)
    assert olga.sign_in()
    house.invite("otto@ops.example", Role.OWNER)
    register.remove(olga.address)
    assert [person.address for person in register.page()] == ["otto@ops.example"]


def test_two_owners_who_remove_each_other_at_once_leave_one(house: House) -> None:
    for name in ("olga", "otto"):
        house.invite(f"{name}@ops.example", Role.OWNER)

    def remove(name: str) -> None:
        with suppress(LastOwner):
            house.people.register.remove(f"{name}@ops.example")

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(remove, ("olga", "otto")))
    assert len(house.people.register.page()) == 1


def test_who_lost_every_factor_enrols_anew_at_the_next_sign_in(house: House) -> None:
    house.settled()
    otto = house.settled("otto@ops.example", Role.ADMIN)
    phone = house.people.register.factors(otto.address).factors[0]
    house.people.register.remove_factor(otto.address, phone.id)
    with pytest.raises(NotSignedIn):
        house.people.sign_in.session(otto.cookie, HERE)
    assert house.people.register.factors(otto.address).recovery_codes_left == 0
    assert house.people.sign_in.session(otto.begin(), HERE).stage is Stage.ENROL


def test_sessions_of_somebody_can_be_ended_by_an_owner(house: House) -> None:
    olga = house.settled()
    otto = house.settled("otto@ops.example", Role.ADMIN)
    otto.sign_in()
    register = house.people.register.by("session:olga@ops.example", HERE.source)
    one, _ = register.sessions(otto.address)
    assert register.end_sessions(otto.address, one.id) == 1
    assert register.end_sessions(otto.address) == 1
    assert register.end_sessions(otto.address) == 0
    assert house.people.sign_in.session(olga.cookie, HERE)
    entry = house.told("session.end")[0]
    assert (entry.actor, entry.subject) == ("session:olga@ops.example", otto.address)
    assert HERE.source in entry.details


def test_a_tenant_sees_what_is_done_to_its_people_and_nothing_of_other_tenants(house: House) -> None:
    house.settled()
    house.settled("dora@both.example", Role.TENANT_ADMIN, "acme", "globex")
    change = PersonChange.parse({"role": "tenant-admin", "tenants": ["acme"]})
    house.people.register.change("dora@both.example", change)
    rows = house.trail.list("acme")
    assert {"person.invite", "sign-in", "person.change"} <= {entry.action for entry in rows}
    assert not [entry for entry in rows if "globex" in entry.details]
    assert [entry for entry in house.told("person.change") if "globex" in entry.details and entry.tenant == ""]


def test_a_tenant_that_is_gone_takes_the_right_to_a_later_one_of_its_name_with_it(house: House) -> None:
    house.settled()
    alice = house.settled("alice@acme.example", Role.TENANT_ADMIN, "acme")
    store = TenantStore(house.database)
    acme = store.get("acme").tenant
    store.forget("acme")
    store.add(acme)
    assert alice.person.scope == Scope.of()
    assert house.people.callers.by_session(alice.cookie, HERE.source).scope == Scope.of()


def test_an_auditor_of_a_tenant_that_is_gone_does_not_see_everything(house: House) -> None:
    cast(house)
    assert house.people.register.get("auditor@ops.example").scope == EVERYTHING
    TenantStore(house.database).forget("acme")
    assert house.people.register.get("ada@acme.example").scope == Scope.of()


def test_the_link_begins_with_the_platforms_own_address(house: House) -> None:
    link = house.invite("a@ops.example", Role.ADMIN)
    assert link.url.reveal_text().startswith("https://console.example/invitation/")
    assert link.url.reveal_text() not in repr(link)
    admission = house.people.sign_in.invited(link.url.reveal_text().rpartition("/")[2])
    assert admission.address == "a@ops.example"
