"""mailstead guest …, on a platform whose host is a Hyper-V one, in memory."""

import base64
import re
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import tomli_w

from mailstead.security.model import Secret
from mailstead.tenants.files import as_toml
from mailstead.tenants.model import Tenant
from tests.lifecycle.stage import tenant
from tests.windows.answers import component, parsed, texts
from tests.windows.test_medium import read_back

from .conftest import Said, Say

PLATFORM = r"""
[[sites]]
name = "home"

[[sites.hosts]]
name = "hv01"
driver = "hyperv"

[sites.hosts.hyperv]
address = "hv01.example"

[dns]
driver = "memory"
"""
WINDOWS = {
    "image": "server2022.vhdx",
    "features": ["DNS"],
    "services": [{"name": "DNS"}],
    "rules": [{"name": "mail", "ports": ["25"], "sources": ["10.0.0.0/8"]}],
    "locale": "de-DE",
}
SHELL = "Microsoft-Windows-Shell-Setup"


@pytest.fixture
def up(home: Path, say: Say) -> Say:
    """A platform on which acme has a Windows machine that runs, and plain has the appliance."""
    (home / "mailstead.toml").write_text(PLATFORM)
    _file(home, tenant(windows=WINDOWS))
    _file(home, tenant("plain"))
    assert say("apply", "--yes").status == 0
    return say


def _file(home: Path, wanted: Tenant) -> None:
    (home / "tenants").mkdir(exist_ok=True)
    (home / "tenants" / f"{wanted.name}.toml").write_text(as_toml(wanted))


def _worked(said: Said) -> Said:
    assert said.status == 0, said.err
    return said


def test_the_plan_is_shown_applied_and_then_empty(up: Say) -> None:
    planned = _worked(up("--json", "guest", "plan", "acme")).value["changes"]
    assert [change["subject"] for change in planned] == ["feature DNS", "service DNS", "firewall rule mailstead-mail"]
    assert "~ windows" in _worked(up("guest", "plan", "acme")).out
    _worked(up("guest", "apply", "acme", "--yes"))
    assert "nothing to do" in _worked(up("guest", "plan", "acme")).out
    rows = _worked(up("--json", "guest", "show", "acme")).value
    shown = {row["name"]: row["is"] for row in rows if row["part"] != "feature"}
    assert shown == {"DNS": "Automatic, running", "mailstead-mail": "Allow Inbound TCP 25 from 10.0.0.0/8"}


def test_features_are_listed_and_a_service_is_restarted(up: Say) -> None:
    rows = _worked(up("--json", "guest", "features", "acme")).value
    assert {"feature": "DNS", "installed": False} in rows
    assert "was restarted" in _worked(up("guest", "restart-service", "acme", "Spooler", "--yes")).out
    missing = up("--json", "guest", "restart-service", "acme", "Nothing", "--yes")
    assert (missing.status, missing.error["code"]) == (4, "no-such-windows-part")


def test_what_it_wakes_with_is_written_for_its_owner_alone_and_never_over_a_file(up: Say, tmp_path: Path) -> None:
    medium, answers = tmp_path / "acme.iso", tmp_path / "acme.xml"
    told = _worked(up("--json", "guest", "unattend", "acme", "--out", medium))
    assert told.value["computer_name"] == "ACME"
    assert re.fullmatch("[0-9A-F]{40}", told.value["thumbprint"])
    assert datetime.fromisoformat(told.value["until"]) > datetime.now(UTC) + timedelta(days=9 * 365)
    _worked(up("guest", "unattend", "acme", "--out", answers))
    assert {stat.S_IMODE(path.stat().st_mode) for path in (medium, answers)} == {0o600}
    files = read_back(medium.read_bytes())
    assert files.keys() == {"UNATTEND.XML;1", "GUEST.PFX;1"}
    root = parsed(Secret(answers.read_bytes()))
    assert texts(component(root, "specialize", SHELL), "ComputerName") == ["ACME"]
    addresses = texts(
        component(root, "specialize", "Microsoft-Windows-TCPIP"), "Interfaces/Interface/UnicastIpAddresses/IpAddress"
    )
    assert f"{told.value['address']}/20" in addresses
    before = medium.read_bytes()
    again = up("--json", "guest", "unattend", "acme", "--out", medium)
    assert (again.status, again.error["code"]) == (2, "conflict")
    assert medium.read_bytes() == before


def test_passwords_stay_the_same_and_are_said_nowhere(up: Say, tmp_path: Path) -> None:
    said = [up("guest", "unattend", "acme", "--out", tmp_path / name) for name in ("a.xml", "b.xml")]
    values = {
        value
        for name in ("a.xml", "b.xml")
        for value in texts(
            component(parsed(Secret((tmp_path / name).read_bytes())), "oobeSystem", SHELL),
            "UserAccounts/LocalAccounts/LocalAccount/Password/Value",
        )
    }
    assert len(values) == 1
    password = base64.b64decode(values.pop()).decode("utf-16-le").removesuffix("Password")
    said += [up("guest", "show", "acme"), up("guest", "plan", "acme"), up("tenant", "show", "acme", "--toml")]
    assert len(password) == 24
    assert not [one for one in said if password in one.out + one.err]


def test_a_domain_is_joined_by_what_djoin_wrote(up: Say, tmp_path: Path) -> None:
    (tmp_path / "blob").write_bytes("QUFBQQ==\0".encode("utf-16"))
    _worked(up("guest", "unattend", "acme", "--out", tmp_path / "a.xml", "--join", tmp_path / "blob"))
    _worked(up("guest", "unattend", "acme", "--out", tmp_path / "b.xml"))
    for name in ("a.xml", "b.xml"):  # the second time from the vault
        assert b"<AccountData>QUFBQQ==</AccountData>" in (tmp_path / name).read_bytes()
    (tmp_path / "bad").write_bytes(b"no blob")
    bad = up("--json", "guest", "unattend", "acme", "--out", tmp_path / "c.xml", "--join", tmp_path / "bad")
    assert (bad.status, bad.error["code"]) == (2, "bad-answer-file")
    assert not (tmp_path / "c.xml").exists()


def test_nobody_misses_mail_in_a_windows_machine_nor_finds_drift_there(up: Say) -> None:
    """No doctor asks for zones and certificates that no order would make."""
    assert _worked(up("drift")).status == 0
    found = [one for one in up("--json", "doctor").value["findings"] if one.get("tenant") == "acme"]
    assert found == []


def test_the_schema_tells_what_a_table_may_say(up: Say) -> None:
    assert '"computer_name"' in _worked(up("schema", "tenant")).out


@pytest.mark.parametrize("verb", ["show", "plan", "apply"])
def test_who_has_no_windows_machine_is_told(up: Say, verb: str) -> None:
    said = up("--json", "guest", verb, "plain")
    assert (said.status, said.error["code"]) == (2, "not-windows")
    assert up("guest", verb, "nobody").status == 4


def test_a_file_of_another_kind_is_refused(up: Say, tmp_path: Path) -> None:
    said = up("--json", "guest", "unattend", "acme", "--out", tmp_path / "acme.txt")
    assert (said.status, said.error["field"]) == (2, "out")


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ({"features": ["Hyper-V"]}, "features"),
        ({"features": ["DNS"], "without": ["DNS"]}, "features"),
        ({"services": [{"name": "WinRM"}]}, "services"),
        ({"services": [{"name": "DNS", "start": "disabled"}]}, "services"),
        ({"rules": [{"name": "a b", "ports": ["25"]}]}, "rules"),
        ({"rules": [{"name": "a", "ports": ["70000"]}]}, "ports"),
        ({"rules": [{"name": "a", "ports": ["9-8"]}]}, "ports"),
        ({"computer_name": "much-too-long-a-name"}, "computer_name"),
        ({"image": "..\\evil.vhdx"}, "image"),
        ({"time_zone": "UTC<"}, "time_zone"),
        ({"tuning": True}, "tuning"),
    ],
)
def test_a_bad_table_is_refused_with_its_field(home: Path, say: Say, table: dict[str, object], field: str) -> None:
    lines = as_toml(tenant())
    (home / "tenants").mkdir(exist_ok=True)
    (home / "tenants" / "acme.toml").write_text(
        lines + tomli_w.dumps({"windows": {"image": "server2022.vhdx", **table}})
    )
    said = say("--json", "apply", "--yes")
    assert said.status == 2
    assert field in said.error["field"] + said.error["message"]
