"""What a provider says of itself (OpenID Connect Discovery 1.0, 4), and its keys (RFC 7517). Pure."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from mailstead.people.errors import ProviderUnfit

from .fetching import https_only

WELL_KNOWN = "/.well-known/openid-configuration"
RSA_LETTERS_LEAST = 2048 // 6  # of base64 that a modulus of 2048 bits has
_REMEDY = "see what it says: mailstead sign-in check"


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where a provider is asked what, and what it can."""

    issuer: str
    authorization: str
    token: str
    keys: str
    names_itself: bool  # RFC 9207
    pkce: bool
    secret_in_form: bool  # it takes no secret in a header


def metadata_of(told: Mapping[str, Any], issuer: str) -> Metadata:
    """Return what *told* says; raise ProviderUnfit if it speaks for another issuer, or names what is not https."""
    if told.get("issuer") != issuer:
        message = f"it calls itself {str(told.get('issuer'))[:200]!r}"
        remedy = "write its own name for itself as issuer into mailstead.toml, letter by letter"
        raise ProviderUnfit(message, field="issuer", value=issuer, remedy=remedy)
    methods = _texts(told, "token_endpoint_auth_methods_supported")
    return Metadata(
        issuer=issuer,
        authorization=_endpoint(told, "authorization_endpoint"),
        token=_endpoint(told, "token_endpoint"),
        keys=_endpoint(told, "jwks_uri"),
        names_itself=told.get("authorization_response_iss_parameter_supported") is True,
        pkce="S256" in _texts(told, "code_challenge_methods_supported"),
        secret_in_form="client_secret_post" in methods and "client_secret_basic" not in methods,
    )


def keys_of(told: Mapping[str, Any]) -> KeySet:
    """Return the public keys that may sign for the provider. What we cannot use, or must not, is left out."""
    given = told.get("keys")
    return KeySet(list(_usable(given if isinstance(given, list) else ())))


def _usable(given: Iterable[object]) -> Iterable[Key]:
    for one in given:
        if not isinstance(one, dict) or one.get("use", "sig") != "sig" or one.get("kty") not in {"RSA", "EC", "OKP"}:
            continue
        if one["kty"] == "RSA" and len(str(one.get("n"))) < RSA_LETTERS_LEAST:
            continue
        with suppress(JoseError, ValueError, TypeError, KeyError, AttributeError):  # of a curve that we do not know
            yield JWKRegistry.import_key(one)


def _endpoint(told: Mapping[str, Any], name: str) -> str:
    url = told.get(name)
    if not isinstance(url, str):
        raise ProviderUnfit(f"it names no {name}", field="issuer", remedy=_REMEDY)
    https_only(url)
    return url


def _texts(told: Mapping[str, Any], name: str) -> list[str]:
    given = told.get(name)
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []
