"""The contract of providers, and what comes of it, with a certified OpenID provider: panva's, on Node.js."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import create_default_context
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

from mailstead.ground.clock import SystemClock
from mailstead.people.drivers.oidc import Client, Fetching, OidcProvider
from mailstead.people.errors import ProofRefused
from mailstead.people.provider import Answer
from mailstead.security.model import Secret

from .contract import REDIRECT, ProviderContract, There, question
from .peer import CLIENT, certify

HERE = Path(__file__).parent / "certified"
SECRET = "a secret that is long enough, with % and +"
FACTORS = " with a second factor"

pytestmark = pytest.mark.host


@dataclass(frozen=True)
class Certified:
    """The provider that was started, and whose certificates it shows."""

    issuer: str
    trust: Path

    def provider(self) -> OidcProvider:
        client = Client("There", self.issuer, CLIENT, ("profile",), factor_values=frozenset({"mfa"}))
        fetching = Fetching("localhost", create_default_context(cafile=self.trust))
        return OidcProvider(client, lambda: Secret.of(SECRET), fetching, SystemClock())

    def signed_in(self, url: str, subject: str) -> Answer:
        """Go where a browser would go, and say at the interaction who is there."""
        name = subject.removesuffix(FACTORS)
        said = {"who": name, **({"factors": "yes"} if name != subject else {})}
        with httpx.Client(verify=create_default_context(cafile=self.trust)) as browser:
            while not url.startswith(REDIRECT):
                inside = urlsplit(url).path.startswith("/interaction/")
                answer = browser.get(url, params=said if inside else None)
                assert answer.has_redirect_location, answer.text
                url = urljoin(url, answer.headers["location"])
        given = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        return Answer(given["state"], given.get("code", ""), given["iss"], given.get("error", ""))


@contextmanager
def started(folder: Path) -> Iterator[Certified]:
    certify(folder / "peer.pem")
    given = {"PEER_PEM": str(folder / "peer.pem"), "PEER_CLIENT": CLIENT, "PEER_SECRET": SECRET}
    environment = {**os.environ, **given, "PEER_REDIRECT": REDIRECT}
    command = ["node", str(HERE / "serve.mjs")]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as node:
        assert node.stdout
        try:
            yield Certified(node.stdout.readline().decode().strip(), folder / "peer.pem")
        finally:
            node.terminate()


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certified]:
    if not (HERE / "node_modules").exists():
        pytest.skip("oidc-provider is not installed: bin/setup test installs it")
    with started(tmp_path_factory.mktemp("certified")) as there:
        assert there.issuer.startswith("https://localhost:"), "it did not start"
        yield there


class TestCertifiedProvider(ProviderContract):
    @pytest.fixture
    def there(self, certified: Certified) -> There:
        return There(certified.provider(), certified.signed_in)


def test_it_tells_a_name_a_second_factor_and_when_it_asked(certified: Certified) -> None:
    provider, asked = certified.provider(), question()
    proof = provider.proof(asked, certified.signed_in(provider.url(asked), f"olga{FACTORS}"))
    assert (proof.subject, proof.name, proof.second_factor) == ("olga", "olga@there.example", True)
    assert proof.since
    assert abs(datetime.now(UTC) - proof.since) < timedelta(seconds=30)


def test_another_secret_than_the_one_it_knows_gets_nothing(certified: Certified) -> None:
    client = Client("There", certified.issuer, CLIENT)
    fetching = Fetching("localhost", create_default_context(cafile=certified.trust))
    provider, asked = OidcProvider(client, lambda: Secret.of("wrong"), fetching, SystemClock()), question()
    with pytest.raises(ProofRefused, match="invalid_client"):
        provider.proof(asked, certified.signed_in(provider.url(asked), "olga"))
