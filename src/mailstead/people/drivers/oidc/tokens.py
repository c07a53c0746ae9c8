"""ID tokens: whether one is meant for us, now, in answer to this question (OpenID Connect Core 1.0, 3.1.3.7). Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from mailstead.people.errors import ProofRefused
from mailstead.people.provider import Proof

from .client import Client

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""None of them takes a key that others know: no `none`, no HS256 (RFC 8725, 3.1)."""
LEEWAY = timedelta(minutes=1)
AGE_MOST = timedelta(minutes=10)
SUBJECT_MOST, NAME_MOST = 255, 100
# What the library, or what it stands on, raises for a token that somebody made up.
_MADE_UP = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


def claims_of(token: str, keys: KeySet) -> Mapping[str, Any]:
    """Return what the token claims if one of *keys* signed it; raise ProofRefused. No claim is believed yet."""
    try:
        return jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    except _MADE_UP as error:
        raise refused(f"its signature does not count: {type(error).__name__}") from error


def proof_of(claims: Mapping[str, Any], client: Client, nonce: str, now: datetime) -> Proof:
    """Return who it is; raise ProofRefused unless all claims are as they must be."""
    if claims.get("iss") != client.issuer:
        raise refused("it is of another issuer")
    if claims.get("aud") not in (client.client_id, [client.client_id]) or claims.get("azp") not in (
        None,
        client.client_id,
    ):
        raise refused("it is for another client")
    if claims.get("nonce") != nonce:
        raise refused("it answers another question")
    _refuse_untimely(claims, now)
    return Proof(
        issuer=client.issuer,
        subject=_subject(claims),
        name=_name(claims),
        second_factor=bool(_texts(claims.get(client.factor_claim)) & client.factor_values),
        since=_time(claims, "auth_time") if "auth_time" in claims else None,
    )


def _refuse_untimely(claims: Mapping[str, Any], now: datetime) -> None:
    if _time(claims, "exp") + LEEWAY <= now:
        raise refused("it has expired")
    if not now - AGE_MOST <= _time(claims, "iat") <= now + LEEWAY:
        raise refused("it was not made just now; compare the clocks")
    if "nbf" in claims and _time(claims, "nbf") > now + LEEWAY:
        raise refused("it does not count yet")


def _time(claims: Mapping[str, Any], name: str) -> datetime:
    given = claims.get(name)
    try:
        if isinstance(given, int | float) and not isinstance(given, bool):
            return datetime.fromtimestamp(given, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise refused(f"its {name} is no time")


def _subject(claims: Mapping[str, Any]) -> str:
    given = claims.get("sub")
    if not isinstance(given, str) or not given.isprintable() or not 0 < len(given) <= SUBJECT_MOST:
        raise refused("it names nobody")
    return given


def _name(claims: Mapping[str, Any]) -> str:
    """Return what the provider calls them, to tell two of their sign-ins apart; it proves nothing."""
    told = (claims.get(name) for name in ("preferred_username", "upn", "email", "name"))
    first = next((one for one in told if isinstance(one, str) and one), "")
    return "".join(sign if sign.isprintable() else "?" for sign in first[:NAME_MOST])


def _texts(given: object) -> frozenset[str]:
    """Return the texts of a claim, which is one or a list."""
    several = given if isinstance(given, list) else [given]
    return frozenset(one for one in several if isinstance(one, str))


def refused(why: str) -> ProofRefused:
    return ProofRefused(f"the ID token is refused: {why}", field="id_token", remedy="sign in anew")
