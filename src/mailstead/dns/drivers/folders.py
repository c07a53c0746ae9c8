"""Folders and files of the servers that we run: ours above, the server's own user's below.

The top folder belongs to us, so that a server which was broken into cannot lead our writing astray; where we do
write into a folder of its user, links are never followed.
"""

import fcntl
import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def prepare(top: Path, below: tuple[str, ...], user: str | None) -> None:
    """Make *top*, which anybody may pass through, and in it the folders that *user* (None: we) may write to."""
    top.mkdir(parents=True, exist_ok=True)
    top.chmod(0o711)
    for name in below:
        folder = top / name
        folder.mkdir(exist_ok=True)
        folder.chmod(0o750)
        give(folder, user)


def give(path: Path, user: str | None) -> None:
    """Let *user* own *path*; without root rights we are that user already."""
    owner = _owner(user)
    if owner:
        os.chown(path, *owner, follow_symlinks=False)


def holds(path: Path, text: str) -> bool:
    """Say whether *path* holds exactly *text*."""
    return path.exists() and path.read_text() == text


def write_private(path: Path, text: str, user: str | None) -> None:
    """Put *text* there as a whole, readable to *user* alone."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w") as file:
        owner = _owner(user)
        if owner:
            os.fchown(handle, *owner)
        file.write(text)
    draft.replace(path)


@contextmanager
def taking_turns(lock: Path) -> Iterator[None]:
    """Hold *lock* meanwhile, against other threads and processes of ours; it ends with us, however we end."""
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _owner(user: str | None) -> tuple[int, int] | None:
    if user is None or os.geteuid():
        return None
    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid
