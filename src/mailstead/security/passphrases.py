"""A passphrase from a file that its owner alone may read, so that it never stands in a command."""

import stat
from pathlib import Path

from mailstead.ground.errors import InvalidInput

from .model import KeyFileExposed, Secret


def read_passphrase(path: Path) -> Secret:
    """Return the first line of *path*; raise InvalidInput, or KeyFileExposed if others may read it."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(path.stat().st_mode)
            line = file.readline(4096).rstrip(b"\r\n")
    except OSError as error:
        remedy = "give a file that holds the passphrase in its first line"
        raise InvalidInput(f"{path}: {error.strerror}", field="passphrase-file", value=path, remedy=remedy) from error
    if mode & 0o077:
        remedy = f"chmod 0600 {path}"
        raise KeyFileExposed(f"others may read {path}", field="passphrase-file", value=path, remedy=remedy)
    if not line:
        remedy = "write the passphrase into its first line"
        raise InvalidInput(f"{path} is empty", field="passphrase-file", value=path, remedy=remedy)
    return Secret(line)
