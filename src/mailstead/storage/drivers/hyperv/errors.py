"""What cmdlets refuse, in the words of this chapter."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePath

from mailstead.ground.errors import MailsteadError
from mailstead.remoting.errors import AccessRefused, CommandFailed, CommandRejected, HostBusy, HostVolumeFull
from mailstead.storage.model import FolderDenied, NoDiskRoom, VolumeBroken, VolumeInUse

SHARING_VIOLATION = "0x80070020"
_FILES_IN_USE = {"RemoveFileSystemItemIOError", "RenameItemIOError"}


@contextmanager
def explained(place: PurePath) -> Iterator[None]:
    """Raise what the host refuses about *place* as an error of this chapter; others pass."""
    try:
        yield
    except (AccessRefused, CommandRejected, HostBusy, HostVolumeFull) as error:
        raise _meant(error, place) from error


def _meant(error: CommandFailed, place: PurePath) -> MailsteadError:
    said = error.message
    if SHARING_VIOLATION in said or error.record.short_id in _FILES_IN_USE:
        remedy = "stop the machine first"
        return VolumeInUse(f"{place} is in use: {said}", field="disk", value=place, remedy=remedy)
    match error:
        case HostVolumeFull():
            remedy = "free room in the host's folder"
            return NoDiskRoom(f"no room for {place}: {said}", field="disk", value=place, remedy=remedy)
        case AccessRefused():
            remedy = "let the account of the session configuration change what lies there"
            return FolderDenied(f"{place}: {said}", field="folder", value=place, remedy=remedy)
        case CommandRejected():
            remedy = "look at the file with Test-VHD"
            return VolumeBroken(f"the host refused {place}: {said}", field="disk", value=place, remedy=remedy)
    return error
