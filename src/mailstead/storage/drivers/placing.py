"""What is brought to a host before its first machine, and before each machine's first start."""

from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from mailstead.storage.model import Told
from mailstead.storage.port import HostFiles

from .image_tool import as_vhdx

SHOWN = 12  # digits of the checksum that a seed's name bears


def place_image(files: HostFiles, vhdx: Path, *, key: str, sha256: str, told: Told) -> str:
    """Bring an image there under its key, and return its name; raises what `HostFiles.place` does."""
    name = f"{key}.vhdx"
    files.place(name, vhdx, sha256=sha256, told=told)
    return name


def seed_name(tenant: str, disk: bytes) -> str:
    """Return the name of a seed, which another content would not have."""
    return f"seed-{tenant}-{sha256(disk).hexdigest()[:SHOWN]}.vhdx"


def place_seed(files: HostFiles, tenant: str, disk: bytes, *, told: Told) -> str:
    """Bring a seed there as a VHDX and return its name; raises what `HostFiles.place` does."""
    name = seed_name(tenant, disk)
    if files.size(name) is None:
        with TemporaryDirectory(prefix="mailstead-seed-") as room:  # only we may look into it
            raw, vhdx = Path(room) / "seed.raw", Path(room) / name
            raw.write_bytes(disk)
            as_vhdx(raw, vhdx)
            files.place(name, vhdx, sha256=_digest(vhdx), told=told)
    return name


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
