"""A claim as a file in the folder of a host's disks."""

import os
from pathlib import Path
from uuid import uuid4

from mailstead.ground.errors import Denied
from mailstead.ground.files import write_whole
from mailstead.sites.claims import Claim

NAME = ".mailstead-claim"


class FolderClaim:
    """A `ClaimPlace` (sites/claims.py): the file `.mailstead-claim` in *folder*."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    @property
    def where(self) -> str:
        return f"folder {self._path.parent}"

    def read(self) -> Claim | None:
        try:
            return Claim.parse(self._path.read_text(encoding="ascii", errors="replace"), self.where)
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise self._denied(error) from error

    def claim(self, claim: Claim) -> Claim:
        fresh = self._path.with_name(f"{NAME}.{uuid4().hex}")
        try:
            self._write(fresh, claim)
            os.link(fresh, self._path)  # unlike rename, this does not replace
        except FileExistsError:
            return self.read() or claim
        finally:
            fresh.unlink(missing_ok=True)
        return claim

    def replace(self, claim: Claim) -> None:
        self._write(self._path, claim)

    def release(self) -> None:
        self._path.unlink(missing_ok=True)

    def _write(self, path: Path, claim: Claim) -> None:
        try:
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.parent.chmod(0o711)  # QEMU runs as a user of its own and must pass through
            write_whole(path, f"{claim}\n".encode())
        except PermissionError as error:
            raise self._denied(error) from error

    def _denied(self, error: OSError) -> Denied:
        return Denied(f"{self.where}: {error.strerror}", field="folder", value=self._path.parent, remedy="run as root")


class MemoryClaim:
    """A `ClaimPlace` that lives as long as its host in memory."""

    def __init__(self, where: str = "memory") -> None:
        self._where = where
        self._claim: Claim | None = None

    @property
    def where(self) -> str:
        return self._where

    def read(self) -> Claim | None:
        return self._claim

    def claim(self, claim: Claim) -> Claim:
        self._claim = self._claim or claim
        return self._claim

    def replace(self, claim: Claim) -> None:
        self._claim = claim

    def release(self) -> None:
        self._claim = None
