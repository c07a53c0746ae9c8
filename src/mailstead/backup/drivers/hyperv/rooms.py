"""Paths on a host, and the shares through which we come there."""

import ntpath
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import PureWindowsPath
from typing import TypeAlias

from mailstead.backup.errors import DiskUnreadable

from .smb import Share, SmbFolder, connected
from .vhdx import Layout, Vhdx, layout_of

Shares: TypeAlias = Mapping[PureWindowsPath, Share]  # by the folder on the host
_DEEPEST = 64  # a disk stands on its checkpoints and its image


class Rooms:
    """The folders of a host that we may read, while their sessions last."""

    def __init__(self, folders: Mapping[PureWindowsPath, SmbFolder]) -> None:
        self._folders = folders

    def place(self, path: PureWindowsPath) -> tuple[SmbFolder, str]:
        """Return the share that a path lies in, and its name there. Raises DiskUnreadable."""
        for folder, room in self._folders.items():
            if path.is_relative_to(folder):
                return room, str(path.relative_to(folder))
        remedy = "share the folder, and name the share in mailstead.toml (share, disks_share)"
        raise DiskUnreadable(f"{path} lies in no share of ours", field="disk", value=path, remedy=remedy)

    def disk(self, stack: ExitStack, path: PureWindowsPath, depth: int = 0) -> Vhdx:
        """Open a disk file with all it stands on, for as long as *stack* lasts. Raises DiskUnreadable."""
        if depth > _DEEPEST:
            raise DiskUnreadable(f"{path} stands on itself", field="disk", value=path)
        room, name = self.place(path)
        file = stack.enter_context(room.opened(name))
        layout = layout_of(file)
        return Vhdx(file, layout, self.disk(stack, self._parent(path, layout), depth + 1) if layout.parent else None)

    def _parent(self, path: PureWindowsPath, layout: Layout) -> PureWindowsPath:
        """Return where the parent is: beside the child as it was told, or else where it was when that was made."""
        told = layout.parent or {}
        near = [ntpath.normpath(path.parent / told["relative_path"])] if "relative_path" in told else []
        known = [told[key].removeprefix("\\\\?\\") for key in ("absolute_win32_path",) if key in told]
        places = [PureWindowsPath(each) for each in (*near, *known)]
        return next(filter(self._is_there, places), (places or [PureWindowsPath("?")])[-1])

    def _is_there(self, path: PureWindowsPath) -> bool:
        return any(
            path.is_relative_to(folder) and room.exists(str(path.relative_to(folder)))
            for folder, room in self._folders.items()
        )


@contextmanager
def entered(shares: Shares) -> Iterator[Rooms]:
    """Sign in at all shares. Raises what `smb.connected` raises."""
    with connected(*shares.values()) as folders:
        yield Rooms(dict(zip(shares, folders, strict=True)))
