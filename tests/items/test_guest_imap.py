"""Mails come back through the guest channel alone: a real Dovecot, without a password of anybody."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailstead.items.drivers.guest_imap import GuestReceiver
from mailstead.items.drivers.guest_imap.receiver import IMAP
from mailstead.items.drivers.memory import MemoryFiles
from mailstead.items.errors import ReceiverRefused, ReceiverSilent
from mailstead.items.mailboxes.finding import folder, listing, mailboxes
from mailstead.items.model import Given, Layout
from mailstead.items.plan import Verdict, fingerprint_of
from mailstead.items.port import Receiver
from mailstead.items.workflow import Return

from .contract import ARRIVED, ReceiverContract
from .disks import mail
from .dovecot import Dovecot, serving
from .here import ThisMachine

pytestmark = pytest.mark.host
BOX = "acme.example/anna/Maildir"
NUMBERS = map(str, itertools.count())


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with serving() as server:
        yield server


@pytest.fixture
def user(request: pytest.FixtureRequest) -> str:
    """A mailbox of its own for each test."""
    return "".join(sign for sign in request.node.name if sign.isalnum())[:60]


def _receiver(dovecot: Dovecot, user: str, room: Path, channel: ThisMachine | None = None) -> GuestReceiver:
    program = (*IMAP, "-c", str(dovecot.config))
    room = room / "given-back"
    return GuestReceiver(
        channel or ThisMachine(), "acme", user, lambda: next(NUMBERS), program=program, room=str(room), delimiter="."
    )


class TestGuestReceiver(ReceiverContract):
    @pytest.fixture
    def receiver(self, dovecot: Dovecot, user: str, tmp_path: Path) -> Receiver:
        return _receiver(dovecot, user, tmp_path)


def test_flags_and_dates_are_those_of_the_backup_and_nothing_is_left_behind(
    dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    _receiver(dovecot, user, tmp_path).add("INBOX", [Given(mail(1), frozenset({"\\Seen", "Rechnung"}), ARRIVED)])
    told = dovecot.ask("-f", "tab", "fetch", "-u", user, "flags date.received", "mailbox", "INBOX").splitlines()[1]
    flags, date = told.split("\t")
    assert set(flags.split()) - {"\\Recent"} == {"\\Seen", "Rechnung"}
    assert date == f"{ARRIVED.astimezone():%Y-%m-%d %H:%M:%S}"
    assert [path.name for path in (tmp_path / "given-back").iterdir()] == ["relay.lock"]


def test_a_mail_of_many_megabytes_goes_in_small_pieces(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    large = mail(1) + b"a line of a large mail, and so on\r\n" * 800_000
    channel = ThisMachine()
    receiver = _receiver(dovecot, user, tmp_path, channel)
    assert receiver.add("INBOX", [Given(large, frozenset(), ARRIVED), Given(mail(2), frozenset(), ARRIVED)]) == ["", ""]
    assert channel.largest <= 4 << 20 < len(large)
    assert set(receiver.marks("INBOX")) == {fingerprint_of(large), fingerprint_of(mail(2))}


def test_ten_thousand_recipients_and_a_hostile_header_are_kept_to_the_byte(
    dovecot: Dovecot, user: str, tmp_path: Path
) -> None:
    recipients = b",\r\n ".join(b"<p%d@acme.example>" % number for number in range(10_000))
    hostile = b'Subject: ") LOGOUT\r\nTo: ' + recipients + b"\r\nX: {5+}\r\n\r\nend LOGOUT\r\n.\r\n\xff\xfe"
    receiver = _receiver(dovecot, user, tmp_path)
    assert receiver.add("INBOX", [Given(hostile, frozenset(), ARRIVED)]) == [""]
    assert set(receiver.marks("INBOX")) == {fingerprint_of(hostile)}


@pytest.mark.parametrize("name", ["../../etc", "a//b", "~root/x", 'x"\r\n1 DELETE INBOX'], ids=str)
def test_a_hostile_folder_is_refused_or_a_name_like_others(
    dovecot: Dovecot, user: str, tmp_path: Path, name: str
) -> None:
    receiver = _receiver(dovecot, user, tmp_path)
    receiver.add("INBOX", [Given(mail(1), frozenset(), ARRIVED)])
    why = receiver.add(name, [Given(mail(2), frozenset(), ARRIVED)])[0]
    assert why or set(receiver.marks(name)) == {fingerprint_of(mail(2))}
    assert set(receiver.marks("INBOX")) == {fingerprint_of(mail(1))}
    home = dovecot.homes / user
    assert all(path.is_relative_to(home / "Maildir") for path in home.rglob("*"))


QUOTA = """
mail_plugins = $mail_plugins quota
plugin {
  quota = maildir:User quota
  quota_rule = *:bytes=2000
}
"""


def test_a_mailbox_that_is_full_or_gone_is_a_clear_no(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("full")
    with serving(known="anna", more=QUOTA) as dovecot:
        anna = _receiver(dovecot, "anna", folder)
        told = anna.add("INBOX", [Given(mail(number), frozenset(), ARRIVED) for number in range(30)])
        with pytest.raises(ReceiverRefused, match="no mailbox"):
            _receiver(dovecot, "bert", folder).marks("INBOX")
    assert told[0] == ""
    assert "OVERQUOTA" in told[-1]
    assert 2 < told.count("") < 28


def test_a_transfer_that_was_killed_goes_on_where_it_stood(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    names = {f"{BOX}/{part}/.x": b"" for part in ("cur", "new", "tmp")}
    files = MemoryFiles(names | {f"{BOX}/cur/{number:03}:2,S": mail(number) for number in range(450)}, ARRIVED)
    box = next(mailboxes(files, []))
    messages = listing(files, box, folder(files, box, "INBOX")).messages

    def killing(argv: object) -> None:
        calls.append(argv)
        if len(calls) == 5:  # marks, a parcel, and into the next one
            raise ReceiverSilent("the machine lost power")

    calls: list[object] = []
    way = Return(files, Layout.MAILDIR, _receiver(dovecot, user, tmp_path, ThisMachine(killing)))
    with pytest.raises(ReceiverSilent):
        list(way.give_back(messages, "Restored"))
    again = Return(files, Layout.MAILDIR, _receiver(dovecot, user, tmp_path))
    verdicts = [outcome.verdict for outcome in again.give_back(messages, "Restored")]
    assert (verdicts.count(Verdict.SKIPPED), verdicts.count(Verdict.CREATED)) == (200, 250)
    assert len(_receiver(dovecot, user, tmp_path).marks("Restored")) == 450


def test_a_server_that_dies_amid_a_dialogue_is_silent(dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    def program(argv: object) -> None:
        """Nothing to be done before."""

    receiver = GuestReceiver(
        ThisMachine(program), "acme", user, lambda: next(NUMBERS), program=("/bin/false",), room=str(tmp_path / "room")
    )
    with pytest.raises(ReceiverSilent, match="broke off"):
        receiver.marks("INBOX")
