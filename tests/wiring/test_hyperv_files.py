"""What is brought to a Hyper-V host, and how: the share where there is one, else by hand."""

import json
from hashlib import sha256
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mailstead.security.model import Secret
from mailstead.sites.model import Host, HyperV
from mailstead.storage.drivers.hand_files import HandFiles
from mailstead.storage.drivers.memory_files import MemoryFiles
from mailstead.storage.drivers.smb_files import SmbFiles
from mailstead.storage.model import NotPlaced
from mailstead.wiring.hyperv_files import bring_image, host_files
from mailstead.wiring.hyperv_ways import Ways
from mailstead.wiring.images import Images, MissingImage
from tests.standin.hyperv.kinds import VhdType
from tests.standin.hyperv.world import Vhd
from tests.standin.rig import Rig

IMAGES = PureWindowsPath(r"C:\ClusterStorage\Volume1\mailstead-images")


def ways(rig: Rig) -> Ways:
    """Return all that is used here of the ways to hosts."""
    return cast("Ways", SimpleNamespace(to=lambda _: rig, password=lambda name: Secret.of(f"of {name}")))


def host(**settings: Any) -> Host:
    return Host(name="hv01", driver="hyperv", hyperv=HyperV(address="hv01.example", **settings))


def built(cache: Path, files: dict[str, Any]) -> Images:
    (cache / "b98a").mkdir()
    (cache / "b98a/system.vhdx").write_bytes(b"image")
    (cache / "b98a/manifest.json").write_text(json.dumps({"files": files}))
    (cache / "current").symlink_to(cache / "b98a")
    return Images(cache)


def test_without_a_share_we_look_by_cmdlet_and_an_administrator_places(rig: Rig, tmp_path: Path) -> None:
    rig.fresh()
    files = host_files(ways(rig), host())
    assert isinstance(files, HandFiles)
    images = built(tmp_path, {"system.vhdx": {"sha256": "0", "bytes": 5}})
    with pytest.raises(NotPlaced) as caught:
        bring_image(files, images, lambda *_: None)
    assert rf"{IMAGES}\b98a.vhdx on hv01" in caught.value.remedy
    place = str(IMAGES / "b98a.vhdx")
    rig.world.vhds[place.lower()] = Vhd(place, 1 << 30, VhdType.Dynamic)
    assert files.size("b98a.vhdx")


def test_with_a_share_we_bring_it(rig: Rig) -> None:
    share = r"\\hv01.example\mailstead-images"
    assert isinstance(host_files(ways(rig), host(share=share)), SmbFiles)


def test_an_image_goes_under_its_key(tmp_path: Path) -> None:
    files, digest = MemoryFiles(), sha256(b"image").hexdigest()
    images = built(tmp_path, {"system.vhdx": {"sha256": digest, "bytes": 5}})
    assert bring_image(files, images, lambda *_: None) == "b98a.vhdx"
    assert files.files == {"b98a.vhdx": b"image"}


def test_an_image_without_a_vhdx_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingImage, match="no VHDX"):
        bring_image(MemoryFiles(), built(tmp_path, {}), lambda *_: None)
