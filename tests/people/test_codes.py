"""Codes of apps and recovery codes: each counts once, in every session."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from mailstead.people.errors import SignInRefused, TooManyTries
from mailstead.people.session import Stage

from .conftest import ELSEWHERE, HERE, House, both, cookie

pytestmark = both


def test_a_code_counts_once_over_all_sessions(house: House) -> None:
    olga = house.settled()
    one, other = olga.begin(), olga.begin(ELSEWHERE)
    code = olga.code()
    assert house.people.sign_in.second_by_code(one, code, HERE).stage is Stage.FULL
    with pytest.raises(SignInRefused):
        house.people.sign_in.second_by_code(other, code, ELSEWHERE)


def test_the_code_that_enrolled_the_app_does_not_sign_in(house: House) -> None:
    olga = house.settled()
    enrolled_with = olga.app.at(house.clock.now(), counter_offset=-1)
    with pytest.raises(SignInRefused):
        house.people.sign_in.second_by_code(olga.begin(), enrolled_with, HERE)


@pytest.mark.parametrize(("away", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_wrong_by_one_step(house: House, away: int, *, counts: bool) -> None:
    olga = house.settled()
    house.later(minutes=5)
    begun, code = olga.begin(), olga.app.at(house.clock.now(), counter_offset=away)
    if counts:
        assert house.people.sign_in.second_by_code(begun, code, HERE).stage is Stage.FULL
    else:
        with pytest.raises(SignInRefused):
            house.people.sign_in.second_by_code(begun, code, HERE)


def test_a_code_older_than_the_one_used_last_counts_no_more(house: House) -> None:
    olga = house.settled()
    house.later(minutes=5)
    before = olga.app.at(house.clock.now())
    later = olga.app.at(house.clock.now(), counter_offset=1)
    house.people.sign_in.second_by_code(olga.begin(), later, HERE)
    with pytest.raises(SignInRefused):
        house.people.sign_in.second_by_code(olga.begin(), before, HERE)


def test_the_same_code_given_at_once_by_many_lets_one_in(house: House) -> None:
    olga = house.settled()
    begun, code = [olga.begin() for _ in range(4)], olga.code()

    def give(cookie_: str) -> bool:
        try:
            house.people.sign_in.second_by_code(cookie_, code, HERE)
        except (SignInRefused, TooManyTries):
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(give, begun)) == 1


NO_CODES = ["", " ", "12345", "1234567", "abcdef", "１２３４５６", "\x00", "9" * 10_000, "\ud800", "-00001"]


@pytest.mark.parametrize("code", NO_CODES, ids=range(len(NO_CODES)))
def test_what_is_no_code_is_refused(house: House, code: str) -> None:
    olga = house.settled()
    with pytest.raises(SignInRefused):
        house.people.sign_in.second_by_code(olga.begin(), code, HERE)


def test_a_code_may_be_typed_as_the_app_shows_it(house: House) -> None:
    olga = house.settled()
    code = olga.code()
    admission = house.people.sign_in.second_by_code(olga.begin(), f" {code[:3]} {code[3:]} ", HERE)
    assert admission.stage is Stage.FULL


def test_a_recovery_code_counts_once(house: House) -> None:
    olga = house.settled()
    assert len(set(olga.recovery_codes)) == 10
    begun = olga.begin()
    full = house.people.sign_in.second_by_code(begun, olga.recovery_codes[3].upper().replace("-", " "), HERE)
    assert full.stage is Stage.FULL
    assert house.people.account.factors(cookie(full), HERE).recovery_codes_left == 9
    with pytest.raises(SignInRefused):
        house.people.sign_in.second_by_code(olga.begin(), olga.recovery_codes[3], HERE)


def test_new_recovery_codes_take_the_place_of_the_old(house: House) -> None:
    olga = house.settled()
    made = house.people.account.new_recovery_codes(olga.sign_in(), HERE)
    assert not set(made.recovery_codes) & set(olga.recovery_codes)
    with pytest.raises(SignInRefused):
        house.people.sign_in.second_by_code(olga.begin(), olga.recovery_codes[0], HERE)


def test_a_recovery_code_of_somebody_else_is_none(house: House) -> None:
    olga, otto = house.settled(), house.settled("otto@ops.example")
    with pytest.raises(SignInRefused):
        house.people.sign_in.second_by_code(olga.begin(), otto.recovery_codes[0], HERE)
