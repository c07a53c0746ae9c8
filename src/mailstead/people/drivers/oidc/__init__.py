"""OpenID Connect Core 1.0 as a relying party: authorization code with PKCE; ID tokens count by the issuer's keys."""

from .client import Client
from .fetching import Fetching
from .provider import OidcProvider

__all__ = ["Client", "Fetching", "OidcProvider"]
