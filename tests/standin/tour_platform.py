"""What a tour stands on: a platform without a name server or guests of its own, and an image on each host."""

import json
from hashlib import sha256
from pathlib import Path

from mailstead.wiring import found_platform

from .hyperv.kinds import VhdType
from .hyperv.world import GIB, Host, Vhd

IMAGE = "appliance-of-the-tour"
PLATFORM = """\
# A platform for a tour over stand-in hosts.
[[sites]]
name = "home"

[[sites.hosts]]
name = "spare"                         # to be taken out when there is another
driver = "memory"

[dns]
driver = "memory"

[image]
cache = "{cache}"
"""


def found_tour(home: Path) -> None:
    """Found the platform, and lay an image beside it that holds nothing but its description."""
    lay_image(home / "images")
    found_platform(home, PLATFORM.format(cache=home / "images"))


def lay_image(cache: Path) -> None:
    """Lay an image into the cache that holds nothing but its description."""
    (cache / IMAGE).mkdir(parents=True, exist_ok=True)
    files = {"system.vhdx": {"bytes": 0, "sha256": sha256(b"").hexdigest()}}
    told = {"system_mib": 2048, "whole_mib": 2300, "cmdline": "", "files": files}
    (cache / IMAGE / "system.vhdx").touch()
    (cache / IMAGE / "manifest.json").write_text(json.dumps(told))
    if not (cache / "current").is_symlink():
        (cache / "current").symlink_to(cache / IMAGE)


def place_image(host: Host) -> None:
    """Lay the image into the host's folder of images."""
    path = rf"{host.volumes[0].root}\mailstead-images\{IMAGE}.vhdx"
    host.vhds[path.lower()] = Vhd(path, 2300 << 20, VhdType.Dynamic, file_size=GIB)
