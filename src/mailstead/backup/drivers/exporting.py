"""A disk given away as a file on this very machine."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailstead.backup.errors import NoPlaceLeft, PlaceDenied, PlaceUnfit
from mailstead.backup.model import ImageForm, Source, Told

from .disk_image import write_image


def write_file(disk: Source, path: Path, form: ImageForm, told: Told | None = None) -> None:
    """Write a disk as a file that is never seen before it is whole. Raises PlaceUnfit, NoPlaceLeft, PlaceDenied."""
    if path.exists():
        raise PlaceUnfit(f"{path} is there", field="path", value=path, remedy="choose another name")
    unfinished = path.with_name(f".{path.name}.unfinished")
    with explained(path.parent):
        try:
            write_image(unfinished, form, disk, told)
            unfinished.rename(path)
        finally:
            unfinished.unlink(missing_ok=True)


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Raise what a folder of this machine does not let us do as NoPlaceLeft or PlaceDenied."""
    try:
        yield
    except OSError as error:
        kind = NoPlaceLeft if error.errno in {errno.ENOSPC, errno.EDQUOT} else PlaceDenied
        remedy = f"see that {folder} is there, has room, and may be written"
        raise kind(f"{folder}: {error.strerror}", field="folder", value=folder, remedy=remedy) from error
