"""Bad input at the command line: a status, a stable code, the field, the value, the remedy, and nothing changed."""

import sqlite3
from pathlib import Path

import pytest

from mailstead.wiring import open_platform

from .conftest import PLATFORM, Say

ACME = ("tenant", "add", "acme", "--domain", "acme.example")


def _contents(home: Path) -> list[str]:
    """Return what the database holds, but for the platform's own secrets and what was merely looked at."""
    with sqlite3.connect(home / "state.sqlite") as connection:
        lines = [line for line in connection.iterdump() if line.startswith("INSERT")]
    connection.close()
    return sorted(
        line
        for line in lines
        if not any(f'INSERT INTO "{table}"' in line for table in ("secrets", "secret_keys", "sights", "dns_zone"))
    )


def _write(home: Path, text: str) -> None:
    (home / "mailstead.toml").write_text(text)


def _refused(say: Say, home: Path, *words: object, status: int, code: str, field: str = "", value: str = "") -> None:
    before = _contents(home)
    said = say("--json", *words)
    assert said.status == status, said
    assert said.error["code"] == code, said.error
    assert said.error.get("remedy"), said.error
    if field:
        assert said.error["field"] == field
    if value:
        assert said.error["value"] == value
    assert said.out == ""
    assert _contents(home) == before


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        (PLATFORM + "\n[network]\nvlans = 5\n", "invalid-input", "network.vlans"),
        (PLATFORM.replace("grace_days", "grace_dais"), "invalid-input", "grace_dais"),
        (PLATFORM + '\n[network]\nipv4_pool = "203.0.113.0/24"\n', "overlapping-pools", "network"),
        (PLATFORM + "\n[network]\nvlan_first = 900\nvlan_last = 800\n", "invalid-input", "network"),
        (PLATFORM + '\n[network]\nipv4_pool = "10.64.0.1/14"\n', "invalid-input", "network.ipv4_pool"),
        (PLATFORM + '\n[[sites.hosts]]\nname = "kvm1"\n', "invalid-input", ""),
        ("grace_days = \n", "invalid-input", "file"),
        ("grace_days = 3\n", "invalid-input", "sites"),
    ],
)
def test_a_bad_platform_file_is_refused_with_its_field(say: Say, home: Path, text: str, code: str, field: str) -> None:
    _write(home, text)
    _refused(say, home, "tenant", "list", status=2, code=code, field=field)


def test_a_folder_without_platform_is_told(say: Say, home: Path, tmp_path: Path) -> None:
    said = say("--json", "tenant", "list", at=tmp_path)
    assert (said.status, said.error["code"]) == (4, "not-found")
    assert "mailstead init" in said.error["remedy"]


@pytest.mark.parametrize(
    ("words", "status", "code", "field", "value"),
    [
        (("tenant", "add", "Acme!", "--domain", "acme.example"), 2, "invalid-input", "name", "Acme!"),
        (("tenant", "add", "acme", "--domain", "nodots"), 2, "invalid-input", "domains.0.name", "nodots"),
        (("tenant", "add", "acme", "--domain", "a_b.example"), 2, "invalid-input", "domains.0.name", "a_b.example"),
        (("tenant", "add", "acme", "--domain", "xn--a.example"), 2, "invalid-input", "domains.0.name", "xn--a.example"),
        ((*ACME, "--memory-mib", "100"), 2, "invalid-input", "allowance.memory_mib", "100"),
        ((*ACME, "--disk-iops", "7"), 2, "invalid-input", "allowance.disk_iops", "7"),
        ((*ACME, "--bandwidth-mbit", "-1"), 2, "invalid-input", "allowance.bandwidth_mbit", "-1"),
        ((*ACME, "--host", "kvm9"), 2, "unknown-host", "host", "kvm9"),
        ((*ACME, "--memory-mib", "1048576"), 2, "hosts-full", "allowance", ""),
        ((*ACME, "--domain", "acme.example"), 2, "address-taken", "", "acme.example"),
        (("tenant", "show", "nobody"), 4, "not-found", "tenant", "nobody"),
        (("tenant", "resize", "nobody", "--vcpus", "2"), 4, "not-found", "tenant", "nobody"),
        (("tenant", "remove", "nobody", "--yes"), 4, "not-found", "tenant", "nobody"),
        (("tenant", "purge", "nobody", "--confirm", "nobody"), 4, "not-found", "tenant", "nobody"),
        (("plan", "nobody"), 4, "not-found", "tenant", "nobody"),
        (("check", "nobody"), 4, "not-found", "tenant", "nobody"),
        (("order", "show", "o0"), 4, "not-found", "order", "o0"),
        (("mailbox", "add", "anna@nobody.example"), 4, "not-found", "address", "anna@nobody.example"),
        (("mailbox", "add", "nobody"), 2, "invalid-input", "address", "nobody"),
        (("mailbox", "add", "ännä@acme.example"), 2, "invalid-input", "address", "ännä@acme.example"),
        (("mailbox", "import", "missing.csv"), 4, "not-found", "file", "missing.csv"),
        (("alias", "add", "info@acme.example", "--to", "x"), 2, "invalid-input", "targets.0", "x"),
    ],
)
def test_bad_words_are_refused_with_field_and_value(  # noqa: PLR0917 (a table of cases)
    say: Say, home: Path, words: tuple[str, ...], status: int, code: str, field: str, value: str
) -> None:
    _refused(say, home, *words, status=status, code=code, field=field, value=value)


def test_a_domain_is_served_for_one_tenant_only(say: Say, home: Path) -> None:
    assert say(*ACME).status == 0
    words = ("tenant", "add", "globex", "--domain", "globex.example", "--domain", "acme.example")
    _refused(say, home, *words, status=2, code="domain-taken", field="domain", value="acme.example")
    _refused(say, home, *ACME, status=2, code="conflict", field="name", value="acme")


@pytest.mark.parametrize(
    ("pool", "code", "field"),
    [
        ("vlan_first = 100\nvlan_last = 100", "vlans-exhausted", "network.vlan_last"),
        ('ipv4_pool = "10.64.0.0/28"', "addresses-exhausted", "network.ipv4_pool"),
        ('ipv6_pool = "fd64:6d73::/64"', "addresses-exhausted", "network.ipv6_pool"),
        ('public_ipv4 = "203.0.113.0/30"', "addresses-exhausted", "network.public_ipv4"),
        ('public_ipv6 = "2001:db8:6d73::/127"', "addresses-exhausted", "network.public_ipv6"),
    ],
)
def test_exhausted_numbers_are_refused_before_anything_is_made(
    say: Say, home: Path, pool: str, code: str, field: str
) -> None:
    _write(home, f"{PLATFORM}\n[network]\n{pool}\n")
    for number in range(2 if "public" in pool else 1):
        assert say("tenant", "add", f"t{number}", "--domain", f"t{number}.example").status == 0
    _refused(say, home, *ACME, status=2, code=code, field=field)


def test_a_disk_cannot_become_smaller_than_it_is(say: Say, home: Path) -> None:
    say(*ACME)
    _refused(say, home, "tenant", "resize", "acme", "--disk-gib", 2, status=2, code="invalid-input", field="disk_gib")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("address\nanna@acme.example\nanna@acme.example\n", "address-taken", "anna@acme.example"),
        ("address\nanna@acme.example\nbroken\n", "invalid-input", "line 3"),
        ("address,quota_mib\nanna@acme.example,much\n", "invalid-input", "line 2"),
        ("address,colour\nanna@acme.example,red\n", "invalid-input", "header"),
        ("name\nAnna\n", "invalid-input", "header"),
        ("address\n", "invalid-input", "no mailbox"),
        ("", "invalid-input", "header"),
        ("address,name\nanna@acme.example,Anna,too many\n", "invalid-input", "line 2"),
        ("address,password\nanna@acme.example,short\n", "invalid-input", "line 2"),
        ("address\nanna@acme.example\nbert@globex.example\n", "invalid-input", "bert@globex.example"),
        ("address\nanna\0@acme.example\n", "invalid-input", ""),
        ("address\n\xff\xfe@acme.example\n", "invalid-input", ""),
    ],
)
def test_a_bad_mailbox_file_adds_nobody(  # noqa: PLR0917 (likewise)
    say: Say, home: Path, tmp_path: Path, text: str, code: str, said: str
) -> None:
    say(*ACME)
    file = tmp_path / "people.csv"
    file.write_bytes(text.encode("latin-1"))
    before = _contents(home)
    answer = say("--json", "mailbox", "import", file)
    assert (answer.status, answer.error["code"]) == (2, code)
    assert said in answer.error["message"]
    assert answer.error["remedy"]
    assert _contents(home) == before
    assert say("--json", "mailbox", "list", "acme").value == []


class TestFilesOfTenants:
    """Files in tenants/, refused as a whole."""

    GOOD = '[[domains]]\nname = "acme.example"\n'

    @pytest.mark.parametrize(
        ("files", "code", "field"),
        [
            ({"acme": GOOD + "[allowance]\ncores = 3\n"}, "invalid-input", "allowance.cores"),
            ({"acme": "colour = 'red'\n" + GOOD}, "invalid-input", "colour"),
            ({"acme": GOOD, "globex": GOOD}, "domain-taken", "domains"),
            ({"acme": '[[domains]]\nname = "-.example"\n'}, "invalid-input", "domains.0.name"),
            ({"Bad Name": GOOD}, "invalid-input", "name"),
            ({"acme": 'name = "other"\n' + GOOD}, "invalid-input", "name"),
            ({"acme": "[[domains]\n"}, "invalid-input", "file"),
            ({"acme": GOOD + '[[mailboxes]]\naddress = "x@else.example"\n'}, "invalid-input", "address"),
        ],
    )
    @pytest.mark.parametrize("verb", ["plan", "apply"])
    def test_one_bad_file_changes_nothing(  # noqa: PLR0917 (likewise)
        self, say: Say, home: Path, verb: str, files: dict[str, str], code: str, field: str
    ) -> None:
        for name, text in files.items():
            (home / "tenants" / f"{name}.toml").write_text(text)
        _refused(say, home, verb, status=2, code=code, field=field)

    def test_a_loss_must_be_named(self, say: Say, home: Path) -> None:
        file = home / "tenants" / "acme.toml"
        file.write_text(self.GOOD)
        assert say("apply", "--yes").status == 0
        file.unlink()
        _refused(say, home, "apply", status=2, code="unsafe-plan", field="plan", value="tenant acme")
        assert say("apply", "--yes", "--allow-loss", "tenant acme").status == 0
        assert say("--json", "tenant", "show", "acme").value["status"] == "removed"


def test_a_second_worker_on_the_same_state_is_refused(home: Path, say_real: Say, tmp_path: Path) -> None:
    with open_platform(home, worker=True) as running:
        assert running.works
        said = say_real("--json", "work", "--rounds", 1)
    assert (said.status, said.error["code"], said.error["field"]) == (2, "state-in-use", "home")
    assert "another worker" in said.error["message"]


def test_a_missing_key_file_is_told(say_real: Say, home: Path) -> None:
    (home / "mailstead.key").unlink()
    said = say_real("--json", "tenant", "list")
    assert (said.status, said.error["code"]) == (4, "no-key-file")


def test_a_missing_image_is_told_before_anything_is_made(home: Path, say_real: Say, tmp_path: Path) -> None:
    text = PLATFORM.replace('driver = "memory"\n\n[dns]', 'driver = "memory"\n\n[image]\ncache = "CACHE"\n\n[dns]')
    _write(home, text.replace("CACHE", str(tmp_path / "none")))
    said = say_real("--json", *ACME)
    assert (said.status, said.error["code"]) == (4, "missing-image")
    assert "mailstead image build" in said.error["remedy"]
    assert say_real("--json", "tenant", "list").value == []


def test_in_words_the_error_names_code_and_remedy(say: Say) -> None:
    said = say("tenant", "show", "nobody")
    assert said.status == 4
    assert "not-found" in said.err
    assert "what to do:" in said.err
