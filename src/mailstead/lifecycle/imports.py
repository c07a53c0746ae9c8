"""Mailboxes from a CSV file: read wholly and validated before anything is changed."""

import csv
from collections.abc import Iterator
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
    rows = []
    for _, found in judge_mailboxes(data, file):
        if isinstance(found, MailsteadError):
            raise found
        rows.append(found)
    if not rows:
        name = PurePath(file).name
        raise InvalidInput(f"{name} holds no mailbox", field="file", value=file, remedy="add a line for each")
    return rows


def judge_mailboxes(data: bytes, file: str) -> Iterator[tuple[int, MailboxRow | MailsteadError]]:
    """Yield the number of each line with what it says, or with what is wrong with it; raise InvalidInput for no CSV."""
    name = PurePath(file).name
    try:
        reader = csv.DictReader(StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        _refuse_header(name, list(reader.fieldnames or ()))
        for row in reader:
            yield reader.line_num, _judged(f"{name} line {reader.line_num}", row)
    except csv.Error as error:
        remedy = "save it as plain CSV, one line a mailbox"
        raise InvalidInput(f"{name}: {error}", field="file", value=file, remedy=remedy) from error
    except UnicodeDecodeError as error:
        remedy = "save it as UTF-8"
        raise InvalidInput(f"{name} is no UTF-8 text", field="file", value=file, remedy=remedy) from error


def _judged(where: str, row: dict[str, str]) -> MailboxRow | MailsteadError:
    try:
        return _read(where, row)
    except MailsteadError as error:
        return error


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
