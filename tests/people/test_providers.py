"""The contract of providers: in memory, and by OpenID Connect to a peer by the book."""

from collections.abc import Iterator
from pathlib import Path
from ssl import create_default_context

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.people.drivers.memory import MemoryProvider
from mailstead.people.drivers.oidc import Client, Fetching, OidcProvider
from mailstead.people.provider import Answer, Proof
from mailstead.security.model import Secret

from .contract import ProviderContract, There
from .peer import CLIENT, SECRET, Peer, serving


class TestMemoryProvider(ProviderContract):
    @pytest.fixture
    def there(self) -> There:
        provider = MemoryProvider("There", "https://there.example")

        def signed_in(url: str, subject: str) -> Answer:
            return provider.signed_in(url, Proof(provider.issuer, subject))

        return There(provider, signed_in)


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Peer, Path]]:
    folder = tmp_path_factory.mktemp("peer")
    with serving(folder, SystemClock()) as made:
        yield made, folder / "peer.pem"


class TestOidcProvider(ProviderContract):
    @pytest.fixture
    def there(self, peer: tuple[Peer, Path]) -> There:
        made, trust = peer
        fetching = Fetching("localhost", create_default_context(cafile=trust))
        client = Client("There", made.issuer, CLIENT)
        return There(OidcProvider(client, lambda: Secret.of(SECRET), fetching, SystemClock()), made.signed_in)
