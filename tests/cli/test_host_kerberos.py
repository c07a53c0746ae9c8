"""mailstead host add --sign-in kerberos: a real KDC, a keytab, a service that takes tickets; and what goes wrong."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import pytest

from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import worth_retrying
from mailstead.remoting.cmdlets import hyperv
from mailstead.remoting.connection import Connection
from mailstead.remoting.endpoint import Endpoint, Kerberos
from mailstead.remoting.errors import DomainSilent, SignInRefused
from mailstead.remoting.kerberos import Ticket
from mailstead.remoting.pool import Fleet
from mailstead.remoting.tickets import Dialogue, channel_of
from mailstead.sites.files import read_platform
from tests.standin.certificates import Authority
from tests.standin.kdc import REALM, SERVICE, Realm, running
from tests.standin.server import StandIn
from tests.standin.shipped import HOST, Host, shipped_roles
from tests.standin.tickets import Acceptor, NotAccepted

from .conftest import Say

pytestmark = pytest.mark.host
ACCOUNT = "svc-mailstead"
PRINCIPAL = f"{ACCOUNT}@{REALM}"


@dataclass(frozen=True)
class Domain:
    """A realm with our account, and the host's service in it."""

    realm: Realm
    keytab: Path
    service: Path
    authority: Authority


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Domain]:
    folder = tmp_path_factory.mktemp("kdc")
    with running(folder) as realm:
        for principal in (PRINCIPAL, SERVICE):
            realm.add(principal)
        yield Domain(realm, realm.keytab(PRINCIPAL), realm.keytab(SERVICE), Authority(folder))


@pytest.fixture
def domain(served: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Domain:
    """The domain as this process sees it; nobody has a ticket yet."""
    monkeypatch.setenv("KRB5_CONFIG", str(served.realm.config))
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path / 'nobodys.cache'}")
    return served


@pytest.fixture
def standin(domain: Domain, tmp_path: Path) -> Iterator[StandIn]:
    passwords = {ACCOUNT: "unused"}
    with StandIn(Host(), shipped_roles(), tmp_path, authority=domain.authority, passwords=passwords) as standin:
        standin.offer_kerberos(domain.service)
        yield standin


def _words(standin: StandIn, account: str, keytab: Path | None) -> list[object]:
    words: list[object] = ["--json", "host", "add", "hv01", "--driver", "hyperv", "--sign-in", "kerberos"]
    words += ["--address", "localhost", "--port", standin.port, "--trust", standin.authority.trust]
    words += ["--account", account] if account else []
    return words + (["--keytab", keytab] if keytab else [])


def _endpoint(standin: StandIn, sign_in: Kerberos) -> Endpoint:
    return Endpoint("localhost", HOST, sign_in, port=standin.port, trust=standin.authority.trust)


def test_a_host_is_added_and_checked_by_keytab(say_real: Say, home: Path, domain: Domain, standin: StandIn) -> None:
    said = say_real(*_words(standin, PRINCIPAL, domain.keytab))
    assert (said.status, said.err) == (0, "")
    added = read_platform(home / "mailstead.toml").hosts[1].hyperv
    assert added
    assert (added.sign_in, added.account, added.keytab) == ("kerberos", PRINCIPAL, domain.keytab)
    findings = {each["check"]: each for each in say_real("--json", "host", "check", "hv01").value["findings"]}
    assert findings["session"]["detail"].endswith("signed in by kerberos")
    assert standin.users == {ACCOUNT}


def test_without_a_keytab_the_ticket_of_this_process_is_used(
    say_real: Say, domain: Domain, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{domain.realm.ticket(PRINCIPAL, domain.keytab)}")
    assert say_real(*_words(standin, "", None)).status == 0
    assert standin.users == {ACCOUNT}


WRONG = {
    "a keytab from before the password was changed": ("remote-sign-in-refused", "Preauthentication failed", "keytab"),
    "a keytab of somebody else": ("remote-sign-in-refused", "holds no key of this account", "klist"),
    "no such keytab": ("remote-bad-endpoint", "No such file", "may read"),
    "a file that is no keytab": ("remote-sign-in-refused", "holds no key of this account", "klist"),
    "an account that is gone": ("remote-sign-in-refused", "not found in Kerberos database", "account"),
    "an expired ticket": ("remote-sign-in-refused", "Ticket expired", "kinit"),
    "no ticket": ("remote-sign-in-refused", "No Kerberos credentials available", "kinit"),
    "an account that the host does not let in": ("remote-sign-in-refused", "does not accept other@", "account"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_named_and_nothing_is_written(
    say_real: Say, home: Path, domain: Domain, standin: StandIn, monkeypatch: pytest.MonkeyPatch, *, wrong: str
) -> None:
    before, (code, told, remedy) = (home / "mailstead.toml").read_text(), WRONG[wrong]
    said = say_real(*_words(standin, *_wrong(domain.realm, domain.keytab, monkeypatch, wrong)))
    assert (said.error["code"], said.status) == (code, 2), said.err
    assert told in said.error["message"]
    assert remedy in said.error["remedy"]
    assert (home / "mailstead.toml").read_text() == before
    assert not standin.users


def _wrong(realm: Realm, keytab: Path, monkeypatch: pytest.MonkeyPatch, wrong: str) -> tuple[str, Path | None]:
    given: tuple[str, Path | None] = ("", None)
    match wrong:
        case "a keytab from before the password was changed":
            given = (f"changed@{REALM}", _old_keytab(realm, "changed"))
            realm.keytab("changed")
        case "a keytab of somebody else":
            given = (f"nobody@{REALM}", keytab)
        case "no such keytab":
            given = (PRINCIPAL, keytab.with_name("absent"))
        case "a file that is no keytab":
            given = (PRINCIPAL, realm.config)
        case "an account that is gone":
            given = (f"gone@{REALM}", _old_keytab(realm, "gone"))
            realm.remove("gone")
        case "an account that the host does not let in":
            given = (f"other@{REALM}", _old_keytab(realm, "other"))
        case "an expired ticket":
            monkeypatch.setenv("KRB5CCNAME", f"FILE:{realm.ticket(PRINCIPAL, keytab, seconds=1)}")
            sleep(2)
    return given


def _old_keytab(realm: Realm, principal: str) -> Path:
    realm.add(principal)
    return realm.keytab(principal)


def test_a_host_that_the_domain_does_not_know_is_named(domain: Domain) -> None:
    with pytest.raises(SignInRefused, match="not found in Kerberos database") as refused:
        Ticket("hv99", Kerberos(PRINCIPAL, domain.keytab), b"").step(None)
    assert "setspn" in refused.value.remedy


def test_without_a_domain_controller_it_is_worth_trying_again(
    domain: Domain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "krb5.conf"
    text = domain.realm.config.read_text()
    elsewhere.write_text("".join(line for line in text.splitlines(keepends=True) if "kdc =" not in line) + _SILENT)
    monkeypatch.setenv("KRB5_CONFIG", str(elsewhere))
    with pytest.raises(DomainSilent) as silent:
        Ticket("localhost", Kerberos(f"{ACCOUNT}@SILENT.EXAMPLE", _keytab_of_silent(domain)), b"").step(None)
    assert worth_retrying(silent.value)


_SILENT = " SILENT.EXAMPLE = {\n  kdc = 127.0.0.1:1\n }\n"


def _keytab_of_silent(domain: Domain) -> Path:
    domain.realm.add(f"{ACCOUNT}@SILENT.EXAMPLE")
    return domain.realm.keytab(f"{ACCOUNT}@SILENT.EXAMPLE")


def test_a_ticket_that_ended_is_renewed_from_the_keytab(domain: Domain, standin: StandIn) -> None:
    domain.realm.add("brief", most_s=2)
    standin.accounts.passwords = {"brief": "unused"}
    sign_in = Kerberos(f"brief@{REALM}", domain.realm.keytab("brief"))
    fleet = Fleet(SystemClock(), sessions_each=1)
    way = fleet.at(_endpoint(standin, sign_in))
    way.run(hyperv.GetVMHost())
    sleep(3)
    standin.listener.hang_up()
    way.run(hyperv.GetVMHost())
    assert standin.listener.connections == 2
    fleet.close()


def test_a_ticket_holds_for_no_other_channel(domain: Domain, standin: StandIn) -> None:
    endpoint = _endpoint(standin, Kerberos(PRINCIPAL, domain.keytab))
    connection = Connection(endpoint)
    own, _ = connection.greet()
    connection.close()
    other = domain.authority.issue("relay.example").certificate.read_bytes()
    for certificate, accepted in ((own, True), (other, False)):
        ticket = Ticket("localhost", Kerberos(PRINCIPAL, domain.keytab), channel_of(certificate)).step(None)
        assert ticket
        assert _accepted(domain.service, own, ticket) is accepted
    assert Dialogue(endpoint, Kerberos(PRINCIPAL, domain.keytab), own).header().startswith("Negotiate ")


def _accepted(service: Path, certificate: bytes, ticket: bytes) -> bool:
    try:
        return bool(Acceptor(service, certificate).step(ticket))
    except NotAccepted:
        return False
