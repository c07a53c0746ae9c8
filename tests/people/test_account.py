"""One's own account: what changes how one proves who one is asks for the second factor, and ends other sessions."""

from collections.abc import Callable

import pytest
from pyotp import TOTP

from mailstead.ground.errors import InvalidInput, NotFound
from mailstead.people.errors import LastFactor, NotSignedIn, SignInRefused, StepUpNeeded
from mailstead.people.model import Role
from mailstead.people.person import NewToken, Profile
from mailstead.people.port import Account
from mailstead.security.model import Secret, WeakPassword

from .authenticator import Authenticator
from .conftest import ELSEWHERE, HERE, PASSWORD, House, Somebody, both, cookie

pytestmark = both
OTHER = Secret.of("some other clouds up there")
READING = NewToken.parse({"name": "script", "rights": ["tenants:read"]})

GRAVE_DEEDS: dict[str, Callable[[Account, str], object]] = {
    "an app offered": lambda account, cookie: account.offer_totp(cookie, HERE),
    "an app added": lambda account, cookie: account.add_totp(cookie, "123456", "", HERE),
    "a passkey offered": lambda account, cookie: account.offer_passkey(cookie, HERE),
    "a passkey added": lambda account, cookie: account.add_passkey(cookie, "{}", "", HERE),
    "a factor removed": lambda account, cookie: account.remove_factor(cookie, "x", HERE),
    "new recovery codes": lambda account, cookie: account.new_recovery_codes(cookie, HERE),
    "another password": lambda account, cookie: account.change_password(cookie, PASSWORD, OTHER, HERE),
    "a token": lambda account, cookie: account.add_token(cookie, READING, HERE),
}


@pytest.fixture
def olga(house: House) -> Somebody:
    return house.settled()


@pytest.mark.parametrize("deed", GRAVE_DEEDS)
def test_what_changes_how_one_proves_oneself_needs_the_second_factor_anew(
    house: House, olga: Somebody, deed: str
) -> None:
    house.later(minutes=20)
    rows = house.trail.head().sequence
    with pytest.raises(StepUpNeeded):
        GRAVE_DEEDS[deed](house.people.account, olga.cookie)
    assert house.trail.head().sequence == rows


def test_another_password_ends_the_other_sessions_and_goes_on_with_a_new_cookie(house: House, olga: Somebody) -> None:
    other = olga.sign_in(ELSEWHERE)
    changed = house.people.account.change_password(olga.cookie, PASSWORD, OTHER, HERE)
    for old in (other, olga.cookie):
        with pytest.raises(NotSignedIn):
            house.people.sign_in.session(old, HERE)
    assert house.people.sign_in.session(cookie(changed), HERE)
    with pytest.raises(SignInRefused):
        olga.begin()
    assert olga.begin(password=OTHER)


def test_another_password_needs_the_one_before_and_is_no_weak_one(house: House, olga: Somebody) -> None:
    with pytest.raises(SignInRefused):
        house.people.account.change_password(olga.cookie, OTHER, OTHER, HERE)
    with pytest.raises(WeakPassword):
        house.people.account.change_password(olga.cookie, PASSWORD, Secret.of("olga@ops.example olga"), HERE)
    assert olga.begin()


def test_a_second_app_counts_beside_the_first_and_gives_no_new_recovery_codes(house: House, olga: Somebody) -> None:
    other_session = olga.sign_in(ELSEWHERE)
    offer = house.people.account.offer_totp(olga.cookie, HERE)
    second = TOTP(offer.letters.reveal_text())
    added = house.people.account.add_totp(olga.cookie, second.at(house.clock.now()), "tablet", HERE)
    assert added.recovery_codes == ()
    with pytest.raises(NotSignedIn):
        house.people.sign_in.session(other_session, ELSEWHERE)
    names = [factor.name for factor in house.people.account.factors(cookie(added.admission), HERE).factors]
    assert names == ["phone", "tablet"]
    house.later(seconds=30)
    begun = olga.begin()
    assert house.people.sign_in.second_by_code(begun, second.at(house.clock.now()), HERE)
    assert olga.sign_in()


def test_an_app_is_not_added_without_a_code_of_it(house: House, olga: Somebody) -> None:
    house.people.account.offer_totp(olga.cookie, HERE)
    with pytest.raises(SignInRefused):
        house.people.account.add_totp(olga.cookie, "000000", "", HERE)
    assert len(house.people.account.factors(olga.cookie, HERE).factors) == 1


def test_an_app_that_was_not_offered_in_this_session_is_not_added(house: House, olga: Somebody) -> None:
    other = olga.sign_in(ELSEWHERE)
    letters = house.people.account.offer_totp(other, ELSEWHERE).letters.reveal_text()
    with pytest.raises(SignInRefused):
        house.people.account.add_totp(olga.cookie, TOTP(letters).at(house.clock.now()), "", HERE)


def test_the_offer_can_be_scanned(house: House, olga: Somebody) -> None:
    offer = house.people.account.offer_totp(olga.cookie, HERE)
    assert offer.uri.reveal_text().startswith("otpauth://totp/mailstead:olga%40ops.example?secret=")
    assert len(offer.letters.reveal_text()) == 32
    assert offer.letters.reveal_text() not in repr(offer)


def test_the_only_second_factor_of_an_operator_stays(house: House, olga: Somebody) -> None:
    only = house.people.account.factors(olga.cookie, HERE).factors[0]
    with pytest.raises(LastFactor):
        house.people.account.remove_factor(olga.cookie, only.id, HERE)


def test_a_factor_that_was_removed_counts_no_more(house: House, olga: Somebody) -> None:
    phone = house.people.account.factors(olga.cookie, HERE).factors[0]
    made = Authenticator().make(house.people.account.offer_passkey(olga.cookie, HERE))
    olga.cookie = cookie(house.people.account.add_passkey(olga.cookie, made, "key", HERE).admission)
    house.people.account.remove_factor(olga.cookie, phone.id, HERE)
    with pytest.raises(SignInRefused):
        house.people.sign_in.second_by_code(olga.begin(), olga.code(), HERE)
    assert house.vault.names("") == []


def test_a_factor_of_somebody_else_is_not_there(house: House, olga: Somebody) -> None:
    otto = house.settled("otto@ops.example")
    theirs = house.people.account.factors(otto.cookie, HERE).factors[0]
    with pytest.raises(NotFound):
        house.people.account.remove_factor(olga.cookie, theirs.id, HERE)
    assert len(house.people.account.factors(otto.cookie, HERE).factors) == 1


def test_sessions_are_listed_and_can_be_ended_from_another_one(house: House, olga: Somebody) -> None:
    other = olga.sign_in(ELSEWHERE)
    listed = house.people.account.sessions(olga.cookie, HERE)
    assert {(one.source, one.agent) for one in listed} == {(HERE.source, "Firefox"), (ELSEWHERE.source, "curl")}
    there = next(one for one in listed if one.agent == "curl")
    house.people.account.end_session(olga.cookie, there.id, HERE)
    house.people.account.end_session(olga.cookie, there.id, HERE)
    with pytest.raises(NotSignedIn):
        house.people.callers.by_session(other, ELSEWHERE.source)


@pytest.mark.parametrize("session", ["", "\x00", "\ud800", "somebody-elses"], ids=range(4))
def test_a_session_or_token_that_is_not_ones_own_is_left_alone(house: House, olga: Somebody, session: str) -> None:
    otto = house.settled("otto@ops.example")
    theirs = house.people.sign_in.session(otto.cookie, HERE).id
    rows = house.trail.head().sequence
    for one in (session, theirs):
        house.people.account.end_session(olga.cookie, one, HERE)
        house.people.account.revoke_token(olga.cookie, one, HERE)
    assert house.people.sign_in.session(otto.cookie, HERE)
    assert house.trail.head().sequence == rows


def test_the_profile_is_ones_own(house: House, olga: Somebody) -> None:
    wanted = Profile.parse({"name": "أولغا", "language": "de", "time_zone": "Europe/Berlin"})
    changed = house.people.account.change_profile(olga.cookie, wanted, HERE)
    assert (changed.name, changed.language, changed.time_zone) == (wanted.name, "de", "Europe/Berlin")


BAD_PROFILES = [
    {"name": "a\nb"},
    {"name": "Olga \u202egnorw"},
    {"name": "x" * 101},
    {"language": "xx"},
    {"time_zone": "../../etc/passwd"},
    {"role": "owner"},
]


@pytest.mark.parametrize("bad", BAD_PROFILES, ids=range(len(BAD_PROFILES)))
def test_a_profile_holds_nothing_else(bad: dict[str, str], house: House) -> None:
    with pytest.raises(InvalidInput):
        Profile.parse(bad)


def test_a_token_does_what_it_was_given_until_it_is_revoked(house: House, olga: Somebody) -> None:
    token, key = house.people.account.add_token(olga.cookie, READING, HERE)
    caller = house.people.callers.by_token(key.reveal_text(), "192.0.2.1")
    assert (caller.rights, caller.via, caller.actor) == (READING.rights, "token", "token:olga@ops.example")
    assert key.reveal_text().startswith("mst_")
    assert key.reveal_text().startswith(token.begins)
    assert [one.id for one in house.people.account.tokens(olga.cookie, HERE)] == [token.id]
    house.people.account.revoke_token(olga.cookie, token.id, HERE)
    with pytest.raises(NotSignedIn):
        house.people.callers.by_token(key.reveal_text(), "192.0.2.1")


def test_a_token_expires(house: House, olga: Somebody) -> None:
    _, key = house.people.account.add_token(olga.cookie, READING, HERE)
    house.later(days=89, hours=23)
    house.people.callers.by_token(key.reveal_text(), "192.0.2.1")
    house.later(hours=1)
    with pytest.raises(NotSignedIn):
        house.people.callers.by_token(key.reveal_text(), "192.0.2.1")


def test_a_token_has_no_right_that_its_person_lacks(house: House) -> None:
    house.settled()
    alice = house.settled("alice@acme.example", Role.TENANT_ADMIN, "acme")
    for bad in ({"rights": ["hosts:read"]}, {"rights": ["mail:read"], "tenants": ["globex"]}):
        with pytest.raises(InvalidInput):
            house.people.account.add_token(alice.cookie, NewToken.parse({"name": "x"} | bad), HERE)


@pytest.mark.parametrize("bearer", ["", "mst_", "mst_" + "x" * 43, "\x00", "\ud800", "Bearer mst_x"], ids=range(6))
def test_what_is_no_token_is_nobodys(house: House, bearer: str) -> None:
    with pytest.raises(NotSignedIn):
        house.people.callers.by_token(bearer, HERE.source)


def test_a_cookie_is_no_token_and_a_token_no_cookie(house: House, olga: Somebody) -> None:
    _, key = house.people.account.add_token(olga.cookie, READING, HERE)
    with pytest.raises(NotSignedIn):
        house.people.callers.by_token(olga.cookie, HERE.source)
    with pytest.raises(NotSignedIn):
        house.people.callers.by_session(key.reveal_text(), HERE.source)
