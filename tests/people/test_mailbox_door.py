"""Mailbox users come in by the password of their mailbox, and by nothing else; their sessions end with it."""

from collections.abc import Callable

import pytest

from mailstead.ground.scope import Scope
from mailstead.people.errors import NotSignedIn, SignInRefused, TooManyTries
from mailstead.people.model import Right, Role
from mailstead.security.model import Secret
from mailstead.tenants import changes
from mailstead.tenants.model import Mailbox, Status, Tenant
from mailstead.tenants.store import TenantStore

from .conftest import ELSEWHERE, HERE, PASSWORD, House, both, cookie

UMA, BERT = "uma@acme.example", "bert@acme.example"
OTHER = Secret.of("another one, of many words")


@pytest.fixture
def homely(house: House) -> House:
    """Uma and Bert have mailboxes, Bert no password."""
    _change(house, lambda tenant: changes.with_mailboxes(tenant, (Mailbox(address=UMA), Mailbox(address=BERT))))
    _give(house, PASSWORD)
    return house


def _change(house: House, step: Callable[[Tenant], Tenant]) -> None:
    TenantStore(house.database).change("acme", step)


def _give(house: House, password: Secret) -> None:
    house.vault.put("acme", f"password/{UMA}", house.hashing.make(password).encode())


def _in(house: House, password: Secret = PASSWORD) -> str:
    return cookie(house.people.mailboxes.by_password(UMA, password, HERE))


def _refused(house: House, address: str, password: Secret = PASSWORD) -> dict[str, str]:
    with pytest.raises(SignInRefused) as refusal:
        house.people.mailboxes.by_password(address, password, HERE)
    return refusal.value.as_dict()


@pytest.mark.parametrize("house", ["sqlite", "postgresql"], indirect=True)
def test_who_knows_the_password_may_ask_for_that_mailbox_alone(homely: House) -> None:
    caller = homely.people.callers.by_session(_in(homely), HERE.source)
    assert (caller.role, caller.mailbox, caller.scope) == (Role.USER, UMA, Scope.of("acme"))
    assert caller.rights == {Right.MAILBOX_OWN}
    assert caller.actor == f"mailbox:{UMA}"
    assert homely.told("sign-in")[0].subject == UMA


def test_whether_a_mailbox_exists_shows_in_neither_the_answer_nor_the_work(homely: House) -> None:
    told = []
    for address in (UMA, BERT, "nobody@acme.example", "nobody@far.example", "no address"):
        before = homely.hashing.checked
        told.append((_refused(homely, address, OTHER), homely.hashing.checked - before))
    assert all(one == told[0] for one in told)
    assert told[0][1] == 1


def test_without_a_password_of_its_own_nobody_signs_in(homely: House) -> None:
    assert _refused(homely, BERT, Secret.of(""))["code"] == "sign-in-refused"


@pytest.mark.parametrize("gone", [
    lambda tenant: changes.change_mailbox(tenant, UMA, enabled=False),
    lambda tenant: changes.without_mailbox(tenant, UMA),
    lambda tenant: changes.standing(tenant, Status.SUSPENDED),
    lambda tenant: changes.standing(tenant, Status.REMOVED),
], ids=["disabled", "removed", "suspended", "tenant-removed"])  # fmt: skip
def test_who_has_no_mailbox_any_more_is_out_at_once(homely: House, gone: Callable[[Tenant], Tenant]) -> None:
    held = _in(homely)
    _change(homely, gone)
    with pytest.raises(NotSignedIn):
        homely.people.callers.by_session(held, HERE.source)
    _refused(homely, UMA)


def test_another_password_ends_every_session_whoever_set_it(homely: House) -> None:
    held = [_in(homely), _in(homely)]
    _give(homely, OTHER)
    for one in held:
        with pytest.raises(NotSignedIn):
            homely.people.callers.by_session(one, HERE.source)
    _refused(homely, UMA)
    homely.people.callers.by_session(_in(homely, OTHER), HERE.source)


def test_a_person_and_a_mailbox_of_the_same_address_have_two_doors(homely: House) -> None:
    uma = homely.settled(UMA, Role.TENANT_ADMIN, "acme")
    _give(homely, OTHER)
    _refused(homely, UMA, PASSWORD)
    with pytest.raises(SignInRefused):
        homely.people.sign_in.by_password(UMA, OTHER, HERE)
    held = _in(homely, OTHER)
    with pytest.raises(NotSignedIn):
        homely.people.sign_in.session(held, HERE)
    with pytest.raises(NotSignedIn):
        homely.people.account.factors(held, HERE)
    with pytest.raises(NotSignedIn):
        homely.people.mailboxes.session(uma.cookie, HERE)


def test_guessing_takes_longer_and_longer_and_hinders_the_person_s_door_nowhere(homely: House) -> None:
    for _ in range(5):
        _refused(homely, UMA, OTHER)
    with pytest.raises(TooManyTries):
        homely.people.mailboxes.by_password(UMA, PASSWORD, HERE)
    assert homely.people.mailboxes.by_password(UMA, PASSWORD, ELSEWHERE)
    homely.settled(UMA, Role.TENANT_ADMIN, "acme").begin()


def test_a_session_ends_idle_and_after_half_a_day(homely: House) -> None:
    held = _in(homely)
    homely.later(minutes=61)
    with pytest.raises(NotSignedIn):
        homely.people.mailboxes.session(held, HERE)
    held = _in(homely)
    for _ in range(13):
        homely.later(minutes=55)
        homely.people.mailboxes.session(held, HERE)
    homely.later(minutes=10)
    with pytest.raises(NotSignedIn):
        homely.people.mailboxes.session(held, HERE)


@both
def test_sessions_are_listed_and_ended_by_their_mailbox_alone(homely: House) -> None:
    first, second = _in(homely), _in(homely)
    mailboxes = homely.people.mailboxes
    mine = mailboxes.session(first, HERE).id
    mailboxes.end_session(second, mine, HERE)
    assert [one.id for one in mailboxes.sessions(second, HERE)] == [mailboxes.session(second, HERE).id]
    mailboxes.end_session(second, "somebody else's", HERE)
    mailboxes.end(second, HERE)
    with pytest.raises(NotSignedIn):
        mailboxes.session(second, HERE)


def test_the_database_holds_no_cookie_and_no_hash(homely: House) -> None:
    held = _in(homely)
    dump = homely.everything()
    assert held not in dump
    assert homely.hashing.make(PASSWORD) not in dump
