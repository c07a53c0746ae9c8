"""A folder on a host, through SMB 3 with encryption (MS-SMB2), by smbprotocol."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from smbclient import open_file, register_session, remove, rename, reset_connection_cache, stat
from smbprotocol.exceptions import (
    AccessDenied,
    BadNetworkName,
    LogonFailure,
    SMBAuthenticationError,
    SMBException,
    SMBOSError,
)
from smbprotocol.header import NtStatus

from mailstead.ground.errors import InvalidInput, MailsteadError
from mailstead.security.model import Secret
from mailstead.storage.model import (
    FileBusy,
    ForeignData,
    NoDiskRoom,
    NoSuchImage,
    NoSuchShare,
    NotTheContent,
    ShareDenied,
    ShareUnreachable,
    Told,
    plain_name,
)

_PIECE = 1024 * 1024
_UNC = re.compile(r"\\\\(?P<server>[A-Za-z0-9.-]+)\\.+")
_NO_FOLDER = {NtStatus.STATUS_OBJECT_PATH_NOT_FOUND, NtStatus.STATUS_BAD_NETWORK_NAME, NtStatus.STATUS_NOT_FOUND}
_MISSING = {NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, NtStatus.STATUS_NO_SUCH_FILE}


@dataclass(frozen=True, slots=True)
class Share:
    """Where the folder is (UNC), and as whom we come: without an account, by this system's Kerberos ticket."""

    folder: str
    account: str = ""
    password: Callable[[], Secret | None] = field(default=lambda: None, repr=False)
    sign_in: Literal["negotiate", "ntlm", "kerberos"] = "kerberos"
    port: int = 445

    @property
    def server(self) -> str:
        found = _UNC.fullmatch(self.folder)
        if found is None:
            remedy = r"give it as \\server\share\folder"
            raise InvalidInput(f"{self.folder!r} is no UNC path", field="share", value=self.folder, remedy=remedy)
        return found["server"]


class SmbFiles:
    """Files in a share. Each verb opens a session of its own: they are rare, and a broken one leaves nothing."""

    def __init__(self, share: Share) -> None:
        self._share = share

    def size(self, name: str) -> int | None:
        with self._session() as session:
            return session.size(plain_name(name))

    def place(self, name: str, source: Path, *, sha256: str, told: Told) -> None:
        with _opened(source) as file, self._session() as session:
            size = source.stat().st_size
            there = session.size(plain_name(name))
            if there is None:
                session.upload(name, file, size, sha256, told)
                there = session.size(name)
            if there != size:
                text = f"{self._share.folder}\\{name} is there with {there} bytes instead of {size}"
                remedy = "see whose it is; no machine may stand on it when you remove it"
                raise ForeignData(text, field="name", value=name, remedy=remedy)

    def remove(self, name: str) -> None:
        with self._session() as session:
            session.remove(plain_name(name))

    @contextmanager
    def _session(self) -> Iterator["_Session"]:
        share, cache = self._share, dict[str, object]()
        password = share.password()
        try:
            register_session(
                share.server,
                username=share.account or None,
                password=password.reveal_text() if password else None,
                port=share.port,
                encrypt=True,
                connection_timeout=10,
                connection_cache=cache,
                auth_protocol=share.sign_in,
            )
            yield _Session(share, cache)
        except MailsteadError:
            raise
        except (SMBException, OSError, ValueError, ImportError) as error:
            raise _meaning(share, error) from error
        finally:
            reset_connection_cache(fail_on_error=False, connection_cache=cache)


class _Session:
    """One session: what smbclient is told each time stands here once."""

    def __init__(self, share: Share, cache: dict[str, object]) -> None:
        self._folder, self._way = share.folder, {"port": share.port, "connection_cache": cache}

    def size(self, name: str) -> int | None:
        try:
            return int(stat(self._path(name), **self._way).st_size)
        except SMBOSError as error:
            if error.ntstatus in _MISSING:
                return None
            raise

    def remove(self, name: str) -> None:
        try:
            remove(self._path(name), **self._way)
        except SMBOSError as error:
            if error.ntstatus not in _MISSING:
                raise

    def upload(self, name: str, file: BinaryIO, size: int, sha256: str, told: Told) -> None:
        """Write beside the name and rename; whoever was faster has placed the same, or `place` says it is not."""
        part = f"{name}.part"
        try:
            found = self._write(part, file, size, told)
            if found != sha256:
                text = f"what was to become {name} has the SHA-256 {found}, not {sha256}"
                raise NotTheContent(text, field="source", remedy="build the image again: mailstead image build --vhdx")
            self._rename(part, name)
        except (NotTheContent, SMBOSError) as error:
            if not _is(error, NtStatus.STATUS_SHARING_VIOLATION):
                with suppress(SMBException):
                    self.remove(part)
            raise

    def _write(self, part: str, file: BinaryIO, size: int, told: Told) -> str:
        digest, done = hashlib.sha256(), 0
        with open_file(self._path(part), "wb", buffering=_PIECE, **self._way) as target:
            while piece := file.read(_PIECE):
                target.write(piece)
                digest.update(piece)
                done += len(piece)
                told(done, size)
        return digest.hexdigest()

    def _rename(self, part: str, name: str) -> None:
        try:
            rename(self._path(part), self._path(name), **self._way)
        except SMBOSError as error:
            if not _is(error, NtStatus.STATUS_OBJECT_NAME_COLLISION):
                raise
            self.remove(part)

    def _path(self, name: str) -> str:
        return f"{self._folder}\\{name}"


@contextmanager
def _opened(source: Path) -> Iterator[BinaryIO]:
    try:
        file = source.open("rb")
    except OSError as error:
        remedy = "build it: mailstead image build --vhdx"
        raise NoSuchImage(f"{source}: {error.strerror}", field="source", value=source, remedy=remedy) from error
    with file:
        yield file


def _is(error: Exception, status: int) -> bool:
    return isinstance(error, SMBOSError) and error.ntstatus == status


def _meaning(share: Share, error: Exception) -> MailsteadError:
    """Say in our words what went wrong; passwords are in none of theirs."""
    text = f"{share.folder}: {error}"
    where = {"field": "share", "value": share.folder}
    if isinstance(error, ImportError):
        remedy = "install mailstead[kerberos], or leave out the share and place images by hand"
        return ShareDenied(text, **where, remedy=remedy)
    if isinstance(error, SMBAuthenticationError | LogonFailure):
        remedy = "see the account and the password in the vault, or this system's Kerberos ticket"
        return ShareDenied(text, **where, remedy=remedy)
    if isinstance(error, SMBOSError):
        return _of_file(share, error)
    if isinstance(error, AccessDenied) or "encryption" in str(error):
        remedy = "let the account in, over SMB 3 with encryption: Set-SmbShare -EncryptData $true"
        return ShareDenied(text, **where, remedy=remedy)
    if isinstance(error, BadNetworkName):
        return NoSuchShare(text, **where, remedy="share the folder, or name another in the platform file")
    return ShareUnreachable(text, **where)


def _of_file(share: Share, error: SMBOSError) -> MailsteadError:
    text = f"{share.folder}: {error}"
    if error.ntstatus == NtStatus.STATUS_SHARING_VIOLATION:
        return FileBusy(text, field="name", remedy="wait until it is placed, or until no machine uses it")
    if error.ntstatus == NtStatus.STATUS_DISK_FULL:
        return NoDiskRoom(text, field="share", value=share.folder, remedy="make room on the host")
    if error.ntstatus == NtStatus.STATUS_ACCESS_DENIED:
        remedy = "let the account change files, on the share and in the folder"
        return ShareDenied(text, field="share", value=share.folder, remedy=remedy)
    if error.ntstatus in _NO_FOLDER | _MISSING:
        return NoSuchShare(text, field="share", value=share.folder, remedy="make the folder on the host")
    return ShareUnreachable(text, field="share", value=share.folder)
