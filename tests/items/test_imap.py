"""A real Dovecot takes mails back, and what it wrote is read again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailstead.ground.blocks import HeldBlocks
from mailstead.items.disks.tree import find
from mailstead.items.drivers.ext4 import open_ext4
from mailstead.items.drivers.imap import ImapReceiver
from mailstead.items.drivers.memory import MemoryFiles
from mailstead.items.errors import ReceiverSilent
from mailstead.items.mailboxes.content import whole
from mailstead.items.mailboxes.finding import folder, folders, listing, mailboxes
from mailstead.items.model import Given, Layout, Message
from mailstead.items.plan import Verdict
from mailstead.items.port import FileSystem, Receiver
from mailstead.items.workflow import Return

from .contract import ARRIVED, ReceiverContract
from .disks import ext4_image, laid, mail
from .dovecot import Dovecot, serving

pytestmark = pytest.mark.host
BOX = "acme.example/anna/Maildir"


def _given(number: int, *flags: str) -> Given:
    return Given(mail(number), frozenset(flags), ARRIVED)


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with serving() as server:
        yield server


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """A mailbox of its own for each test."""
    return "".join(sign for sign in request.node.name if sign.isalnum())[:60]


class TestImapReceiver(ReceiverContract):
    @pytest.fixture
    def receiver(self, dovecot: Dovecot, user: str) -> Iterator[Receiver]:
        session = dovecot.session(user)
        yield ImapReceiver(session)
        session.logout()


def test_mails_of_a_disk_come_back_with_flags_and_dates(dovecot: Dovecot, user: str) -> None:
    content = {f"{BOX}/{part}/.x": b"" for part in ("cur", "new", "tmp")} | {
        f"{BOX}/cur/{number}:2,Sa": mail(number) for number in range(1, 5)
    }
    files = MemoryFiles(content | {f"{BOX}/dovecot-keywords": b"0 $Forwarded\n"}, ARRIVED)
    box = next(mailboxes(files, []))
    messages = listing(files, box, folder(files, box, "INBOX")).messages
    session = dovecot.session(user)
    way = Return(files, Layout.MAILDIR, ImapReceiver(session))
    assert {outcome.verdict for outcome in way.give_back(messages, "Restored/2025-11-03")} == {Verdict.CREATED}
    again = Return(files, Layout.MAILDIR, ImapReceiver(session))
    assert {outcome.verdict for outcome in again.give_back(messages, "Restored/2025-11-03")} == {Verdict.SKIPPED}
    session.logout()
    told = dovecot.ask("-f", "tab", "fetch", "-u", user, "flags date.received", "mailbox", "Restored*")
    lines = [line.split("\t") for line in told.splitlines()[1:]]
    assert len(lines) == 4
    assert {line[1] for line in lines} == {f"{ARRIVED.astimezone():%Y-%m-%d %H:%M:%S}"}
    assert {frozenset(line[0].split()) - {"\\Recent"} for line in lines} == {frozenset({"\\Seen", "$Forwarded"})}


def test_a_server_that_hung_up_is_silent_and_a_no_is_a_no(dovecot: Dovecot, user: str) -> None:
    session = dovecot.session(user)
    receiver = ImapReceiver(session)
    assert "refused" in receiver.add("a//b", [_given(1)])[0]
    session.shutdown()
    with pytest.raises(ReceiverSilent):
        receiver.add("INBOX", [_given(1)])


def _imaged(dovecot: Dovecot, user: str, tmp_path: Path) -> FileSystem:
    """Put a mailbox as Dovecot wrote it onto a disk."""
    home = dovecot.homes / user
    tree = {
        f"acme.example/anna/{path.relative_to(home)}": path.read_bytes() for path in home.rglob("*") if path.is_file()
    }
    laid(tmp_path / "tree", tree)
    for path in home.rglob("*"):
        if path.is_dir():
            (tmp_path / "tree/acme.example/anna" / path.relative_to(home)).mkdir(parents=True, exist_ok=True)
    return open_ext4(HeldBlocks(ext4_image(tmp_path / "image", tmp_path / "tree").read_bytes()))


def _all(files: FileSystem) -> dict[str, list[Message]]:
    box = next(mailboxes(files, []))
    return {each.name: list(listing(files, box, each).messages) for each in folders(files, box, [])}


def test_what_dovecot_wrote_into_a_maildir_is_read(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    session = dovecot.session(user)
    receiver = ImapReceiver(session)
    receiver.add("INBOX", [_given(1, "\\Seen", "$Forwarded", "Rechnung")])
    receiver.add("Entwürfe/Alt", [_given(2, "\\Flagged", "\\Answered")])
    session.logout()
    files = _imaged(dovecot, user, tmp_path)
    found = _all(files)
    assert found["INBOX"][0].flags == {"\\Seen", "$Forwarded", "Rechnung"}
    assert found["Entwürfe/Alt"][0].flags == {"\\Flagged", "\\Answered"}
    assert (found["INBOX"][0].uid, whole(files, found["INBOX"][0], Layout.MAILDIR)) == (
        1,
        mail(1).replace(b"\r\n", b"\n"),
    )
    guid = dovecot.ask("-f", "flow", "fetch", "-u", user, "guid", "mailbox", "INBOX").strip().partition("=")[2]
    assert found["INBOX"][0].guid == guid


@pytest.mark.parametrize("packed", ["", "gz", "zstd"], ids=["plain", "gz", "zstd"])
def test_what_dovecot_wrote_into_an_sdbox_is_read(tmp_path_factory: pytest.TempPathFactory, packed: str) -> None:
    folder = tmp_path_factory.mktemp("sdbox")
    saving = ("-o", f"plugin/zlib_save={packed}") if packed else ()
    with serving("sdbox:~/sdbox") as dovecot:
        long = mail(1) + b"line of text\r\n" * 2000
        dovecot.ask("mailbox", "create", "-u", "anna", "Work/Entwürfe")
        dovecot.ask(*saving, "save", "-u", "anna", given=long)
        dovecot.ask(*saving, "save", "-u", "anna", "-m", "Work/Entwürfe", given=mail(2))
        told = dovecot.ask("-f", "tab", "fetch", "-u", "anna", "guid date.received.unixtime", "mailbox", "INBOX")
        files = _imaged(dovecot, "anna", folder / "disk")
    found = _all(files)
    guid, received = told.splitlines()[1].split("\t")
    message = found["INBOX"][0]
    assert (message.guid, message.uid) == (guid, 1)
    assert message.arrived == datetime.fromtimestamp(int(received), UTC)
    assert whole(files, message, Layout.SDBOX).replace(b"\r\n", b"\n") == long.replace(b"\r\n", b"\n")
    assert find(files, "acme.example/anna/sdbox").node
    assert len(found["Work/Entwürfe"]) == 1


REWRITTEN = ("-o", "mail_index_rewrite_min_log_bytes=1", "-o", "mail_index_rewrite_max_log_bytes=2")
ROTATED = ("-o", "mail_index_log_rotate_min_size=1", "-o", "mail_index_log_rotate_max_size=2")


@pytest.mark.parametrize("options", [(), REWRITTEN, (*REWRITTEN, *ROTATED)], ids=["log", "index", "rotated"])
def test_the_flags_of_an_sdbox_are_those_that_dovecot_tells(
    tmp_path_factory: pytest.TempPathFactory, options: tuple[str, ...]
) -> None:
    folder = tmp_path_factory.mktemp("flags")
    with serving("sdbox:~/sdbox") as dovecot:

        def flag(verb: str, flags: str, *mails: str) -> None:
            dovecot.ask(*options, "flags", verb, "-u", "anna", flags, "mailbox", "INBOX", *mails)

        for number in range(12):
            dovecot.ask(*options, "save", "-u", "anna", given=mail(number))
        flag("add", "\\Seen $Forwarded", "1:6")
        flag("add", "\\Flagged Rechnung", "4")
        flag("remove", "\\Seen $Forwarded", "2,5")
        flag("replace", "\\Answered \\Draft", "6")
        dovecot.ask(*options, "expunge", "-u", "anna", "mailbox", "INBOX", "3")
        flag("add", "\\Deleted Zuletzt", "7,9:11")
        told = dovecot.ask("-f", "tab", "fetch", "-u", "anna", "uid flags", "mailbox", "INBOX").splitlines()[1:]
        lies = {path.name for path in dovecot.homes.rglob("dovecot.index*")}
        files = _imaged(dovecot, "anna", folder / "disk")
    expected = {int(uid): set(flags.split()) - {"\\Recent"} for uid, flags in (line.split("\t") for line in told)}
    assert {message.uid: set(message.flags) for message in _all(files)["INBOX"]} == expected
    assert ("dovecot.index" in lies) == bool(options)
