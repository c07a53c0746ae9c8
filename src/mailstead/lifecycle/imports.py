"""Mailboxes from a CSV file: read wholly and validated before anything is changed."""

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path, PurePath

from mailstead.ground.errors import InvalidInput, MailsteadError, NotFound
from mailstead.security.model import Secret
from mailstead.security.passwords import check_password
from mailstead.tenants.model import Mailbox

COLUMNS = ("address", "name", "quota_mib", "password")


@dataclass(frozen=True, slots=True)
class MailboxRow:
    """One line: the mailbox, and its password if the file gives one."""

    mailbox: Mailbox
    password: Secret | None


def read_mailboxes(file: Path) -> list[MailboxRow]:
    """Read *file* (UTF-8, header line); raise NotFound, or InvalidInput naming line and field."""
    try:
        return parse_mailboxes(file.read_bytes(), str(file))
    except FileNotFoundError as error:
        raise NotFound(f"there is no {file}", field="file", value=file, remedy="check the path") from error
    except OSError as error:
        remedy = "give a file that can be read"
        raise InvalidInput(f"{file}: {error.strerror}", field="file", value=file, remedy=remedy) from error


def parse_mailboxes(data: bytes, file: str) -> list[MailboxRow]:
    """Read what a file named *file* holds; raise InvalidInput naming line and field."""
    name = PurePath(file).name
    try:
        reader = csv.DictReader(StringIO(data.decode("utf-8-sig"), newline=""))
        _refuse_header(name, list(reader.fieldnames or ()))
        rows = [_read(f"{name} line {reader.line_num}", row) for row in reader]
    except csv.Error as error:
        remedy = "save it as plain CSV, one line a mailbox"
        raise InvalidInput(f"{name}: {error}", field="file", value=file, remedy=remedy) from error
    except UnicodeDecodeError as error:
        remedy = "save it as UTF-8"
        raise InvalidInput(f"{name} is no UTF-8 text", field="file", value=file, remedy=remedy) from error
    if not rows:
        raise InvalidInput(f"{name} holds no mailbox", field="file", value=file, remedy="add a line for each")
    return rows


def _refuse_header(name: str, header: list[str]) -> None:
    unknown = [column for column in header if column not in COLUMNS]
    if "address" not in header or unknown:
        found = unknown[0] if unknown else ",".join(header)
        remedy = f"begin with a line of column names: address, and any of {', '.join(COLUMNS[1:])}"
        raise InvalidInput(f"{name}: the header does not fit", field="header", value=found, remedy=remedy)


def _read(where: str, row: dict[str, str]) -> MailboxRow:
    if extra := row.get(None):  # type: ignore[call-overload]  # where csv puts what no column is for
        remedy = "put cells that hold a comma into quotation marks"
        raise InvalidInput(f"{where}: more cells than columns", field="line", value=extra[0], remedy=remedy)
    given = {name: value for name, value in row.items() if value and name in COLUMNS}
    password = Secret.of(given.pop("password")) if "password" in given else None
    mailbox = Mailbox.parse(given, where=where)
    if password:
        try:
            check_password(password, mailbox.address)
        except MailsteadError as error:
            raise InvalidInput(f"{where}: {error.message}", field="password", remedy=error.remedy) from error
    return MailboxRow(mailbox, password)
