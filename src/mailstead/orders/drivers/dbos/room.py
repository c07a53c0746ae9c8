"""The disks under our own databases: how much room is left, and what that lets us do."""

import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from sqlalchemy import make_url

from mailstead.orders.model import DiskNearlyFull, Reserve

MIB = 2**20


def folders_of(urls: Iterable[str]) -> set[Path]:
    """Return where the SQLite files of *urls* lie; a PostgreSQL server looks after its own disks."""
    files = [url.database for url in map(make_url, urls) if url.get_backend_name() == "sqlite" and url.database]
    return {Path(file).resolve().parent for file in files}


class Room:
    """What is free in *folders*, held against a reserve. Kinds of orders in `givers` free room, and always may."""

    def __init__(self, folders: Collection[Path], reserve: Reserve) -> None:
        self._folders = folders
        self._reserve = reserve
        self.givers: set[str] = set()

    def admit(self, kind: str) -> None:
        """Raise DiskNearlyFull if no new order of *kind* is to be taken."""
        for folder, free, whole in self._asked(kind):
            _refuse(folder, free, self._reserve.mib_of(whole))

    def demand(self, kind: str) -> None:
        """Raise DiskNearlyFull if running orders of *kind* are to wait: the rest is for writing down that they do."""
        for folder, free, whole in self._asked(kind):
            _refuse(folder, free, self._reserve.parking_mib_of(whole))

    def _asked(self, kind: str) -> list[tuple[Path, int, int]]:
        if kind in self.givers:
            return []
        usages = [(folder, shutil.disk_usage(folder)) for folder in self._folders]
        return [(folder, usage.free // MIB, usage.total // MIB) for folder, usage in usages]


def _refuse(folder: Path, free_mib: int, needed_mib: int) -> None:
    if free_mib < needed_mib:
        raise DiskNearlyFull(
            f"the disk of {folder} has {free_mib} MiB free, and {needed_mib} MiB are kept in reserve",
            field="disk",
            value=folder,
            remedy="free room there; orders that wait for it go on by themselves",
        )
