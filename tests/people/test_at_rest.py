"""What lies in the database is of no use to whoever steals it; what is shown once is shown once."""

import pytest
from pyotp import TOTP

from mailstead.people.errors import SignInBusy
from mailstead.people.hashing import NOBODYS, Argon2
from mailstead.people.model import Role
from mailstead.people.person import NewToken
from mailstead.people.plan import network_of
from mailstead.security.model import Secret
from mailstead.security.passwords import due_for_renewal

from .conftest import HERE, PASSWORD, House, both, secret_of


@both
def test_a_dump_of_the_database_holds_no_usable_secret(house: House) -> None:
    olga = house.settled()
    letters = olga.app.secret
    offered = house.people.account.offer_totp(olga.cookie, HERE).letters.reveal_text()
    begun = olga.begin()
    link = secret_of(house.invite("new@ops.example", Role.READER))
    reset = secret_of(house.people.register.reset(olga.address))
    challenge = house.people.sign_in.passkey_challenge(HERE)
    _, key = house.people.register.add_token(olga.address, NewToken.parse({"name": "x", "rights": ["mail:read"]}))
    bare = [code.replace("-", "") for code in olga.recovery_codes]
    planted = [PASSWORD.reveal_text(), letters, offered, olga.cookie, begun, link, reset, key.reveal_text(), challenge]
    dump = house.everything()
    assert olga.address in dump
    found = [secret for secret in [*planted, *olga.recovery_codes, *bare] if secret in dump]
    assert found == []
    assert TOTP(letters).byte_secret().hex() not in dump


def test_a_real_hash_fits_its_password_and_no_other() -> None:
    hashing = Argon2()
    stored = hashing.make(PASSWORD)
    assert hashing.fits(PASSWORD, stored)
    assert not hashing.fits(Secret.of("another one, quite long"), stored)
    assert not hashing.stale(stored)


def test_nobodys_hash_costs_what_everybodys_does_and_fits_nothing() -> None:
    assert not due_for_renewal(NOBODYS)
    assert not Argon2().fits(PASSWORD, None)


def test_no_more_hashes_are_made_at_once_than_there_is_memory_for() -> None:
    hashing = Argon2(at_once=1, patience_s=0.01)
    with hashing._turn(), pytest.raises(SignInBusy) as busy:
        hashing.fits(PASSWORD, None)
    assert busy.value.retry
    assert not hashing.fits(PASSWORD, None)


def test_networks_are_places() -> None:
    assert network_of("2001:db8:1:2:3::4") == "2001:db8:1:2::/64"
    assert network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("testclient") == "testclient"
