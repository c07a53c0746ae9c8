"""OpenID Connect against whoever would come in by it: each test fails when the guard it is of is taken away."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from ssl import create_default_context
from threading import Thread
from typing import Any

import pytest
from joserfc import jws, jwt

from mailstead.ground.clock import VirtualClock
from mailstead.people.drivers.oidc import Client, Fetching, OidcProvider
from mailstead.people.drivers.oidc.fetching import MOST_BYTES
from mailstead.people.errors import ProofRefused, ProviderSilent, ProviderUnfit
from mailstead.people.provider import Proof
from mailstead.security.model import Secret

from .contract import question
from .peer import CLIENT, SECRET, Claims, Peer, new_key, reply, serving

DISCOVERY, KEYS = "/.well-known/openid-configuration", "/jwks_uri"


@dataclass
class Desk:
    """A provider that is asked, and the peer behind it."""

    peer: Peer
    trust: Path
    clock: VirtualClock

    def provider(self, *, inside: str = "localhost", patience_s: float = 5, **client: Any) -> OidcProvider:
        fetching = Fetching(inside, create_default_context(cafile=self.trust), patience_s)
        who = replace(Client("There", self.peer.issuer, CLIENT), **client)
        return OidcProvider(who, lambda: Secret.of(SECRET), fetching, self.clock)

    def proof(self, provider: OidcProvider | None = None, subject: str = "olga") -> Proof:
        """Sign in as *subject*."""
        there, asked = provider or self.provider(), question()
        return there.proof(asked, self.peer.signed_in(there.url(asked), subject))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder, clock = tmp_path_factory.mktemp("peer"), VirtualClock()
    with serving(folder, clock) as peer:
        yield Desk(peer, folder / "peer.pem", clock)


@pytest.fixture
def desk(served: Desk) -> Desk:
    """A peer by the book, as every test finds it."""
    served.peer.__dict__.update(Peer(served.peer.issuer, served.clock).__dict__)
    return served


def _but(**changed: Any) -> Callable[[Claims], Claims]:
    return lambda claims: {name: value for name, value in (claims | changed).items() if value is not None}


def test_who_it_is_and_since_when_is_what_the_token_says(desk: Desk) -> None:
    proof = desk.proof()
    assert proof == Proof(desk.peer.issuer, "olga", "olga@there.example", since=desk.clock.now().replace(microsecond=0))


WRONG_CLAIMS: dict[str, Claims] = {
    "another issuer": {"iss": "https://mallory.example"},
    "no issuer": {"iss": None},
    "another client's": {"aud": "another-client"},
    "ours and another's": {"aud": [CLIENT, "another-client"]},
    "for nobody": {"aud": []},
    "no audience": {"aud": None},
    "given to another client": {"azp": "another-client"},
    "another nonce": {"nonce": "of-another-sign-in"},
    "no nonce": {"nonce": None},
    "no end": {"exp": None},
    "an end that is none": {"exp": True},
    "an endless end": {"exp": 1e300},
    "no beginning": {"iat": None},
    "a beginning in words": {"iat": "now"},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is a number": {"sub": 7},
    "a subject too long": {"sub": "x" * 256},
    "a subject of two lines": {"sub": "olga\nmallory"},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
def test_a_token_with_a_wrong_claim_is_refused(desk: Desk, wrong: str) -> None:
    desk.peer.twist = _but(**WRONG_CLAIMS[wrong])
    with pytest.raises(ProofRefused):
        desk.proof()


@pytest.mark.parametrize(
    ("name", "by_s"), [("exp", -61), ("iat", -601), ("iat", 62), ("nbf", 62)], ids=["over", "old", "early", "not yet"]
)
def test_a_token_out_of_its_time_is_refused_and_a_minute_is_forgiven(desk: Desk, name: str, by_s: int) -> None:
    now = int(desk.clock.now().timestamp())
    desk.peer.twist = _but(**{name: now + by_s})
    with pytest.raises(ProofRefused):
        desk.proof()
    desk.peer.twist = _but(**{name: now + (-50 if by_s < 0 else 50)})
    assert desk.proof().subject == "olga"


def _b64(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _by_hand(header: Claims, claims: Claims, sign: Callable[[bytes], bytes]) -> str:
    signed = ".".join(_b64(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{_b64(sign(signed.encode()))}"


def _none(_peer: Peer, claims: Claims) -> str:
    return _by_hand({"alg": "none"}, claims, lambda _signed: b"")


def _by_public_key(peer: Peer, claims: Claims) -> str:
    """HS256 under the public key as everybody can read it (CVE-2015-9235)."""
    public = peer.key.as_pem(private=False)
    header = {"alg": "HS256", "kid": "first"}
    return _by_hand(header, claims, lambda signed: hmac.digest(public, signed, "sha256"))


def _by_client_secret(_peer: Peer, claims: Claims) -> str:
    header = {"alg": "HS256", "kid": "first"}
    return _by_hand(header, claims, lambda signed: hmac.digest(SECRET.encode(), signed, "sha256"))


def _by_a_key_in_the_header(_peer: Peer, claims: Claims) -> str:
    mine = new_key("first")
    header = {"alg": "ES256", "kid": "first", "jwk": mine.as_dict(private=False)}
    return jwt.encode(header, claims, mine, algorithms=["ES256"])


def _by_a_strangers_key(_peer: Peer, claims: Claims) -> str:
    return jwt.encode({"alg": "ES256", "kid": "first"}, claims, new_key("first"), algorithms=["ES256"])


def _with_other_claims(peer: Peer, claims: Claims) -> str:
    header, _, signature = peer.signed(claims).split(".")
    return f"{header}.{_b64(json.dumps(claims | {'sub': 'root'}).encode())}.{signature}"


def _of_no_object(peer: Peer, _claims: Claims) -> str:
    return jws.serialize_compact({"alg": "ES256", "kid": "first"}, b"[]", peer.key, algorithms=["ES256"])


FORGERIES = {
    "none": _none,
    "HS256 by the public key": _by_public_key,
    "HS256 by the secret": _by_client_secret,
    "a key of its own": _by_a_key_in_the_header,
    "a stranger's key": _by_a_strangers_key,
    "changed": _with_other_claims,
    "no object": _of_no_object,
    "no token": lambda _peer, _claims: "..",
    "words": lambda _peer, _claims: "it is olga",
    "nothing": lambda _peer, _claims: "",
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_token_that_the_provider_did_not_sign_is_refused(desk: Desk, forgery: str) -> None:
    desk.peer.sign = FORGERIES[forgery]
    with pytest.raises(ProofRefused):
        desk.proof()


def test_a_token_of_another_sign_in_does_not_count_again(desk: Desk) -> None:
    tokens: list[str] = []

    def kept(peer: Peer, claims: Claims) -> str:
        tokens.append(peer.signed(claims))
        return tokens[0]

    desk.peer.sign = kept
    desk.proof()
    with pytest.raises(ProofRefused, match="another question"):
        desk.proof()


def test_a_key_that_is_new_is_asked_for_and_one_that_is_gone_counts_no_more(desk: Desk) -> None:
    provider, before = desk.provider(), desk.peer.key
    desk.proof(provider)
    desk.clock.sleep(60)
    desk.peer.key = new_key("second")
    assert desk.proof(provider).subject == "olga"
    desk.peer.sign = lambda _peer, claims: jwt.encode(
        {"alg": "ES256", "kid": "first"}, claims, before, algorithms=["ES256"]
    )
    with pytest.raises(ProofRefused):
        desk.proof(provider)


def test_strangers_keys_do_not_make_us_ask_all_the_time(desk: Desk) -> None:
    provider = desk.provider()
    desk.peer.sign = _by_a_strangers_key
    for _ in range(5):
        with pytest.raises(ProofRefused):
            desk.proof(provider)
    assert desk.peer.asked.count(KEYS) == 1
    assert desk.peer.asked.count(DISCOVERY) == 1


def _short(_peer: Peer) -> list[Claims]:
    return [{"kty": "RSA", "kid": "first", "e": "AQAB", "n": _b64(((1 << 1023) + 1).to_bytes(128))}]


WEAK: dict[str, Callable[[Peer], object]] = {
    "oct": lambda _peer: [{"kty": "oct", "kid": "first", "k": _b64(b"0" * 32)}],
    "short RSA": _short,
    "for encryption": lambda peer: [peer.key.as_dict(private=False) | {"use": "enc"}],
    "of no curve": lambda peer: [peer.key.as_dict(private=False) | {"crv": "P-0"}],
    "none": lambda _peer: "no list",
    "no key": lambda _peer: [None, 7, {}, {"kty": "RSA"}, {"kty": "RSA", "n": 7, "e": "AQAB"}],
}


@pytest.mark.parametrize("weak", WEAK)
def test_a_key_that_is_none_to_sign_with_is_left_out(desk: Desk, weak: str) -> None:
    keys = {"keys": WEAK[weak](desk.peer)}
    desk.peer.instead[KEYS] = lambda request: reply(request, json.dumps(keys).encode())
    with pytest.raises(ProofRefused, match="no key"):
        desk.proof()


def test_an_answer_without_its_issuer_is_refused_where_the_provider_names_itself(desk: Desk) -> None:
    provider, asked = desk.provider(), question()
    answer = desk.peer.signed_in(provider.url(asked), "olga")
    with pytest.raises(ProofRefused, match="another issuer"):
        provider.proof(asked, replace(answer, issuer=""))
    desk.peer.told = {"authorization_response_iss_parameter_supported": False}
    other = desk.provider()
    assert other.proof(asked, replace(answer, issuer="")).subject == "olga"


@pytest.mark.parametrize(
    "told",
    [
        {"issuer": "https://mallory.example"},
        {"issuer": None},
        {"token_endpoint": "http://localhost/token"},
        {"token_endpoint": "https://olga:x@localhost/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"authorization_endpoint": 7},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "https://[::1"},
        {"token_endpoint": None},
    ],
    ids=json.dumps,
)
def test_a_provider_that_is_not_what_the_file_says_is_refused(desk: Desk, told: Claims) -> None:
    desk.peer.told = told
    with pytest.raises(ProviderUnfit):
        desk.proof()


INSIDE = [
    "https://127.0.0.1/",
    "https://169.254.169.254/latest",
    "https://10.1.2.3/",
    "https://[::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[fe80::1]/",
    "https://0.0.0.0/",
    "https://192.168.0.1:8443/keys",
]


@pytest.mark.parametrize("url", INSIDE)
def test_what_a_provider_names_inside_our_own_network_is_not_asked(desk: Desk, url: str) -> None:
    desk.peer.told = {"token_endpoint": url, "jwks_uri": url}
    with pytest.raises(ProviderUnfit, match="not on the internet"):
        desk.proof()


@pytest.mark.parametrize("issuer", ["https://127.0.0.1", "https://169.254.169.254", "https://localhost"])
def test_an_issuer_on_a_private_address_is_asked_only_where_the_file_allows_it(desk: Desk, issuer: str) -> None:
    with pytest.raises(ProviderUnfit, match="not on the internet"):
        desk.provider(inside="", issuer=issuer).standing()
    assert desk.peer.asked == []


def test_the_address_of_cloud_metadata_is_never_asked(desk: Desk) -> None:
    with pytest.raises(ProviderUnfit, match="not on the internet"):
        desk.provider(inside="169.254.169.254", issuer="https://169.254.169.254").standing()


@pytest.mark.parametrize("path", [DISCOVERY, KEYS, "/token_endpoint"])
def test_a_redirect_is_not_followed(desk: Desk, path: str) -> None:
    elsewhere = f"{desk.peer.issuer}/elsewhere"
    desk.peer.instead[path] = lambda request: reply(request, b"{}", 302, location=elsewhere)
    with pytest.raises((ProviderUnfit, ProofRefused)):
        desk.proof()
    assert "/elsewhere" not in desk.peer.asked


def _dripping(request: BaseHTTPRequestHandler) -> None:
    for _ in range(60):
        request.wfile.write(b"H")
        request.wfile.flush()
        time.sleep(0.05)


@pytest.mark.parametrize("path", [DISCOVERY, KEYS])
def test_an_answer_that_takes_for_ever_is_given_up(desk: Desk, path: str) -> None:
    desk.peer.instead[path] = _dripping
    began = time.monotonic()
    with pytest.raises(ProviderSilent):
        desk.proof(desk.provider(patience_s=0.4))
    assert time.monotonic() - began < 3


def test_one_that_takes_its_time_does_not_hold_up_everybody(desk: Desk) -> None:
    desk.peer.instead[DISCOVERY] = _dripping
    provider, said = desk.provider(patience_s=60), []

    def ask() -> None:
        with pytest.raises(ProviderSilent) as silent:
            provider.url(question())
        said.append(silent.value.message)

    askers = [Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert said[:2] == ["it takes its time to answer"] * 2


@pytest.mark.parametrize("body", [b" " * (MOST_BYTES + 1), b"[" * 100_000, b"[]", b"<html>", b"\xff"], ids=range(5))
def test_an_answer_that_is_huge_or_no_json_object_is_refused(desk: Desk, body: bytes) -> None:
    desk.peer.instead[DISCOVERY] = lambda request: reply(request, body)
    with pytest.raises(ProviderUnfit):
        desk.proof()


def test_a_certificate_that_nobody_we_trust_signed_is_refused(desk: Desk) -> None:
    fetching = Fetching("localhost", patience_s=5)
    provider = OidcProvider(Client("x", desk.peer.issuer, CLIENT), lambda: Secret.of(SECRET), fetching, desk.clock)
    with pytest.raises(ProviderSilent, match="certificate"):
        provider.standing()


def test_a_provider_that_is_down_is_told_apart(desk: Desk) -> None:
    desk.peer.instead[DISCOVERY] = lambda request: reply(request, b"{}", 503)
    with pytest.raises(ProviderSilent):
        desk.proof()


@pytest.mark.parametrize(
    ("claims", "proven"),
    [
        ({"amr": ["pwd", "mfa"]}, True),
        ({"amr": "mfa"}, True),
        ({"amr": ["pwd"]}, False),
        ({"amr": {"mfa": True}}, False),
        ({"acr": "mfa"}, False),
        ({}, False),
    ],
    ids=json.dumps,
)
def test_a_second_factor_is_what_the_file_takes_for_one(desk: Desk, claims: Claims, *, proven: bool) -> None:
    desk.peer.twist = _but(**claims)
    assert desk.proof(desk.provider(factor_values=frozenset({"mfa"}))).second_factor is proven
    assert not desk.proof().second_factor


def test_neither_secret_nor_code_is_in_what_is_told_of_a_refusal(desk: Desk) -> None:
    desk.peer.twist = _but(nonce="x")
    with pytest.raises(ProofRefused) as refusal:
        desk.proof()
    assert "code-" not in str(refusal.value.as_dict())
    assert SECRET not in str(refusal.value.as_dict())
