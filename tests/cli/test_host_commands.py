"""mailstead host add, remove, password, prepare, check; --explain: against a stand-in host, with the real wiring."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.security.store import Vault
from mailstead.sites.files import read_platform
from mailstead.state.database import Database
from mailstead.tenants.model import Tenant
from mailstead.tenants.store import TenantStore
from tests.standin.certificates import Authority
from tests.standin.server import StandIn
from tests.standin.shipped import Host, shipped_roles
from tests.standin.tour_platform import lay_image, place_image

from .conftest import Say

PASSWORD = "s3cret-of-the-host"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def standin(tmp_path: Path, authority: Authority) -> Iterator[StandIn]:
    with StandIn(Host(), shipped_roles(), tmp_path, authority=authority, passwords={"svc": PASSWORD}) as host:
        yield host


@pytest.fixture
def password(tmp_path: Path) -> Path:
    (tmp_path / "password").write_text(f"{PASSWORD}\nsecond line\n")
    return tmp_path / "password"


@pytest.fixture
def words(standin: StandIn, password: Path) -> list[object]:
    return [
        *("host", "add", "hv01", "--driver", "hyperv", "--address", "localhost", "--port", standin.port),
        *("--sign-in", "basic", "--account", "svc", "--trust", standin.authority.trust),
        *("--password-file", password),
    ]


def _file(home: Path) -> str:
    return (home / "mailstead.toml").read_text()


def _kept(home: Path) -> list[str]:
    database = Database(f"sqlite:///{home}/state.sqlite")
    names = Vault(database, home / "mailstead.key").names("")
    database.close()
    return names


def test_a_host_is_looked_at_then_written_down_and_its_password_kept(
    say_real: Say, home: Path, words: list[object]
) -> None:
    (home / "mailstead.toml").write_text("# mine\n" + _file(home))
    said = say_real(*words)
    assert (said.status, said.err) == (0, "")
    assert "mailstead host check hv01" in said.out
    assert _file(home).startswith("# mine\n")
    assert PASSWORD not in _file(home)
    assert [host.name for host in read_platform(home / "mailstead.toml").hosts] == ["kvm1", "hv01"]
    assert "host/hv01/password" in _kept(home)
    assert say_real(*words).status == 2  # once


def test_full_copies_are_an_option_of_a_host(say_real: Say, home: Path, words: list[object]) -> None:
    assert say_real(*words, "--copies").status == 0
    added = read_platform(home / "mailstead.toml").hosts[1].hyperv
    assert added
    assert added.copies
    assert "copies = true" in _file(home)


def test_a_dry_run_shows_the_file_and_writes_nothing(say_real: Say, home: Path, words: list[object]) -> None:
    before = _file(home)
    said = say_real("--json", *words, "--dry-run")
    assert 'name = "hv01"' in said.value["file"]
    assert _file(home) == before
    assert not _kept(home)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("--port", 1), ("remote-host-silent", 5)),
        (("--account", "nobody"), ("remote-sign-in-refused", 2)),
        (("--trust", "/nowhere.pem"), ("remote-bad-endpoint", 2)),
        (("--switch", "a\nb"), ("invalid-input", 2)),
        (("--management-pool", "10.0.0.0/30"), ("invalid-input", 2)),
        (("--folder", "mail"), ("invalid-input", 2)),
        (("--site", "nowhere"), ("not-found", 4)),
        (("--password-file", "/nowhere"), ("invalid-input", 2)),
    ],
)
def test_a_host_that_cannot_be_is_refused_and_nothing_kept(
    say_real: Say, home: Path, words: list[object], change: tuple[object, ...], told: tuple[str, int]
) -> None:
    before = _file(home)
    said = say_real("--json", *words, *change)
    assert (said.error["code"], said.status) == told
    assert said.error["remedy"]
    assert PASSWORD not in said.err
    assert _file(home) == before
    assert not _kept(home)


def test_a_libvirt_host_is_looked_at_too(say_real: Say, home: Path) -> None:
    words = ("host", "add", "kvm2", "--driver", "libvirt", "--uri", "qemu+unix:///system?socket=/nowhere")
    before = _file(home)
    said = say_real("--json", *words)
    assert said.status in {2, 5, 6}
    assert said.error["code"]
    assert _file(home) == before
    assert say_real(*words, "--no-check").status == 0
    assert say_real("host", "remove", "kvm2", "--no-check", "--yes").status == 0
    assert _file(home) == before


def test_a_host_is_taken_out_again(say_real: Say, home: Path, words: list[object], standin: StandIn) -> None:
    before = _file(home)
    assert say_real(*words).status == 0
    assert say_real("host", "claim", "hv01").status == 0
    assert [machine.name for machine in standin.world.machines.values()] == ["ms-mailstead-claim"]
    assert say_real("host", "remove", "hv01", "--yes").status == 0
    assert _file(home) == before
    assert "host/hv01/password" not in _kept(home)
    assert not standin.world.machines


def test_a_host_with_tenants_stays(say_real: Say, home: Path, words: list[object]) -> None:
    assert say_real(*words).status == 0
    database = Database(f"sqlite:///{home}/state.sqlite")
    tenants = TenantStore(database)
    tenants.add(Tenant.parse({"name": "acme", "domains": [{"name": "acme.example"}]}))
    tenants.settle_on("acme", "kvm1")
    database.close()
    said = say_real("--json", "host", "remove", "kvm1", "--yes")
    assert (said.status, said.error["code"]) == (2, "host-not-empty")
    assert "acme" in said.error["message"]


def test_another_password_is_kept(say_real: Say, home: Path, words: list[object], tmp_path: Path) -> None:
    assert say_real(*words).status == 0
    (tmp_path / "wrong").write_text("wrong\n")
    assert say_real("host", "password", "hv01", "--password-file", tmp_path / "wrong").status == 0
    said = say_real("--json", "host", "check", "hv01")
    assert said.status == 3
    findings = {finding["check"]: finding for finding in said.value["findings"]}
    assert "does not accept svc" in findings["session"]["detail"]
    assert "wrong" not in said.out.replace("wrong-", "")


def test_role_files_and_steps_are_written_once(say_real: Say, words: list[object], tmp_path: Path) -> None:
    assert say_real(*words, "--no-check", "--switch", "Mail").status == 0
    said = say_real("--json", "host", "prepare", "hv01", "--out", tmp_path / "out")
    assert len(said.value["files"]) == 11
    assert "'Mail', 'Management'" in (tmp_path / "out" / "MailsteadHost.psrc").read_text()
    assert r"LOCALHOST\svc" in (tmp_path / "out" / "Mailstead.Host.pssc").read_text()
    again = say_real("--json", "host", "prepare", "hv01", "--out", tmp_path / "out")
    assert (again.status, again.error["code"]) == (2, "file-there")
    assert say_real("host", "prepare", "kvm1", "--out", tmp_path / "other").status == 2


def test_without_a_share_an_image_is_placed_by_hand_and_the_place_is_named(
    say_real: Say, home: Path, words: list[object]
) -> None:
    lay_image(home / "images")
    (home / "mailstead.toml").write_text(f'{_file(home)}\n[image]\ncache = "{home / "images"}"\n')
    assert say_real(*words).status == 0
    said = say_real("--json", "image", "place", "hv01")
    assert (said.status, said.error["code"]) == (2, "not-placed")
    assert r"C:\ClusterStorage\Volume1\mailstead-images" in said.error["remedy"]
    assert say_real("--json", "image", "place", "kvm1").status == 2


@pytest.mark.parametrize("name", ["mailstead-claim", "mailstead-check"])
def test_a_tenant_cannot_be_named_like_a_machine_of_our_own(say_real: Say, name: str) -> None:
    said = say_real("--json", "tenant", "add", name, "--domain", "acme.example")
    assert said.status == 2
    assert name in said.error["message"]


def test_explain_tells_each_cmdlet_apart_from_the_json(say_real: Say, words: list[object]) -> None:
    assert say_real(*words).status == 0
    said = say_real("host", "list", "--json", "--explain")
    assert [row["host"] for row in said.value] == ["kvm1", "hv01"]
    assert "hv01> Get-VMHost" in said.err.splitlines()
    assert PASSWORD not in said.err


def test_a_deep_check_tries_everything_and_leaves_nothing(
    say_real: Say, home: Path, words: list[object], standin: StandIn
) -> None:
    assert isinstance(standin.world, Host)
    lay_image(home / "images")
    place_image(standin.world)
    disks = dict(standin.world.vhds)
    (home / "mailstead.toml").write_text(f'{_file(home)}\n[image]\ncache = "{home / "images"}"\n')
    assert say_real(*words).status == 0
    said = say_real("--json", "host", "check", "hv01", "--deep", "--yes")
    assert said.status == 0, said
    assert said.value["host"] == "hv01"
    assert [step["verdict"] for step in said.value["rehearsal"]] == ["passed"] * 11
    assert not standin.world.machines
    assert standin.world.vhds == disks
