"""Chance makes what nobody can guess."""

from mailstead.people.keys import LETTERS, RealChance, as_recovery_code


def test_recovery_codes_have_more_than_112_bits() -> None:
    codes = [RealChance().recovery_code() for _ in range(50)]
    letters = [letter for code in codes for letter in code if letter != "-"]
    assert len(set(codes)) == 50
    assert set(letters) == set(LETTERS)
    assert (len(letters) // 50) * (len(LETTERS).bit_length() - 1) == 120
    assert all(as_recovery_code(code) == code for code in codes)


def test_cookies_links_and_tokens_have_256_bits() -> None:
    keys = {RealChance().key().reveal_text() for _ in range(50)}
    assert len(keys) == 50
    assert {len(key) for key in keys} == {43}
