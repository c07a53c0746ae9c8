"""The memory issuer and the built-in authority pass the contract; what the authority alone promises."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.verification import PolicyBuilder, Store

from mailstead.certificates.drivers.ca import Authority, BuiltInAuthority, new_authority
from mailstead.certificates.drivers.memory import MemoryIssuer
from mailstead.certificates.errors import BadRequest
from mailstead.certificates.keys import load_key, new_key, read_chain, signing_request
from mailstead.certificates.port import Issuer
from mailstead.ground.clock import VirtualClock
from mailstead.security.model import Secret

from .contract import NAMES, IssuerContract

CLOCK = VirtualClock()
AUTHORITY = new_authority("mailstead", CLOCK.now())


def built_in(authority: Authority = AUTHORITY, clock: VirtualClock = CLOCK) -> BuiltInAuthority:
    return BuiltInAuthority(authority.issuing, lambda: authority.issuing_key, clock)


class TestMemoryIssuer(IssuerContract):
    @pytest.fixture
    def issuer(self) -> Issuer:
        return MemoryIssuer(CLOCK)


class TestBuiltInAuthority(IssuerContract):
    @pytest.fixture
    def issuer(self) -> Issuer:
        return built_in()


def test_a_client_that_trusts_the_root_trusts_the_machine() -> None:
    chain = x509.load_pem_x509_certificates(built_in().issue(NAMES, signing_request(new_key(), NAMES)).encode())
    store = Store([x509.load_pem_x509_certificate(AUTHORITY.root.encode())])
    verifier = PolicyBuilder().store(store).time(CLOCK.now()).build_server_verifier(x509.DNSName(NAMES[0]))
    assert verifier.verify(chain[0], chain[1:])


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs the program openssl")
def test_openssl_trusts_it_too(tmp_path: Path) -> None:
    chain = x509.load_pem_x509_certificates(built_in().issue(NAMES, signing_request(new_key(), NAMES)).encode())
    for name, pem in {"root": AUTHORITY.root, "issuing": AUTHORITY.issuing}.items():
        (tmp_path / name).write_text(pem)
    (tmp_path / "leaf").write_bytes(chain[0].public_bytes(Encoding.PEM))
    at = str(int(CLOCK.now().timestamp()))
    argv = [
        "openssl",
        "verify",
        "-x509_strict",
        "-purpose",
        "sslserver",
        "-attime",
        at,
        "-CAfile",
        "root",
        "-untrusted",
        "issuing",
    ]
    done = subprocess.run([*argv, "leaf"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "leaf: OK", done.stderr


def test_certificates_live_ninety_days_and_never_longer_than_their_authority() -> None:
    clock = VirtualClock()
    issuer = built_in(clock=clock)
    certificate = read_chain(issuer.issue(NAMES, signing_request(new_key(), NAMES)), 1)
    assert certificate.not_after == clock.now() + timedelta(days=90)
    clock.sleep(timedelta(days=10 * 365 - 10).total_seconds())
    late = read_chain(issuer.issue(NAMES, signing_request(new_key(), NAMES)), 1)
    assert late.not_after == x509.load_pem_x509_certificate(AUTHORITY.issuing.encode()).not_valid_after_utc


def test_the_issuing_certificate_signs_no_further_authorities() -> None:
    issuing = x509.load_pem_x509_certificate(AUTHORITY.issuing.encode())
    constraints = issuing.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (constraints.ca, constraints.path_length) == (True, 0)


def test_long_names_fit() -> None:
    long = (f"mail.{'a' * 60}.example",)
    assert read_chain(built_in().issue(long, signing_request(new_key(), long)), 1).names == long


def test_keys_are_never_shown() -> None:
    assert "PRIVATE" not in repr(AUTHORITY)
    with pytest.raises(BadRequest) as caught:
        load_key(Secret.of("-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----"))
    assert "secret" not in str(caught.value.as_dict())
