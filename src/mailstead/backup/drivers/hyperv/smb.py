"""A host's folder through SMB 3 (MS-SMB2), encrypted and signed: files read in place, renamed, placed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Literal, Protocol

from smbclient import (
    listdir,
    makedirs,
    open_file,
    register_session,
    remove,
    rename,
    replace,
    reset_connection_cache,
    stat,
    stat_volume,
)
from smbprotocol.exceptions import AccessDenied, LogonFailure, SMBAuthenticationError, SMBException, SMBOSError
from smbprotocol.header import NtStatus
from smbprotocol.open import Open

from mailstead.backup.errors import NoPlaceLeft, PlaceDenied, SourceLost
from mailstead.backup.model import Told
from mailstead.ground.errors import MailsteadError
from mailstead.security.model import Secret

_REQUEST = 1 << 20  # bytes of one request: what a backup reads at once; in smaller ones it takes twice as long
_AT_ONCE = 4  # requests in flight
_CREDITS, _OF_CREDIT = 64, 64 << 10  # credits asked for each time, bytes that one is good for (MS-SMB2 3.1.5.2)
_PIECE = 1 << 20
_CONNECT_S = 10
_MISSING = {
    NtStatus.STATUS_OBJECT_NAME_NOT_FOUND,
    NtStatus.STATUS_OBJECT_PATH_NOT_FOUND,
    NtStatus.STATUS_NO_SUCH_FILE,
}


class Share(Protocol):
    r"""Where a folder is (`\\server\share\folder`), and as whom we come."""

    @property
    def folder(self) -> str: ...
    @property
    def server(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def password(self) -> Callable[[], Secret | None]: ...
    @property
    def sign_in(self) -> Literal["negotiate", "ntlm", "kerberos"]: ...
    @property
    def port(self) -> int: ...


class SmbBlocks:
    """A file that is open, read by any thread. `told` bytes have come over the wire."""

    def __init__(self, file: Any, share: Share) -> None:
        self._open: Open = file.fd
        self._share, self._turn = share, Lock()
        self.size: int = self._open.end_of_file
        self.told = 0

    def read(self, offset: int, length: int) -> bytes:
        end = min(offset + length, self.size)
        with self._turn, _explained(self._share):
            parts = list(self._requested(offset, end))
        self.told += sum(map(len, parts))
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _requested(self, offset: int, end: int) -> Iterator[bytes]:
        """Ask for some pieces before the first of them is there."""
        while offset < end:
            upto = min(end, offset + self._granted())
            most = min(_REQUEST, self._open.connection.max_read_size)
            waiting = [self._ask(at, min(most, upto - at)) for at in range(offset, upto, most)]
            yield from (receive(request) for request, receive in waiting)
            offset = upto

    def _granted(self) -> int:
        """Return how many bytes may be asked for at once by the credits that the server has given."""
        window = self._open.connection.sequence_window
        given: int = window["high"] - window["low"]
        return max(1, min(_REQUEST * _AT_ONCE // _OF_CREDIT, given)) * _OF_CREDIT

    def _ask(self, offset: int, length: int) -> tuple[Any, Callable[[Any], bytes]]:
        message, receive = self._open.read(offset, length, send=False)
        tree = self._open.tree_connect
        session = tree.session.session_id
        return self._open.connection.send(message, session, tree.tree_connect_id, credit_request=_CREDITS), receive


class SmbFolder:
    r"""A folder while its session lasts; names are relative to it, with `\` between their parts."""

    def __init__(self, share: Share, cache: dict[str, object]) -> None:
        self._share: Share = share
        self._way: dict[str, Any] = {"port": share.port, "connection_cache": cache}

    @contextmanager
    def opened(self, name: str) -> Iterator[SmbBlocks]:
        """Open a file that others may hold open, too."""
        with _explained(self._share):
            file = open_file(self._path(name), "rb", buffering=0, share_access="rwd", **self._way)
        try:
            yield SmbBlocks(file, self._share)
        finally:
            _close(file)

    def exists(self, name: str) -> bool:
        try:
            stat(self._path(name), **self._way)
        except SMBOSError as error:
            if error.ntstatus in _MISSING:
                return False
            raise _meaning(self._share, error) from error
        return True

    def names(self, folder: str) -> list[str]:
        """Return the names in a folder; none where it is not there."""
        if not self.exists(folder):
            return []
        with _explained(self._share):
            return [str(name) for name in listdir(self._path(folder), **self._way)]

    def make_folder(self, name: str) -> None:
        with _explained(self._share):
            makedirs(self._path(name), exist_ok=True, **self._way)

    def rename(self, name: str, into: str) -> None:
        with _explained(self._share):
            rename(self._path(name), self._path(into), **self._way)

    def remove(self, name: str) -> None:
        """Remove a file; one already gone is no error."""
        if self.exists(name):
            with _explained(self._share):
                remove(self._path(name), **self._way)

    def text(self, name: str) -> str:
        """Return what a small file holds; nothing where it is not there."""
        if not self.exists(name):
            return ""
        with self.opened(name) as file:
            return file.read(0, file.size).decode()

    def keep(self, name: str, text: str) -> None:
        """Write a small file, whole or not at all."""
        with _explained(self._share):
            with open_file(self._path(f"{name}.part"), "wb", **self._way) as file:
                file.write(text.encode())
            replace(self._path(f"{name}.part"), self._path(name), **self._way)

    def free(self) -> int:
        """Return how many bytes are free for us."""
        with _explained(self._share):
            return int(stat_volume(self._path(""), **self._way).caller_available_size)

    def upload(self, name: str, source: Path, told: Told) -> None:
        """Write a file from ours; what holds zeros is left out."""
        size = source.stat().st_size
        with (
            source.open("rb") as file,
            _explained(self._share),
            open_file(self._path(name), "wb", buffering=0, **self._way) as target,
        ):
            for at in range(0, size, _PIECE):
                piece = file.read(_PIECE)
                if piece.count(0) != len(piece):
                    target.seek(at)
                    _write(target, piece)
                told(min(at + _PIECE, size), size)
            target.truncate(size)

    def _path(self, name: str) -> str:
        return f"{self._share.folder}\\{name}" if name else self._share.folder


@contextmanager
def connected(*shares: Share) -> Iterator[list[SmbFolder]]:
    """Sign in for as long as the block lasts, once at each server. Raises PlaceDenied, SourceLost if nobody answers."""
    cache: dict[str, object] = {}
    try:
        for share in shares:
            _sign_in(share, cache)
        yield [SmbFolder(share, cache) for share in shares]
    finally:
        reset_connection_cache(fail_on_error=False, connection_cache=cache)


def _sign_in(share: Share, cache: dict[str, object]) -> None:
    password = share.password()
    with _explained(share):
        register_session(
            share.server,
            username=share.account or None,
            password=password.reveal_text() if password else None,
            port=share.port,
            encrypt=True,
            require_signing=True,
            connection_timeout=_CONNECT_S,
            connection_cache=cache,
            auth_protocol=share.sign_in,
        )


def _write(target: Any, piece: bytes) -> None:
    while piece:
        piece = piece[target.write(piece) :]


def _close(file: Any) -> None:
    try:
        file.close()
    except (SMBException, OSError):  # the host is gone, and the file with it
        return


@contextmanager
def _explained(share: Share) -> Iterator[None]:
    try:
        yield
    except (SMBException, OSError, ValueError, ImportError) as error:
        raise _meaning(share, error) from error


def _meaning(share: Share, error: Exception) -> MailsteadError:
    """Say in our words what went wrong; passwords are in none of theirs."""
    text, status = f"{share.folder}: {error}", getattr(error, "ntstatus", None)
    if status == NtStatus.STATUS_DISK_FULL:
        return NoPlaceLeft(text, field="share", value=share.folder, remedy="free room on the host")
    refused = isinstance(error, SMBAuthenticationError | LogonFailure | AccessDenied | ImportError)
    if refused or status == NtStatus.STATUS_ACCESS_DENIED or "encryption" in str(error):
        remedy = "let the account of mailstead change files there, over SMB 3: Set-SmbShare -EncryptData $true"
        return PlaceDenied(text, field="share", value=share.folder, remedy=remedy)
    remedy = "see that the folder is shared, and that the host answers on port 445"
    return SourceLost(text, field="share", value=share.folder, remedy=remedy)
