"""What is sent into the machine: one archive with new files, the list of jobs, and the script that does them."""

import hashlib
import io
import tarfile
from collections.abc import Iterator

from mailstead.ground.plans import Change, ChangePlan
from mailstead.mailservers import plain
from mailstead.mailservers.items import APPLIED, ConfigFile, Item, MachineClock, MailboxRoom, MailDisk, Service

INCOMING = "/var/lib/mailstead/incoming"


class Parcel:
    """The archive for one plan. It unpacks into a folder of its own, readable by root alone.

    A run whose answer was lost may still be busy with its own folder while the next parcel arrives.
    """

    def __init__(self, plan: ChangePlan[Item], converge: bytes) -> None:
        self._jobs = jobs(plan).encode()
        self._files = [change.after for change in plan if isinstance(change.after, ConfigFile)]
        self._converge = converge
        self._folder = f"{INCOMING}/{hashlib.sha256(self._jobs + self._marks()).hexdigest()[:16]}"

    @property
    def script(self) -> str:
        """Where the script lies once the archive is unpacked."""
        return f"{self._folder}/converge"

    def tar(self) -> bytes:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            archive.addfile(_entry(INCOMING, kind=tarfile.DIRTYPE, mode=0o700))
            _add(archive, self.script, self._converge)
            for file in self._files:
                _add(archive, f"{self._folder}/new{file.path}", file.content)
            _add(archive, f"{self._folder}/jobs", self._jobs)
        return buffer.getvalue()

    def _marks(self) -> bytes:
        return "".join(file.digest for file in self._files).encode()


def jobs(plan: ChangePlan[Item]) -> str:
    """Return the list of jobs, one a line; the mark of what was applied comes last."""
    lines = [line for change in plan for line in _job(change)]
    lines.sort(key=lambda line: line.endswith(f"\t{APPLIED}"))
    return "".join(f"{line}\n" for line in (*lines, "end"))


def _job(change: Change[Item]) -> Iterator[str]:
    match change.before, change.after:
        case _, ConfigFile() as file:
            yield f"file\t{file.mode:o}\t{file.owner}\t{file.path}"
        case ConfigFile() as file, None:
            yield f"remove\t{file.path}"
        case _, MailboxRoom() as box:
            yield f"mailbox\t{plain.folder(box.address)}"
        case MailboxRoom() as box, None:
            yield f"unmailbox\t{plain.folder(box.address)}"
        case _, MachineClock():
            yield "clock"
        case _, MailDisk():
            yield "disk"
        case _, Service() as service:
            yield f"service\t{service.name}"


def _add(archive: tarfile.TarFile, path: str, content: bytes) -> None:
    archive.addfile(_entry(path, size=len(content)), io.BytesIO(content))


def _entry(path: str, *, kind: bytes = tarfile.REGTYPE, mode: int = 0o600, size: int = 0) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path.lstrip("/"))
    entry.type, entry.mode, entry.size = kind, mode, size
    return entry
