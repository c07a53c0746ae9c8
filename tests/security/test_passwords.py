"""Passwords: strong when made, judged fairly when given, hashed as Dovecot wants them."""

import re

import pytest

from mailstead.security.common import MOST, PATH, SIZE, is_common
from mailstead.security.model import Secret, WeakPassword
from mailstead.security.passwords import (
    ALPHABET,
    check_password,
    due_for_renewal,
    generate_password,
    hash_password,
    verify_password,
)


def test_made_passwords_are_long_readable_and_differ() -> None:
    made = {generate_password().reveal_text() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(f"[{ALPHABET}]{{4}}(-[{ALPHABET}]{{4}}){{4}}", password) for password in made)
    assert not set("01IOlo") & set(ALPHABET)


def test_made_passwords_pass_our_own_policy() -> None:
    for _ in range(50):
        check_password(generate_password(), "anna@acme.example", "acme")


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "fourteen chars",
        "a" * 129,
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "hello12hello12hello12",
        "Password123456789!",
        "12345678901234567",
        "abcdefghijklmnopq",
        "correcthorsebatterystaple",
        "with\ttabulator inside it",
        "anna.meier likes pears",
        "acme-post-2026-november",
        "MAILSTEAD for all of us",
    ],
)
def test_weak_passwords_are_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(WeakPassword) as refused:
        check_password(Secret.of(password), "anna.meier@acme.example", "acme", "mailstead")
    assert refused.value.remedy
    assert password not in str(refused.value.as_dict())


COMMON = [
    "qwertyuiop12345",
    "Lhbjkjubz2957704",
    "1qazxsw23edcvfr4",
    "momsanaladventure",
    "jamesjamesjames",
    "happygolucky123",
]


@pytest.mark.parametrize("password", COMMON)
def test_passwords_on_lists_of_common_and_broken_ones_are_refused(password: str) -> None:
    """None of them falls under another rule: they are in the list, whatever their case."""
    assert is_common(password)
    with pytest.raises(WeakPassword, match="tried first|repeats"):
        check_password(Secret.of(password))


def test_the_list_holds_more_than_the_3000_commonest_and_refuses_nothing_by_chance() -> None:
    content = PATH.read_bytes()
    records = [content[at : at + SIZE] for at in range(0, len(content), SIZE)]
    assert len(content) % SIZE == 0
    assert sorted(set(records)) == records
    assert 3_000 < len(records) <= MOST
    assert not [made for _ in range(1000) if is_common(made := generate_password().reveal_text())]


@pytest.mark.parametrize("password", ["pears grow on tuesday", "ünïcode gehört dazu", "no digit no mark no capital"])
def test_long_phrases_need_no_digits_or_marks(password: str) -> None:
    check_password(Secret.of(password), "anna@acme.example")


def test_hashes_have_dovecots_form_and_the_floor_of_owasp() -> None:
    stored = hash_password(Secret.of("pears grow on tuesday"))
    assert re.fullmatch(r"\{ARGON2ID\}\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}", stored)
    assert not due_for_renewal(stored)


def test_only_the_right_password_verifies() -> None:
    stored = hash_password(Secret.of("pears grow on tuesday"))
    assert verify_password(Secret.of("pears grow on tuesday"), stored)
    assert not verify_password(Secret.of("pears grow on monday"), stored)
    assert not verify_password(Secret.of("x"), "{PLAIN}x")
    assert not verify_password(Secret.of("x"), "")


def test_two_hashes_of_one_password_differ() -> None:
    assert hash_password(Secret.of("x")) != hash_password(Secret.of("x"))


def test_weaker_hashes_are_due_for_renewal() -> None:
    weak = "{ARGON2ID}$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHQxMjM0NTY3OA$" + "A" * 43
    assert due_for_renewal(weak)
