"""Wrong tries make whoever makes them wait, and nobody else."""

import pytest

from mailstead.people.errors import SignInRefused, TooManyTries
from mailstead.people.session import Stage, Visitor
from mailstead.security.model import Secret

from .authenticator import Authenticator
from .conftest import ELSEWHERE, HERE, House, Somebody, both, cookie

WRONG = Secret.of("not what it is at all")


def guess(house: House, address: str, visitor: Visitor, most: int = 1000) -> int:
    """Try wrong passwords until we are told to wait; return how many were looked at."""
    for number in range(most):
        try:
            house.people.sign_in.by_password(address, WRONG, visitor)
        except TooManyTries:
            return number
        except SignInRefused:
            continue
    return most


@both
def test_a_few_wrong_passwords_cost_nothing_and_then_each_takes_longer(house: House) -> None:
    olga, waits = house.settled(), []
    assert guess(house, olga.address, ELSEWHERE) == 5
    for _ in range(14):
        with pytest.raises(TooManyTries) as told:
            house.people.sign_in.by_password(olga.address, WRONG, ELSEWHERE)
        waits.append(told.value.wait_s)
        house.later(seconds=told.value.wait_s)
        with pytest.raises(SignInRefused):
            house.people.sign_in.by_password(olga.address, WRONG, ELSEWHERE)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900]


def test_a_try_that_comes_too_early_is_not_looked_at_and_does_not_count(house: House) -> None:
    olga = house.settled()
    guess(house, olga.address, ELSEWHERE)
    checked, rows = house.hashing.checked, house.trail.head().sequence
    for _ in range(50):
        with pytest.raises(TooManyTries) as told:
            olga.begin(ELSEWHERE)
        assert told.value.wait_s == 1
    assert (house.hashing.checked, house.trail.head().sequence) == (checked, rows)
    house.later(seconds=1)
    assert olga.begin(ELSEWHERE)


def test_an_attacker_elsewhere_does_not_lock_the_person_out(house: House) -> None:
    olga = house.settled()
    for network in range(60):
        guess(house, olga.address, Visitor(f"192.0.2.{network}"))
    assert olga.sign_in(HERE)


def test_many_networks_together_wait_too_but_not_for_long(house: House) -> None:
    olga = house.settled()
    looked_at = sum(guess(house, olga.address, Visitor(f"192.0.2.{network}")) for network in range(60))
    assert looked_at == 30
    house.later(seconds=30)
    assert olga.begin(Visitor("192.0.2.250"))


def test_a_passkey_works_at_once_wherever_somebody_guesses(house: House) -> None:
    olga = house.settled()
    passkey = with_passkey(house, olga)
    guess(house, olga.address, ELSEWHERE)
    answer = passkey.sign(house.people.sign_in.passkey_challenge(ELSEWHERE))
    assert house.people.sign_in.by_passkey(answer, ELSEWHERE).stage is Stage.FULL


def test_whether_somebody_exists_shows_in_no_wait(house: House) -> None:
    olga = house.settled()
    numbers = {guess(house, address, ELSEWHERE, 20) for address in (olga.address, "nobody@ops.example")}
    assert numbers == {5}


def test_one_network_that_tries_many_accounts_waits(house: House) -> None:
    looked_at = [guess(house, f"person{number}@ops.example", ELSEWHERE, 2) for number in range(40)]
    assert sum(looked_at) == 50


def test_signing_in_oneself_does_not_buy_more_tries_at_others(house: House) -> None:
    mallory = house.settled("mallory@ops.example")
    looked_at = 0
    for number in range(40):
        looked_at += guess(house, f"person{number}@ops.example", HERE, 2)
        try:
            mallory.begin(HERE)
        except TooManyTries:
            break
    assert looked_at <= 52


def test_an_ipv6_network_counts_as_one_place(house: House) -> None:
    olga = house.settled()
    looked_at = [guess(house, olga.address, Visitor(f"2001:db8::{number:x}"), 1) for number in range(1, 20)]
    assert sum(looked_at) == 5


def test_the_right_password_after_wrong_ones_begins_the_count_anew(house: House) -> None:
    olga = house.settled()
    for _ in range(4):
        assert guess(house, olga.address, HERE, 4) == 4
        olga.begin(HERE)


@both
def test_second_factors_are_counted_over_all_sessions(house: House) -> None:
    olga, looked_at = house.settled(), 0
    for number in range(12):
        visitor = Visitor(f"192.0.2.{number}")
        begun = olga.begin(visitor)
        try:
            house.people.sign_in.second_by_code(begun, "000000", visitor)
        except TooManyTries:
            continue
        except SignInRefused:
            looked_at += 1
    assert looked_at == 5


def test_who_knows_the_password_and_guesses_codes_elsewhere_does_not_lock_the_person_out(house: House) -> None:
    olga = house.settled()
    for _ in range(20):
        begun = olga.begin(ELSEWHERE)
        with pytest.raises((SignInRefused, TooManyTries)):
            house.people.sign_in.second_by_code(begun, "000000", ELSEWHERE)
    assert olga.sign_in(HERE)


def test_guessing_codes_for_a_year_finds_one_with_less_than_a_chance_in_ten(house: House) -> None:
    olga, tries = house.settled(), 0
    begun, day_ends = olga.begin(ELSEWHERE), house.clock.monotonic() + 86400
    while house.clock.monotonic() < day_ends:
        try:
            house.people.sign_in.second_by_code(begun, "000000", ELSEWHERE)
        except TooManyTries as told:
            house.later(seconds=told.wait_s)
            begun = olga.begin(ELSEWHERE)
        except SignInRefused:
            tries += 1
    assert tries * 365 * 3 / 1_000_000 < 0.1


def with_passkey(house: House, person: Somebody) -> Authenticator:
    passkey = Authenticator()
    made = passkey.make(house.people.account.offer_passkey(person.cookie, HERE))
    person.cookie = cookie(house.people.account.add_passkey(person.cookie, made, "key", HERE).admission)
    return passkey
