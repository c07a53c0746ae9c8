"""Signing in: password, then second factor; and what somebody who is not the person gets to see of it."""

from datetime import timedelta

import pytest

from mailstead.people.errors import NotSignedIn, SignInRefused
from mailstead.people.model import Role
from mailstead.people.session import Stage
from mailstead.security.model import Secret, WeakPassword

from .conftest import ELSEWHERE, HERE, PASSWORD, House, both, cookie, secret_of

pytestmark = both
WRONG = Secret.of("not what it is at all")


def test_the_password_alone_opens_nothing(house: House) -> None:
    olga = house.settled()
    begun = olga.begin()
    assert house.people.sign_in.session(begun, HERE).stage is Stage.SECOND
    with pytest.raises(NotSignedIn):
        house.people.callers.by_session(begun, HERE.source)
    with pytest.raises(NotSignedIn):
        house.people.account.sessions(begun, HERE)
    with pytest.raises(NotSignedIn):
        house.people.account.offer_totp(begun, HERE)


def test_with_the_code_of_the_app_it_is_the_person(house: House) -> None:
    olga = house.settled()
    caller = house.people.callers.by_session(olga.sign_in(), HERE.source)
    assert (caller.name, caller.role, caller.via) == ("olga@ops.example", Role.OWNER, "session")
    assert caller.actor == "session:olga@ops.example"
    caller.demand_fresh(house.clock.now())


def test_a_cookie_from_before_a_step_is_worth_nothing_after_it(house: House) -> None:
    olga = house.settled()
    begun = olga.begin()
    full = cookie(house.people.sign_in.second_by_code(begun, olga.code(), HERE))
    stepped = cookie(house.people.sign_in.second_by_code(full, olga.code(), HERE))
    for old in (begun, full):
        with pytest.raises(NotSignedIn):
            house.people.sign_in.session(old, HERE)
    assert house.people.sign_in.session(stepped, HERE).stage is Stage.FULL


@pytest.mark.parametrize("planted", ["", "x" * 43, "planted-by-an-attacker", "\x00", "ü" * 5000, "\ud800"])
def test_a_cookie_that_somebody_planted_is_nobodys(house: House, planted: str) -> None:
    house.settled()
    with pytest.raises(NotSignedIn):
        house.people.sign_in.session(planted, HERE)
    with pytest.raises(NotSignedIn):
        house.people.callers.by_session(planted, HERE.source)
    with pytest.raises(NotSignedIn):
        house.people.sign_in.second_by_code(planted, "123456", HERE)
    house.people.sign_in.end(planted, HERE)


def test_whoever_exists_or_not_gets_the_same_answer_after_as_many_hashes(house: House) -> None:
    olga, gone = house.settled(), house.settled("gone@ops.example")
    house.people.register.disable("gone@ops.example")
    house.invite("new@ops.example", Role.READER)
    answers = set()
    for address in (olga.address, "nobody@ops.example", gone.address, "new@ops.example", "no address", "", "a" * 9999):
        before, made, rows = house.hashing.checked, house.hashing.made, house.trail.head().sequence
        with pytest.raises(SignInRefused) as refusal:
            house.people.sign_in.by_password(address, WRONG, HERE)
        assert (house.hashing.checked - before, house.hashing.made - made) == (1, 0)
        assert house.trail.head().sequence - rows == 1
        answers.add(str(refusal.value.as_dict()))
    assert len(answers) == 1


def test_what_was_typed_for_an_address_that_nobody_has_is_not_written_down(house: House) -> None:
    with pytest.raises(SignInRefused):
        house.people.sign_in.by_password("my secret pass@phrase", WRONG, HERE)
    assert "my secret" not in house.everything()
    assert [entry.subject for entry in house.told("sign-in.refused")] == ["unknown"]


def test_the_address_may_be_typed_as_one_likes(house: House) -> None:
    olga = house.settled()
    assert house.people.sign_in.by_password("  Olga@OPS.example ", PASSWORD, HERE).stage is Stage.SECOND
    assert olga.person.address == "olga@ops.example"


def test_a_session_that_is_not_used_for_an_hour_is_over(house: House) -> None:
    olga = house.settled()
    for _ in range(3):
        house.later(minutes=59)
        house.people.callers.by_session(olga.cookie, HERE.source)
    house.later(minutes=61)
    with pytest.raises(NotSignedIn):
        house.people.callers.by_session(olga.cookie, HERE.source)


def test_a_session_that_is_used_all_the_time_is_over_after_twelve_hours(house: House) -> None:
    olga = house.settled()
    for _ in range(23):
        house.later(minutes=30)
        house.people.callers.by_session(olga.cookie, HERE.source)
    house.later(minutes=30)
    with pytest.raises(NotSignedIn):
        house.people.callers.by_session(olga.cookie, HERE.source)


def test_stepping_up_does_not_make_a_session_last_longer(house: House) -> None:
    olga = house.settled()
    ends = house.people.sign_in.session(olga.cookie, HERE).expires
    house.later(minutes=40)
    stepped = house.people.sign_in.second_by_code(olga.cookie, olga.code(), HERE)
    assert house.people.sign_in.session(cookie(stepped), HERE).expires == ends == stepped.expires


def test_who_waits_too_long_with_the_second_factor_begins_anew(house: House) -> None:
    olga = house.settled()
    begun = olga.begin()
    house.later(minutes=10)
    with pytest.raises(NotSignedIn):
        house.people.sign_in.second_by_code(begun, olga.code(), HERE)


def test_the_second_factor_counts_as_just_given_for_a_quarter_of_an_hour(house: House) -> None:
    olga = house.settled()
    full = olga.sign_in()
    house.later(minutes=14)
    assert house.people.callers.by_session(full, HERE.source).fresh_until is not None
    house.people.callers.by_session(full, HERE.source).demand_fresh(house.clock.now())
    house.later(minutes=1)
    caller = house.people.callers.by_session(full, HERE.source)
    assert caller.fresh_until == caller.at


def test_who_signs_out_is_out(house: House) -> None:
    olga = house.settled()
    other = olga.sign_in()
    house.people.sign_in.end(olga.cookie, HERE)
    house.people.sign_in.end(olga.cookie, HERE)
    with pytest.raises(NotSignedIn):
        house.people.sign_in.session(olga.cookie, HERE)
    assert house.people.sign_in.session(other, HERE).stage is Stage.FULL


def test_a_hash_of_former_times_is_made_anew_at_the_next_sign_in(house: House) -> None:
    olga = house.settled()
    house.hashing.stale_ones.add(house.hashing.make(PASSWORD))
    before = house.hashing.made
    olga.begin()
    assert house.hashing.made == before + 1


def test_a_mailbox_user_needs_no_second_factor_and_keeps_one_who_has_it(house: House) -> None:
    admission = house.people.sign_in.accept(
        secret_of(house.invite("anna@acme.example", Role.USER, "acme")), PASSWORD, HERE
    )
    assert admission.stage is Stage.FULL
    caller = house.people.callers.by_session(cookie(admission), HERE.source)
    assert caller.rights == frozenset()


def test_every_sign_in_is_told_with_who_and_from_where(house: House) -> None:
    olga = house.settled()
    olga.sign_in(ELSEWHERE)
    entry = house.told("sign-in")[0]
    assert (entry.actor, entry.subject) == ("session:olga@ops.example", "olga@ops.example")
    assert ELSEWHERE.source in entry.details
    assert "totp" in entry.details
    with pytest.raises(SignInRefused):
        house.people.sign_in.by_password(olga.address, WRONG, ELSEWHERE)
    refused = house.told("sign-in.refused")[0]
    assert (refused.actor, refused.subject) == (f"visitor:{ELSEWHERE.source}", olga.address)


def test_the_first_sign_in_is_good_for_enrolling_only(house: House) -> None:
    admission = house.people.sign_in.accept(secret_of(house.invite("a@ops.example", Role.ADMIN)), PASSWORD, HERE)
    assert admission.stage is Stage.ENROL
    begun = cookie(admission)
    with pytest.raises(NotSignedIn):
        house.people.callers.by_session(begun, HERE.source)
    for verb in (house.people.account.sessions, house.people.account.tokens, house.people.account.new_recovery_codes):
        with pytest.raises(NotSignedIn):
            verb(begun, HERE)
    with pytest.raises(NotSignedIn):
        house.people.account.change_password(begun, PASSWORD, WRONG, HERE)
    assert not house.people.account.factors(begun, HERE)


def test_an_invitation_counts_once(house: House) -> None:
    secret = secret_of(house.invite("a@ops.example", Role.ADMIN))
    assert house.people.sign_in.invited(secret).address == "a@ops.example"
    house.people.sign_in.accept(secret, PASSWORD, HERE)
    for again in (
        lambda: house.people.sign_in.accept(secret, WRONG, ELSEWHERE),
        lambda: house.people.sign_in.invited(secret),
    ):
        with pytest.raises(Exception, match="counts no longer") as gone:
            again()
        assert getattr(gone.value, "code", "") == "invitation-gone"


def test_a_weak_password_does_not_use_the_invitation_up(house: House) -> None:
    secret = secret_of(house.invite("anna.meier@acme.example", Role.TENANT_ADMIN, "acme"))
    weak = ("short", "passwordpassword", "one anna.meier one", "i administer acme now", "our mailstead and me")
    for password in weak:
        with pytest.raises(WeakPassword) as refusal:
            house.people.sign_in.accept(secret, Secret.of(password), HERE)
        assert password not in str(refusal.value.as_dict())
    assert house.people.sign_in.accept(secret, PASSWORD, HERE).stage is Stage.ENROL


def test_an_invitation_is_too_old_after_three_days(house: House) -> None:
    link = house.invite("a@ops.example", Role.ADMIN)
    assert link.expires - house.clock.now() == timedelta(days=3)
    house.later(days=3)
    with pytest.raises(Exception, match="counts no longer"):
        house.people.sign_in.accept(secret_of(link), PASSWORD, HERE)


def test_a_new_link_takes_the_place_of_the_one_before(house: House) -> None:
    first = secret_of(house.invite("a@ops.example", Role.ADMIN))
    second = secret_of(house.people.register.reset("a@ops.example"))
    with pytest.raises(Exception, match="counts no longer"):
        house.people.sign_in.invited(first)
    assert house.people.sign_in.invited(second).purpose == "invitation"


def test_a_reset_does_not_pass_by_the_second_factor(house: House) -> None:
    olga = house.settled()
    link = house.people.register.reset(olga.address)
    assert house.people.sign_in.invited(secret_of(link)).purpose == "reset"
    assert olga.begin()  # until the link is used, the password is the one it was
    admission = house.people.sign_in.accept(secret_of(link), Secret.of("some other clouds up there"), HERE)
    assert admission.stage is Stage.SECOND
    with pytest.raises(NotSignedIn):
        house.people.callers.by_session(cookie(admission), HERE.source)
    with pytest.raises(NotSignedIn):  # the sessions of before are over
        house.people.sign_in.session(olga.cookie, HERE)
    with pytest.raises(SignInRefused):
        olga.begin()
