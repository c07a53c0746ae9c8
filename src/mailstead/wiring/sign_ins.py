"""The providers of sign-ins that the platform's file names, and their client secrets in the vault."""

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from mailstead.ground.clock import Clock
from mailstead.ground.errors import InvalidInput, NotFound
from mailstead.people.drivers.memory import MemoryProvider
from mailstead.people.drivers.oidc import Client, Fetching, OidcProvider
from mailstead.people.errors import ProviderUnfit
from mailstead.people.port import Provider
from mailstead.security.model import NoSecret, Secret
from mailstead.security.store import Vault
from mailstead.sites.model import Platform
from mailstead.sites.sign_in import SignIn

from .secrets import PLATFORM


def secret_name(sign_in: str) -> str:
    """Return the name in the vault of a client secret."""
    return f"sign-in/{sign_in}"


def keep_secret(vault: Vault, name: str, secret: Secret) -> None:
    """Keep the client secret of a provider in place of the one before."""
    vault.put(PLATFORM, secret_name(name), secret)


def providers_of(platform: Platform, home: Path, vault: Vault, clock: Clock) -> Mapping[str, Provider]:
    """Return the providers by name; none is asked anything yet."""
    return {one.name: _provider(one, home, vault, clock) for one in platform.sign_in}


def memory_providers(platform: Platform) -> Mapping[str, Provider]:
    """Return providers that believe whatever they are told, for a platform in memory."""
    return {one.name: MemoryProvider(one.label, one.issuer) for one in platform.sign_in}


def _provider(given: SignIn, home: Path, vault: Vault, clock: Clock) -> Provider:
    client = Client(
        label=given.label,
        issuer=given.issuer,
        client_id=given.client_id,
        scopes=given.scopes,
        acr_values=given.acr_values,
        factor_claim=given.second_factor.claim if given.second_factor else "",
        factor_values=frozenset(given.second_factor.values if given.second_factor else ()),
    )
    inside = urlsplit(given.issuer).hostname or "" if given.private else ""
    fetching = Fetching(inside, _trust(home / given.trust if given.trust else None))
    return OidcProvider(client, _secret(vault, given.name), fetching, clock)


def _secret(vault: Vault, name: str) -> Callable[[], Secret]:
    def look() -> Secret:
        try:
            return vault.get(PLATFORM, secret_name(name))
        except NoSecret:
            remedy = f"keep it: mailstead sign-in secret {name}"
            raise ProviderUnfit(
                "there is no client secret for it", field="sign-in", value=name, remedy=remedy
            ) from None

    return look


def _trust(file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=file)
    except FileNotFoundError as error:
        remedy = "give a file that is there under [[sign_in]] in mailstead.toml"
        raise NotFound(f"there is no {file}", field="trust", value=file, remedy=remedy) from error
    except ssl.SSLError as error:
        remedy = "give certificates in PEM"
        raise InvalidInput(f"{file} holds no certificate", field="trust", value=file, remedy=remedy) from error
