"""Ways to sign in, and certificates: what is wrong is said, and nothing is sent to whom we do not trust."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import worth_retrying
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.endpoint import Basic, ClientCertificate, Endpoint, Kerberos, Ntlm, SignIn
from mailstead.remoting.errors import BadEndpoint, CertificateRefused, SignInRefused
from mailstead.remoting.pool import Fleet
from mailstead.remoting.tickets import fingerprint
from mailstead.security.model import Secret
from tests.standin.accounts import DOMAIN
from tests.standin.certificates import Authority, Pair
from tests.standin.server import StandIn
from tests.standin.shipped import HOST, Host, shipped_roles

PASSWORD = Secret.of("pä$$ w0rd'\"")
WORK = hyperv.GetVMHost()


@pytest.fixture
def standin(tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setenv("NTLM_USER_FILE", "")
    passwords = {"svc": PASSWORD.reveal_text(), "cert-user": "unused"}
    with StandIn(Host(), shipped_roles(), tmp_path, authority=authority, passwords=passwords) as host:
        host.accounts.offer_ntlm(tmp_path)
        yield host


def _ask(endpoint: Endpoint) -> None:
    fleet = Fleet(SystemClock(), sessions_each=1)
    try:
        fleet.at(endpoint).run(WORK)
        fleet.at(endpoint).run(WORK)
    finally:
        fleet.close()


def _endpoint(standin: StandIn, sign_in: SignIn) -> Endpoint:
    return Endpoint("localhost", HOST, sign_in, port=standin.port, trust=standin.authority.trust)


@pytest.mark.parametrize("sign_in", [Basic("svc", PASSWORD), Ntlm(f"{DOMAIN}\\svc", PASSWORD)], ids=["basic", "ntlm"])
def test_with_a_password(standin: StandIn, sign_in: SignIn) -> None:
    _ask(_endpoint(standin, sign_in))
    assert standin.users == {"svc"}


def test_with_a_certificate(standin: StandIn, authority: Authority) -> None:
    pair = authority.issue("cert-user")
    _ask(_endpoint(standin, ClientCertificate(pair.certificate, pair.key)))
    assert standin.users == {"cert-user"}


def test_ntlm_signs_in_once_a_connection_and_again_after_it_was_closed(standin: StandIn) -> None:
    fleet = Fleet(SystemClock(), sessions_each=1)
    way = fleet.at(_endpoint(standin, Ntlm(f"{DOMAIN}\\svc", PASSWORD)))
    way.run(WORK)
    way._idle.append(way._take(5))
    requests = standin.listener.requests
    way.run(WORK)
    way._idle.append(way._take(5))
    assert standin.listener.requests - requests == 3  # Command, Receive, Terminate
    standin.listener.hang_up()
    way.run(WORK)
    assert (way.opened, standin.listener.connections) == (1, 2)
    fleet.close()


WRONG: list[SignIn] = [
    Basic("svc", Secret.of("wrong")),
    Basic("nobody", PASSWORD),
    Ntlm(f"{DOMAIN}\\svc", Secret.of("wrong")),
]


@pytest.mark.parametrize("sign_in", WRONG, ids=repr)
def test_a_wrong_password_is_no_matter_of_trying_again(standin: StandIn, sign_in: SignIn) -> None:
    with pytest.raises(SignInRefused) as refused:
        _ask(_endpoint(standin, sign_in))
    assert not worth_retrying(refused.value)
    assert "wrong" not in f"{refused.value} {refused.value.as_dict()}"
    assert not standin.shells


def test_without_a_kerberos_ticket_nobody_gets_in(standin: StandIn, tmp_path: Path) -> None:
    with pytest.raises((SignInRefused, BadEndpoint)):  # the latter where Kerberos is not installed
        _ask(_endpoint(standin, Kerberos("svc@EXAMPLE", tmp_path / "no-such.keytab")))


@pytest.mark.parametrize("wrong", ["expired", "another name", "unknown CA"])
def test_a_host_that_cannot_prove_its_name_gets_nothing(tmp_path: Path, authority: Authority, wrong: str) -> None:
    pair = authority.issue("localhost", days=-1) if wrong == "expired" else authority.issue("other.example")
    trust = authority.trust
    if wrong == "unknown CA":
        folder = tmp_path / "other"
        folder.mkdir()
        pair, trust = authority.issue("localhost"), Authority(folder, "another CA").trust
    with StandIn(Host(), shipped_roles(), tmp_path, authority=authority, pair=pair) as standin:
        endpoint = replace(_endpoint(standin, Basic("svc", Secret.of("pw"))), trust=trust)
        with pytest.raises(CertificateRefused) as refused:
            _ask(endpoint)
        assert not worth_retrying(refused.value)
        assert standin.listener.requests == 0


@pytest.mark.parametrize("wrong", ["expired", "unknown CA", "unmapped"])
def test_a_client_certificate_that_the_host_does_not_take(
    standin: StandIn, authority: Authority, tmp_path: Path, wrong: str
) -> None:
    pair = _wrong_pair(authority, tmp_path, wrong)
    with pytest.raises((CertificateRefused, SignInRefused)) as refused:
        _ask(_endpoint(standin, ClientCertificate(pair.certificate, pair.key)))
    assert not worth_retrying(refused.value)


def _wrong_pair(authority: Authority, folder: Path, wrong: str) -> Pair:
    if wrong == "unknown CA":
        (folder / "other").mkdir()
        return Authority(folder / "other", "another CA").issue("cert-user")
    return authority.issue("cert-user", days=-1) if wrong == "expired" else authority.issue("stranger")


def test_the_proxies_of_the_environment_are_not_used(standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    _ask(_endpoint(standin, Basic("svc", PASSWORD)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("host", "hv01/evil"),
        ("host", "hv01\r\nX: y"),
        ("host", ""),
        ("configuration", "A B"),
        ("path", "wsman?x"),
        ("port", 0),
        ("port", 65536),
    ],
)
def test_an_endpoint_that_cannot_be_is_refused(field: str, value: object) -> None:
    good = Endpoint("hv01.example", HOST, Kerberos())
    with pytest.raises(BadEndpoint) as refused:
        replace(good, **{field: value})  # type: ignore[arg-type]  # one field of several types
    assert (refused.value.field, bool(refused.value.remedy)) == (field, True)


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("no certificate")
    for endpoint in (
        Endpoint("hv01", HOST, Kerberos(), trust=nothing),
        Endpoint("hv01", HOST, Kerberos(), trust=tmp_path / "absent"),
        Endpoint("hv01", HOST, ClientCertificate(nothing, nothing)),
    ):
        with pytest.raises(BadEndpoint) as refused:
            endpoint.tls()
        assert str(tmp_path) in refused.value.value


def test_a_channel_is_bound_by_the_hash_of_its_certificate(authority: Authority) -> None:
    assert len(fingerprint(b"no certificate")) == 32
    pem = authority.trust.read_text()
    assert len(fingerprint(ssl.PEM_cert_to_DER_cert(pem))) == 32
