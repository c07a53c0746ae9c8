"""A tenant on a Hyper-V host is backed up and brought back by the same orders, as a person types them.

The host is the stand-in, its disks are real VHDX files behind a real Samba server; the way there is wired as it ships.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from mailstead.backup.model import CHUNK
from tests.backup.images import run
from tests.standin import tour
from tests.standin.hyperv.tracking import guest_writes, local, make_file
from tests.standin.hyperv.world import Host
from tests.standin.server import StandIn
from tests.standin.shipped import shipped_roles
from tests.standin.tour_platform import found_tour, place_image
from tests.storage.samba import serving

pytestmark = pytest.mark.host
ACCOUNT, PASSWORD = "svc-mailstead", "a-word-of-this-run"  # its account lives as long as one test
DATA = r"C:\ClusterStorage\Volume1\mailstead\acme\data.vhdx"


@dataclass(frozen=True)
class Scene:
    """A host with real disks, and what is said to the platform."""

    host: Host
    say: Callable[..., Any]

    def write(self, offset: int, content: bytes) -> None:
        (machine,) = (each for each in self.host.machines.values() if each.name == "ms-acme")
        drive = next(each for each in machine.drives if PureWindowsPath(each.path) == PureWindowsPath(DATA))
        guest_writes(self.host, drive, offset, content)

    def content(self) -> bytes:
        file = local(self.host, DATA)
        raw = file.with_suffix(".raw")
        run("qemu-img", "convert", "-f", "vhdx", "-O", "raw", str(file), str(raw))
        with raw.open("rb") as read:
            return read.read(1 << 20)


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Scene]:
    home = tmp_path / "home"

    def say(*words: str) -> Any:
        monkeypatch.setattr(sys, "argv", ["tour", "--home", str(home), "--json", *words])
        capsys.readouterr()
        ended: object = 0
        try:
            tour.run()
        except SystemExit as end:
            ended = end.code or 0
        told = capsys.readouterr()
        assert ended == 0, told
        return json.loads(told.out)

    (tmp_path / "samba").mkdir()
    (tmp_path / "near").mkdir()
    with ExitStack() as stack:
        share = stack.enter_context(serving(tmp_path / "samba", account=ACCOUNT, password=PASSWORD))
        host = Host("HV01")
        standin = stack.enter_context(StandIn(host, shipped_roles(), tmp_path, passwords={ACCOUNT: PASSWORD}))
        host.files = tmp_path / "samba" / "images"
        place_image(host)
        for vhd in host.vhds.values():
            make_file(host, vhd)
        (host.files / "mailstead").mkdir()
        found_tour(home)
        with (home / "mailstead.toml").open("a") as platform:
            platform.write(f'\n[[backup_target]]\nname = "near"\nplace = "{tmp_path / "near"}"\n')
        (tmp_path / "password").write_text(PASSWORD)
        say(
            *("host", "add", "hv01", "--driver", "hyperv", "--address", "localhost", "--port", str(standin.port)),
            *("--sign-in", "basic", "--account", ACCOUNT, "--trust", str(standin.authority.trust)),
            *("--password-file", str(tmp_path / "password"), "--share-port", str(share.port)),
            *("--share", rf"{share.folder}\mailstead-images", "--disks-share", rf"{share.folder}\mailstead"),
        )
        say("backup", "target", "add", "near")
        yield Scene(host, say)


def test_a_tenant_is_backed_up_and_brought_back(scene: Scene) -> None:
    assert scene.say("tenant", "add", "acme", "--domain", "acme.example", "--host", "hv01")["status"] == "done"
    scene.write(0, b"a mail")
    assert scene.say("backup", "run", "acme")["status"] == "done"
    scene.write(5 * CHUNK, b"one more")
    assert scene.say("backup", "run", "acme")["status"] == "done"
    then = scene.content()
    first, second = scene.say("backup", "list", "acme")
    assert (first["kind"], second["kind"]) == ("full", "incremental")
    scene.write(0, b"all is lost")
    words = ("--snapshot", "2", "--allow-loss", "machine acme", "--yes")
    assert scene.say("restore", "machine", "acme", *words)["status"] == "done"
    assert scene.content() == then
    assert scene.say("doctor")["findings"] == []
