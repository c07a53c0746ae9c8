"""mailstead host add --sign-in certificate, and certificates of hosts that are not as they should be: by the CLI."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailstead.sites.files import read_platform
from tests.standin.certificates import Authority, Pair
from tests.standin.server import StandIn
from tests.standin.shipped import Host, shipped_roles

from .conftest import Say

USER = "svc-mailstead"


@dataclass
class Place:
    """A stand-in, and what is said to add it."""

    standin: StandIn
    authority: Authority

    def words(self, pair: Pair, **changed: object) -> list[object]:
        given = {
            "address": "localhost",
            "port": self.standin.port,
            "sign-in": "certificate",
            "certificate": pair.certificate,
            "key": pair.key,
            "trust": self.authority.trust,
            **changed,
        }
        options = [word for name, value in given.items() for word in (f"--{name}", value)]
        return ["--json", "host", "add", "hv01", "--driver", "hyperv", *options]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def place(tmp_path: Path, authority: Authority) -> Iterator[Place]:
    with StandIn(Host(), shipped_roles(), tmp_path, authority=authority, passwords={USER: "unused"}) as standin:
        yield Place(standin, authority)


def test_a_host_is_added_and_checked_by_certificate_and_no_password_is_asked_for(
    say_real: Say, home: Path, place: Place
) -> None:
    pair = place.authority.issue(USER, days=40)
    said = say_real(*place.words(pair))
    assert (said.status, said.err) == (0, "")
    added = read_platform(home / "mailstead.toml").hosts[1].hyperv
    assert added
    assert (added.sign_in, added.certificate, added.key) == ("certificate", pair.certificate, pair.key)
    findings = {each["check"]: each for each in say_real("--json", "host", "check", "hv01").value["findings"]}
    assert findings["our certificate"]["detail"] == "valid for 39 days more"
    assert findings["session"]["verdict"] == "passed"
    assert place.standin.users == {USER}


def test_a_certificate_of_ours_that_ends_soon_is_warned_of(say_real: Say, place: Place) -> None:
    assert say_real(*place.words(place.authority.issue(USER, days=20))).status == 0
    findings = {each["check"]: each for each in say_real("--json", "host", "check", "hv01").value["findings"]}
    assert findings["our certificate"]["verdict"] == "warning"
    assert "map the new one" in findings["our certificate"]["remedy"]


@pytest.mark.parametrize(
    ("wrong", "code", "status", "told"),
    [
        ("expired", "remote-bad-endpoint", 2, "ended on"),
        ("of another CA", "remote-certificate-refused", 2, "ended the connection while we signed in"),
        ("mapped to nobody", "remote-sign-in-refused", 2, "does not accept our certificate"),
        ("with another key", "remote-bad-endpoint", 2, "certificate"),
        ("without a key", "invalid-input", 2, "key is needed"),
        ("no certificate", "remote-bad-endpoint", 2, "certificate"),
    ],
)
def test_a_certificate_of_ours_that_is_wrong_is_named_and_nothing_is_written(
    say_real: Say, home: Path, place: Place, tmp_path: Path, *, wrong: str, code: str, status: int, told: str
) -> None:
    before = (home / "mailstead.toml").read_text()
    words = place.words(_wrong(place.authority, tmp_path, wrong))
    if wrong == "without a key":
        at = words.index("--key")
        del words[at : at + 2]
    said = say_real(*words)
    assert (said.error["code"], said.status) == (code, status), said.err
    assert told in said.error["message"]
    assert said.error["remedy"]
    assert (home / "mailstead.toml").read_text() == before
    assert not place.standin.users


def _wrong(authority: Authority, folder: Path, wrong: str) -> Pair:
    match wrong:
        case "expired":
            return authority.issue(USER, days=-1)
        case "of another CA":
            (folder / "other").mkdir()
            return Authority(folder / "other", "another CA").issue(USER)
        case "mapped to nobody":
            return authority.issue("stranger")
        case "with another key":
            return Pair(authority.issue(USER).certificate, authority.issue(USER).key)
        case "no certificate":
            (folder / "empty.pem").touch()
            return Pair(folder / "empty.pem", authority.issue(USER).key)
    return authority.issue(USER)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("expired", "certificate has expired"),
        ("of another CA", "self-signed certificate"),
        ("of another host", "Hostname mismatch"),
    ],
)
def test_a_host_that_cannot_prove_its_name_is_not_added(
    say_real: Say, home: Path, tmp_path: Path, authority: Authority, *, wrong: str, told: str
) -> None:
    pair, trust = authority.issue("localhost"), authority.trust
    if wrong == "expired":
        pair = authority.issue("localhost", days=-1)
    elif wrong == "of another host":
        pair = authority.issue("hv02.example")
    else:
        (tmp_path / "other").mkdir()
        trust = Authority(tmp_path / "other", "another CA").trust
    before = (home / "mailstead.toml").read_text()
    with StandIn(Host(), shipped_roles(), tmp_path, authority=authority, pair=pair, passwords={USER: ""}) as standin:
        said = say_real(*Place(standin, authority).words(authority.issue(USER), trust=trust))
        assert (said.error["code"], said.status) == ("remote-certificate-refused", 2), said.err
        assert told in said.error["message"]
        assert "trust" in said.error["remedy"]
        assert (home / "mailstead.toml").read_text() == before
        assert standin.listener.requests == 0
