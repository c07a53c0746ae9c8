"""A provider of OpenID Connect: asked where its own documents say, and believed where its keys sign."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from joserfc.jwk import KeySet

from mailstead.ground.clock import Clock
from mailstead.people.errors import ProofRefused, ProviderSilent, ProviderUnfit
from mailstead.people.provider import Answer, Proof, ProviderStanding, Question
from mailstead.security.model import Secret

from .client import Client
from .discovery import WELL_KNOWN, Metadata, keys_of, metadata_of
from .fetching import Fetched, Fetching
from .tokens import claims_of, proof_of, refused

KEPT = timedelta(hours=1)
AGAIN = timedelta(seconds=30)  # at most so often for a token whose key is not known
WAITS_S = 2.0
T = TypeVar("T")


class OidcProvider:
    """The port Provider by OpenID Connect Core 1.0, with PKCE (RFC 7636), guarded as RFC 9700 says."""

    def __init__(self, client: Client, secret: Callable[[], Secret], fetching: Fetching, clock: Clock) -> None:
        self._client, self._secret, self._fetching, self._clock = client, secret, fetching, clock
        self._metadata = _Kept(self._look, clock)
        self._keys = _Kept(self._look_for_keys, clock)

    @property
    def label(self) -> str:
        return self._client.label

    @property
    def issuer(self) -> str:
        return self._client.issuer

    def url(self, question: Question) -> str:
        there, acr = self._metadata.get().authorization, " ".join(self._client.acr_values)
        challenge = urlsafe_b64encode(sha256(question.verifier.reveal()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": question.redirect,
            "scope": " ".join(dict.fromkeys(("openid", *self._client.scopes))),
            "state": question.state,
            "nonce": question.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **({"acr_values": acr} if acr else {}),
        }
        return f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}"

    def proof(self, question: Question, answer: Answer) -> Proof:
        known = self._metadata.get()
        if answer.issuer != known.issuer and (answer.issuer or known.names_itself):
            raise ProofRefused("the answer names another issuer", field="iss", remedy="sign in anew")
        if answer.error or not answer.code:
            raise ProofRefused(f"the provider says no: {_word(answer.error)}", field="error", remedy="sign in anew")
        token = self._redeemed(known, question, answer.code)
        return proof_of(self._claims(token), self._client, question.nonce, self._clock.now())

    def standing(self) -> ProviderStanding:
        fetched = self._document()
        known = metadata_of(fetched.body, self.issuer)
        keys = keys_of(_good(self._fetching.get(known.keys)))
        off = 0.0 if fetched.at is None else fetched.at - self._clock.now().timestamp()
        self._secret()
        return ProviderStanding(known.authorization, known.token, len(keys.keys), known.pkce, known.names_itself, off)

    def _redeemed(self, known: Metadata, question: Question, code: str) -> str:
        """Return the ID token for a code; raise ProofRefused, ProviderSilent, ProviderUnfit."""
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": question.redirect,
            "code_verifier": question.verifier.reveal_text(),
        }
        fields, headers = _with_secret(fields, self._client.client_id, self._secret(), in_form=known.secret_in_form)
        answer = self._fetching.post(known.token, fields, headers)
        token = answer.body.get("id_token")
        if answer.status != 200 or not isinstance(token, str):
            said = _word(answer.body.get("error"))
            raise ProofRefused(f"the provider gives no ID token: {said}", field="code", remedy="sign in anew")
        return token

    def _claims(self, token: str) -> Mapping[str, Any]:
        """Return what the token claims; its keys are asked for anew where none of those known signed it."""
        try:
            return claims_of(token, self._keys.get())
        except ProofRefused:
            return claims_of(token, self._keys.get(AGAIN))

    def _document(self) -> Fetched:
        fetched = self._fetching.get(self.issuer.rstrip("/") + WELL_KNOWN)
        _good(fetched)
        return fetched

    def _look(self) -> Metadata:
        return metadata_of(self._document().body, self.issuer)

    def _look_for_keys(self) -> KeySet:
        keys = keys_of(_good(self._fetching.get(self._metadata.get().keys)))
        if not keys.keys:
            raise refused("its issuer publishes no key that we can use")
        return keys


class _Kept(Generic[T]):
    """Something asked for, kept for a while; one asks at a time, and others do not wait long for it."""

    def __init__(self, ask: Callable[[], T], clock: Clock) -> None:
        self._ask, self._clock = ask, clock
        self._there: tuple[datetime, T] | None = None
        self._turn = Lock()

    def get(self, most: timedelta = KEPT) -> T:
        """Return it, at most so old; raise what asking raises, and ProviderSilent."""
        if not self._turn.acquire(timeout=WAITS_S):
            raise ProviderSilent("it takes its time to answer", field="issuer", remedy="try again in a moment")
        try:
            now = self._clock.now()
            if self._there is None or now - self._there[0] >= most:
                self._there = now, self._ask()
            return self._there[1]
        finally:
            self._turn.release()


def _with_secret(
    fields: Mapping[str, str], client_id: str, secret: Secret, *, in_form: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """Return form and headers with which we prove who we are (RFC 6749, 2.3.1)."""
    if in_form:
        return {**fields, "client_id": client_id, "client_secret": secret.reveal_text()}, {}
    pair = f"{quote(client_id, safe='')}:{quote(secret.reveal_text(), safe='')}"
    return dict(fields), {"authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def _good(fetched: Fetched) -> Mapping[str, Any]:
    if fetched.status >= 500:
        raise ProviderSilent(f"it answers with HTTP {fetched.status}", field="issuer", remedy="try again later")
    if fetched.status != 200:
        remedy = "look at the issuer in mailstead.toml; redirects are not followed"
        raise ProviderUnfit(f"it answers with HTTP {fetched.status}", field="issuer", remedy=remedy)
    return fetched.body


def _word(given: object) -> str:
    """Return the beginning of what a stranger said, for the trail."""
    return "".join(sign if sign.isalnum() or sign in "_-" else "?" for sign in str(given or "nothing")[:40])
