"""A machine that wakes with our medium can be reached: certificate, account and trust fit what we sign in with."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from mailstead.certificates.pfx import thumbprint
from mailstead.ground.clock import SystemClock
from mailstead.lifecycle.waking import ACCOUNT, Waking
from mailstead.remoting.errors import CertificateRefused, SignInRefused
from mailstead.remoting.pool import Fleet
from mailstead.security.model import NoSecret, Secret
from mailstead.sites.model import Platform
from mailstead.windows.drivers.remote import RemoteWindows
from mailstead.windows.errors import NoWindowsHost
from mailstead.windows.model import GuestState
from mailstead.windows.unattend.commands import PFX, WORD
from mailstead.wiring.hyperv_ways import Ways
from mailstead.wiring.memory import memory_outside
from mailstead.wiring.windows import WindowsWays, trust_file, windows_medium
from tests.lifecycle.stage import Stage, open_stage, tenant
from tests.standin import accounts
from tests.standin.certificates import Pair
from tests.standin.server import StandIn
from tests.standin.shipped import Guest, shipped_roles

from .answers import component, parsed, texts
from .contract import features_plan, wanted
from .test_medium import read_back

HYPERV = {"address": "hv01.example", "management_pool": "127.0.0.0/20"}  # so that its machines are on this one
PLATFORM = Platform.parse(
    {
        "sites": [{"name": "home", "hosts": [{"name": "hv01", "driver": "hyperv", "hyperv": HYPERV}]}],
        "dns": {"driver": "memory"},
    }
)
WINDOWS = {"image": "server2022.vhdx"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = open_stage(tmp_path, PLATFORM, memory_outside(PLATFORM, SystemClock()))
    made.lifecycle.add(tenant(windows=WINDOWS))
    yield made
    made.close()


@pytest.fixture
def ways(stage: Stage, tmp_path: Path) -> Iterator[WindowsWays]:
    vault, clock = stage.world.vault, SystemClock()
    fleet = Fleet(clock, sessions_each=1)
    trust = partial(trust_file, tmp_path, PLATFORM, vault, clock)
    yield WindowsWays(PLATFORM.hosts[0], Ways(vault, stage.world.numbers, fleet), trust)
    fleet.close()


def certificate(image: Secret) -> tuple[x509.Certificate, bytes, bytes]:
    """Return what Windows would import: the certificate, with its key and chain as PEM."""
    content = read_back(image.reveal())[f"{PFX};1"]
    key, leaf, above = pkcs12.load_key_and_certificates(content, WORD.encode())
    assert key
    assert leaf
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    chain = b"".join(each.public_bytes(pem) for each in (leaf, *above))
    return leaf, chain, key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)


def test_the_certificate_is_of_the_address_for_years_and_named_in_the_command(stage: Stage) -> None:
    waking = windows_medium(stage.running, "acme")
    leaf, chain, _ = certificate(waking.medium)
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.IPAddress) == [waking.address]
    assert (leaf.not_valid_after_utc - leaf.not_valid_before_utc).days > 3600
    run = component(parsed(waking.answers), "specialize", "Microsoft-Windows-Deployment")
    lines = texts(run, "RunSynchronous/RunSynchronousCommand/Path")
    assert f'CertificateThumbprint="{thumbprint(chain.decode())}"' in lines[3]
    assert f'Hostname="{waking.address}"' in lines[3]
    assert lines[4].endswith("remoteip=127.0.0.1/32")


def test_openssl_reads_the_certificate_as_windows_would(stage: Stage, tmp_path: Path) -> None:
    waking = windows_medium(stage.running, "acme")
    (tmp_path / "guest.pfx").write_bytes(read_back(waking.medium.reveal())[f"{PFX};1"])
    argv = ["openssl", "pkcs12", "-in", str(tmp_path / "guest.pfx"), "-passin", f"pass:{WORD}", "-info", "-noout"]
    told = subprocess.run(argv, capture_output=True, check=True, text=True).stderr
    assert "sha256" in told
    assert "AES-256-CBC" in told


def test_a_second_medium_has_the_same_key_and_passwords(stage: Stage) -> None:
    one, other = windows_medium(stage.running, "acme"), windows_medium(stage.running, "acme")
    assert certificate(one.medium)[2] == certificate(other.medium)[2]


@pytest.fixture
def woken(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Waking], StandIn]:
    """The stand-in listens at the machine's address with the certificate that lies on the medium, for its account."""
    monkeypatch.setenv("NTLM_USER_FILE", "")
    monkeypatch.setattr(accounts, "DOMAIN", "")  # a local account of the machine

    def with_medium(waking: Waking) -> StandIn:
        _, chain, key = certificate(waking.medium)
        pair = Pair(tmp_path / "guest.pem", tmp_path / "guest.key")
        pair.certificate.write_bytes(chain)
        pair.key.write_bytes(key)
        account = {"mailstead": stage.world.vault.get("acme", ACCOUNT).reveal_text()}
        guest = StandIn(Guest(), shipped_roles(), tmp_path, pair=pair, passwords=account)
        guest.listener.address = str(waking.address)
        guest.accounts.offer_ntlm(tmp_path)
        return guest

    return with_medium


def test_a_guest_that_woke_with_it_is_reached_and_nobody_else_is_taken_for_it(
    stage: Stage, ways: WindowsWays, woken: Callable[[Waking], StandIn]
) -> None:
    guest = woken(windows_medium(stage.running, "acme"))
    account = dict(guest.accounts.passwords)
    told: list[str] = []
    with guest:
        here = replace(ways, port=guest.port, ways=replace(ways.ways, tell=told.append))
        target = wanted(features=["DNS"])
        roles = RemoteWindows(here.to)
        roles.apply("acme", features_plan(roles, target))
        assert not features_plan(roles, target)
        assert guest.users == {"mailstead"}
        stage.world.vault.put("acme", ACCOUNT, b"another password")
        with pytest.raises(SignInRefused):
            RemoteWindows(here.to).found("acme", target)
    assert [line for line in told if "Install-WindowsFeature -Name 'DNS'" in line]
    assert not [line for line in told if account["mailstead"] in line]


def test_a_guest_that_was_given_the_certificate_of_a_later_medium_is_trusted_as_before(
    stage: Stage, ways: WindowsWays, woken: Callable[[Waking], StandIn]
) -> None:
    first, later = windows_medium(stage.running, "acme"), windows_medium(stage.running, "acme")
    assert first.thumbprint != later.thumbprint
    trust = ways.trust().read_bytes()
    for waking in (first, later):
        with woken(waking) as guest:
            RemoteWindows(replace(ways, port=guest.port).to).found("acme", GuestState())
            assert guest.users == {"mailstead"}
    assert ways.trust().read_bytes() == trust


def test_a_guest_with_somebody_elses_certificate_is_not_spoken_to(
    stage: Stage, ways: WindowsWays, tmp_path: Path
) -> None:
    waking = windows_medium(stage.running, "acme")
    guest = StandIn(Guest(), shipped_roles(), tmp_path)
    guest.listener.address = str(waking.address)
    with guest, pytest.raises(CertificateRefused):
        RemoteWindows(replace(ways, port=guest.port).to).found("acme", GuestState())


def test_without_a_medium_or_a_machine_there_is_no_way(ways: WindowsWays) -> None:
    with pytest.raises(NoSecret):
        ways.to("acme")
    with pytest.raises(NoWindowsHost):
        ways.to("nobody")
    with pytest.raises(NoWindowsHost):
        RemoteWindows(ways.to).found("nobody", GuestState())


def test_the_trust_file_follows_the_authority(ways: WindowsWays) -> None:
    before = ways.trust().read_bytes()
    ways.trust().write_bytes(b"somebody else's")
    assert ways.trust().read_bytes() == before
