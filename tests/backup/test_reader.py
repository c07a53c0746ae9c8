"""The reader in tools/, which knows nothing of mailstead, restores what mailstead wrote."""

import subprocess
import sys
from pathlib import Path

import pytest

from mailstead.backup.drivers.folder import FolderTarget
from mailstead.backup.store.backups import Backups
from mailstead.ground.errors import InvalidInput
from mailstead.ground.scope import Scope
from mailstead.security.model import Secret

from .world import KEY, WritableDisk, moment

READER = Path(__file__).parents[2] / "tools" / "read_backup.py"
PASSPHRASE = "correct horse battery staple"
MIB = 1 << 20


@pytest.fixture
def disk() -> WritableDisk:
    return WritableDisk(20 * MIB - 100)


@pytest.fixture
def store(tmp_path: Path, disk: WritableDisk) -> Path:
    """A folder with two snapshots of acme, and beside it the key export and the passphrase."""
    root = tmp_path / "store"
    root.mkdir()
    backups = Backups.make(FolderTarget(root), KEY)
    disk.scatter(1, writes=60)
    backups.tenant("acme").backup(moment(), [disk.changes()])
    disk.scatter(2, writes=5)
    backups.tenant("acme").backup(moment(1, base=1), [disk.changes()])
    backups.tenant("globex")
    (tmp_path / "keys.json").write_bytes(backups.export_keys(Secret.of(PASSPHRASE), Scope.of("acme")))
    (tmp_path / "passphrase").write_text(f"{PASSPHRASE}\n")
    return root


def _read(store: Path, *arguments: str, tenant: str = "acme") -> subprocess.CompletedProcess[str]:
    keys, passphrase = store.with_name("keys.json"), store.with_name("passphrase")
    command = [sys.executable, "-I", str(READER), str(store), str(keys), tenant, "--passphrase-file", str(passphrase)]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)


def test_it_imports_nothing_of_mailstead_and_is_short() -> None:
    text = READER.read_text()
    assert "import mailstead" not in text
    assert "from mailstead" not in text
    code = text.partition('"""\n\n')[2].splitlines()
    assert sum(bool(line.strip()) for line in code) <= 112


def test_it_lists_snapshots(store: Path) -> None:
    assert _read(store).stdout.splitlines() == [
        "1 2026-11-03T22:00:00+00:00 full data",
        "2 2026-11-04T22:00:00+00:00 incremental data",
    ]


def test_it_restores_a_disk(store: Path, disk: WritableDisk, tmp_path: Path) -> None:
    out = tmp_path / "disk.raw"
    done = _read(store, "--restore", "2", "data", str(out))
    assert (done.returncode, done.stdout) == (0, "")
    assert out.read_bytes() == disk.content


def test_it_names_what_is_lost_and_restores_the_rest(store: Path, disk: WritableDisk, tmp_path: Path) -> None:
    packs = [path for path in store.glob("tenants/acme/packs/*") if path.read_bytes()[17:18] == b"c"]
    broken = bytearray(packs[0].read_bytes())
    broken[100] ^= 1
    packs[0].write_bytes(broken)
    out = tmp_path / "disk.raw"
    done = _read(store, "--restore", "2", "data", str(out))
    assert done.returncode in {0, 1}
    lost = [line.split() for line in done.stdout.splitlines()]
    same = bytearray(disk.content)
    for words in lost:
        length, offset = int(words[1]), int(words[4])
        same[offset : offset + length] = bytes(length)
    assert out.read_bytes() == same
    assert len(lost) <= 1


def test_it_overwrites_nothing(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "disk.raw"
    out.write_bytes(b"mine")
    assert _read(store, "--restore", "2", "data", str(out)).returncode != 0
    assert out.read_bytes() == b"mine"


def test_a_wrong_passphrase_opens_nothing(store: Path) -> None:
    store.with_name("passphrase").write_text("wrong wrong wrong\n")
    done = _read(store)
    assert done.returncode != 0
    assert done.stdout == ""


def test_an_export_holds_the_tenants_that_were_asked_for(store: Path) -> None:
    done = _read(store, tenant="globex")
    assert "KeyError: 'globex'" in done.stderr


def test_a_short_passphrase_is_refused(store: Path) -> None:
    with pytest.raises(InvalidInput):
        Backups(FolderTarget(store), KEY).export_keys(Secret.of("short"))
