"""Passkeys, answered by an authenticator in software: what counts, and what somebody made up."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailstead.people.errors import SignInRefused, StepUpNeeded
from mailstead.people.model import Role
from mailstead.people.person import FactorKind
from mailstead.people.session import Stage

from .authenticator import Authenticator, b64
from .conftest import ELSEWHERE, HERE, PASSWORD, House, Somebody, cookie, secret_of
from .test_patience import with_passkey


@pytest.fixture
def olga(house: House) -> Somebody:
    return house.settled()


@pytest.fixture
def passkey(house: House, olga: Somebody) -> Authenticator:
    return with_passkey(house, olga)


def alone(house: House, passkey: Authenticator, **instead: Any) -> Stage:
    answer = passkey.sign(house.people.sign_in.passkey_challenge(HERE), **instead)
    return house.people.sign_in.by_passkey(answer, HERE).stage


def test_a_passkey_alone_signs_in(house: House, passkey: Authenticator) -> None:
    assert alone(house, passkey) is Stage.FULL
    assert alone(house, passkey) is Stage.FULL
    assert "passkey" in house.told("sign-in")[0].details


def test_enrolling_can_be_done_with_a_passkey_from_the_first_minute(house: House) -> None:
    begun = house.people.sign_in.accept(secret_of(house.invite("a@ops.example", Role.ADMIN)), PASSWORD, HERE)
    key = Authenticator(credential=b"another")
    made = key.make(house.people.account.offer_passkey(cookie(begun), HERE))
    enrolled = house.people.account.add_passkey(cookie(begun), made, "", HERE)
    assert (enrolled.admission.stage, len(enrolled.recovery_codes)) == (Stage.FULL, 10)
    factor = house.people.account.factors(cookie(enrolled.admission), HERE).factors[0]
    assert (factor.kind, factor.name) == (FactorKind.PASSKEY, "passkey")


def test_a_passkey_is_a_second_factor_also_when_it_does_not_look_at_the_person(
    house: House, olga: Somebody, passkey: Authenticator
) -> None:
    passkey.verifies = False
    begun = olga.begin()
    answer = passkey.sign(house.people.sign_in.second_challenge(begun, HERE))
    assert house.people.sign_in.second_by_passkey(begun, answer, HERE).stage is Stage.FULL


def test_a_passkey_steps_up(house: House, olga: Somebody, passkey: Authenticator) -> None:
    house.later(minutes=20)
    with pytest.raises(StepUpNeeded):
        house.people.account.new_recovery_codes(olga.cookie, HERE)
    answer = passkey.sign(house.people.sign_in.second_challenge(olga.cookie, HERE))
    stepped = cookie(house.people.sign_in.second_by_passkey(olga.cookie, answer, HERE))
    assert house.people.account.new_recovery_codes(stepped, HERE).recovery_codes


def test_alone_it_must_have_looked_at_the_person(house: House, passkey: Authenticator) -> None:
    passkey.verifies = False
    with pytest.raises(SignInRefused):
        alone(house, passkey)


@pytest.mark.parametrize(
    "origin", ["https://console.example.evil.example", "http://console.example", "https://console.example:8443", "null"]
)
def test_an_answer_from_another_origin_is_refused(house: House, passkey: Authenticator, origin: str) -> None:
    passkey.origin = origin
    with pytest.raises(SignInRefused):
        alone(house, passkey)


def test_a_passkey_made_on_another_origin_is_refused(house: House, olga: Somebody) -> None:
    key = Authenticator(origin="https://phish.example")
    with pytest.raises(SignInRefused):
        house.people.account.add_passkey(
            olga.cookie, key.make(house.people.account.offer_passkey(olga.cookie, HERE)), "", HERE
        )


def test_an_answer_to_the_challenge_of_another_host_is_refused(house: House, passkey: Authenticator) -> None:
    asked = json.loads(house.people.sign_in.passkey_challenge(HERE)) | {"rpId": "evil.example"}
    with pytest.raises(SignInRefused):
        house.people.sign_in.by_passkey(passkey.sign(json.dumps(asked)), HERE)


def test_an_answer_counts_once(house: House, passkey: Authenticator) -> None:
    answer = passkey.sign(house.people.sign_in.passkey_challenge(HERE))
    house.people.sign_in.by_passkey(answer, HERE)
    with pytest.raises(SignInRefused):
        house.people.sign_in.by_passkey(answer, HERE)


def test_a_challenge_that_we_did_not_give_is_refused(house: House, passkey: Authenticator) -> None:
    asked = json.dumps({"challenge": b64(b"c" * 32), "rpId": "console.example"})
    with pytest.raises(SignInRefused):
        house.people.sign_in.by_passkey(passkey.sign(asked), HERE)


def test_a_challenge_is_too_old_after_five_minutes(house: House, passkey: Authenticator) -> None:
    answer = passkey.sign(house.people.sign_in.passkey_challenge(HERE))
    house.later(minutes=5)
    with pytest.raises(SignInRefused):
        house.people.sign_in.by_passkey(answer, HERE)


def test_a_challenge_counts_for_its_purpose_and_session_alone(
    house: House, olga: Somebody, passkey: Authenticator
) -> None:
    one, other = olga.begin(), olga.begin()
    for_one = house.people.sign_in.second_challenge(one, HERE)
    with pytest.raises(SignInRefused):
        house.people.sign_in.second_by_passkey(other, passkey.sign(for_one), HERE)
    with pytest.raises(SignInRefused):
        house.people.sign_in.by_passkey(passkey.sign(for_one), HERE)
    with pytest.raises(SignInRefused):
        house.people.sign_in.second_by_passkey(one, passkey.sign(house.people.sign_in.passkey_challenge(HERE)), HERE)


def test_a_sign_count_that_goes_back_speaks_of_a_copy(house: House, passkey: Authenticator) -> None:
    for _ in range(3):
        alone(house, passkey)
    passkey.sign_count = 1
    with pytest.raises(SignInRefused):
        alone(house, passkey)
    assert house.told("sign-in.refused")[0].subject == "unknown"


def test_a_passkey_that_does_not_count_is_fine(house: House, olga: Somebody) -> None:
    key = Authenticator(credential=b"synced", counts=False)
    made = key.make(house.people.account.offer_passkey(olga.cookie, HERE))
    house.people.account.add_passkey(olga.cookie, made, "synced", HERE)
    assert alone(house, key) is Stage.FULL
    assert alone(house, key) is Stage.FULL


def test_the_passkey_of_somebody_else_is_no_second_factor(house: House, olga: Somebody, passkey: Authenticator) -> None:
    otto = house.settled("otto@ops.example")
    begun = otto.begin()
    answer = passkey.sign(house.people.sign_in.second_challenge(begun, HERE))
    with pytest.raises(SignInRefused):
        house.people.sign_in.second_by_passkey(begun, answer, HERE)


def test_a_handle_of_somebody_else_or_none_is_refused(house: House, passkey: Authenticator) -> None:
    otto = house.settled("otto@ops.example")
    for handle in (b64(otto.person.id.encode()), None):
        with pytest.raises(SignInRefused):
            alone(house, passkey, userHandle=handle)


def test_another_key_under_the_same_credential_is_refused(house: House, passkey: Authenticator) -> None:
    forged = Authenticator(handle=passkey.handle, sign_count=99)
    with pytest.raises(SignInRefused):
        alone(house, forged)


def test_a_passkey_is_known_once(house: House, olga: Somebody, passkey: Authenticator) -> None:
    asked = house.people.account.offer_passkey(olga.cookie, HERE)
    assert [one["id"] for one in json.loads(asked)["excludeCredentials"]] == [b64(passkey.credential)]
    with pytest.raises(SignInRefused):
        house.people.account.add_passkey(olga.cookie, passkey.make(asked), "", HERE)


def test_the_passkey_of_one_who_is_disabled_opens_nothing(house: House, olga: Somebody, passkey: Authenticator) -> None:
    house.settled("otto@ops.example")
    house.people.register.disable(olga.address)
    with pytest.raises(SignInRefused):
        alone(house, passkey)


def test_the_challenge_for_whoever_comes_names_nobody(house: House, passkey: Authenticator) -> None:
    asked = json.loads(house.people.sign_in.passkey_challenge(ELSEWHERE))
    assert asked["allowCredentials"] == []
    assert asked["userVerification"] == "required"


MADE_UP = [
    "", "{}", "[]", "null", "7", '"x"', "[" * 60_000, "{" * 60_000, "x" * 100_000, "\x00", "\ud800",
    '{"rawId": 7, "response": {"clientDataJSON": "e30"}}',
    '{"rawId": "AA", "response": {"clientDataJSON": "' + b64(b'{"challenge": 7}') + '"}}',
    '{"rawId": "AA", "response": {"clientDataJSON": "' + b64(b'{"challenge": "A"}') + '"}}',
    '{"rawId": "AA", "response": []}',
]  # fmt: skip


@pytest.mark.parametrize("answer", MADE_UP, ids=range(len(MADE_UP)))
def test_what_no_authenticator_said_is_refused(house: House, answer: str) -> None:
    with pytest.raises(SignInRefused):
        house.people.sign_in.by_passkey(answer, HERE)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary().map(b64),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
parts = ("clientDataJSON", "authenticatorData", "signature", "userHandle", "attestationObject")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.sampled_from(parts), value=junk)
def test_an_answer_with_any_part_replaced_is_refused_or_right(
    house: House, olga: Somebody, passkey: Authenticator, part: str, value: object
) -> None:
    house.later(minutes=10)  # the network's own patience is another test's
    answered = passkey.sign(house.people.sign_in.passkey_challenge(HERE), **{part: value})
    _refused_or_right(lambda: house.people.sign_in.by_passkey(answered, HERE), right=part == "attestationObject")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(octets=st.binary(max_size=300), begins=st.integers(0, 250))
def test_a_new_passkey_with_anything_in_its_attestation_is_refused_or_harms_nobody(
    house: House, olga: Somebody, octets: bytes, begins: int
) -> None:
    """Nobody signs an attestation of kind none: who changes it harms themselves, and the key may be worth nothing."""
    made = json.loads(Authenticator().make(house.people.account.offer_passkey(olga.cookie, HERE)))
    whole = made["response"]["attestationObject"]
    made["response"]["attestationObject"] = whole[:begins] + b64(octets)
    with suppress(SignInRefused):
        added = house.people.account.add_passkey(olga.cookie, json.dumps(made), "", HERE)
        olga.cookie = cookie(added.admission)


def _refused_or_right(act: Callable[[], object], *, right: bool) -> None:
    try:
        act()
    except SignInRefused:
        return
    assert right
