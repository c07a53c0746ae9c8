"""Maildirs as Dovecot lays them; names and lists were copied from one of Dovecot 2.3.19."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from mailstead.items.drivers.memory import MemoryFiles
from mailstead.items.errors import DamagedMail, NoSuchPath, TooLarge, UnsupportedDisk
from mailstead.items.mailboxes import content
from mailstead.items.mailboxes.content import beginning, unpacked, whole
from mailstead.items.mailboxes.finding import folder, folders, listing, mailbox, mailboxes, settled
from mailstead.items.mailboxes.names import address_of, coded_name, folder_name, paths_of
from mailstead.items.mailboxes.uidlist import flags_of, parse_keywords, parse_uidlist
from mailstead.items.model import Damage, Details, Layout, Mailbox, Message

from .disks import mail

Pack = Callable[[bytes], bytes]
BOX = "acme.example/anna/Maildir"
DELIVERED = "1795411457.M892149P4205.vm,S=64,W=69"
UIDLIST = b"3 V1795411457 N5 G2b7f133401ce036b6d10000083ecc375\n1 :1795411457.M870532P4205.vm,S=64,W=69\n2 G77aa :%s\n"
FILES = {
    f"{BOX}/cur/1795411457.M870532P4205.vm,S=64,W=69:2,": mail(0),
    f"{BOX}/cur/{DELIVERED}:2,FSab": mail(1),
    f"{BOX}/new/1795411458.M1P4205.vm": mail(2),
    f"{BOX}/tmp/1795411459.M1P4205.vm": mail(3),
    f"{BOX}/dovecot-uidlist": UIDLIST % DELIVERED.encode(),
    f"{BOX}/dovecot-keywords": b"0 $Forwarded\n1 Junk\n",
    f"{BOX}/maildirsize": b"1000S\n12 1\n",
    f"{BOX}/.Entw&APw-rfe.alt/cur/5:2,D": mail(5),
    f"{BOX}/.Entw&APw-rfe.alt/maildirfolder": b"",
    f"{BOX}/..DOVECOT-TRASHED/cur/6:2,": mail(6),
    "acme.example/o=27brien/Maildir/cur/x": b"",
    "acme.example/o=27brien/Maildir/new/x": b"",
    "acme.example/o=27brien/Maildir/tmp/x": b"",
}


@pytest.fixture
def files() -> MemoryFiles:
    return MemoryFiles(FILES, datetime(2025, 3, 2, 12, tzinfo=UTC))


def _messages(files: MemoryFiles, name: str = "INBOX") -> tuple[Message, ...]:
    box = mailbox(files, "anna@acme.example")
    return listing(files, box, folder(files, box, name)).messages


def test_every_mailbox_is_found_by_its_address(files: MemoryFiles) -> None:
    damage: list[Damage] = []
    assert [box.address for box in mailboxes(files, damage)] == ["anna@acme.example", "o'brien@acme.example"]
    assert not damage


def test_one_mailbox_is_found_without_looking_at_the_others(files: MemoryFiles) -> None:
    assert mailbox(files, "o'brien@acme.example").path == "acme.example/o=27brien/Maildir"


def test_a_mailbox_elsewhere_is_found_too() -> None:
    path = "var/vmail/vmail1/acme.example/a/n/n/anna-2024.05.06.07.08.09/Maildir"
    moved = MemoryFiles({f"{path}/{part}/x": b"" for part in ("cur", "new", "tmp")})
    assert mailbox(moved, "anna@acme.example") == Mailbox("anna@acme.example", path, Layout.MAILDIR)


def test_a_mailbox_that_is_not_there_is_refused(files: MemoryFiles) -> None:
    with pytest.raises(NoSuchPath, match="charlie"):
        mailbox(files, "charlie@acme.example")


def test_folders_are_named_as_imap_names_them(files: MemoryFiles) -> None:
    box = mailbox(files, "anna@acme.example")
    assert [each.name for each in folders(files, box, [])] == ["INBOX", "Entwürfe/alt"]


def test_a_mail_has_its_flags_keywords_guid_uid_size_and_date(files: MemoryFiles) -> None:
    found = {message.uid: message for message in _messages(files)}
    assert found[2].flags == {"\\Flagged", "\\Seen", "$Forwarded", "Junk"}
    assert (found[2].guid, found[2].size, found[2].arrived) == ("77aa", 64, datetime(2025, 3, 2, 12, tzinfo=UTC))
    assert found[1].guid == "1795411457.M870532P4205.vm,S=64,W=69"
    assert found[1].flags == frozenset()


def test_what_is_new_is_a_mail_and_what_was_never_delivered_is_none(files: MemoryFiles) -> None:
    assert [message.path.split("/")[-2] for message in _messages(files)] == ["new", "cur", "cur"]


def test_a_list_of_nonsense_costs_only_what_it_would_have_told() -> None:
    broken = MemoryFiles(FILES | {f"{BOX}/dovecot-uidlist": b"\xff" * 5000, f"{BOX}/dovecot-keywords": b"99 x\n-1 y\n"})
    found = _messages(broken)
    assert len(found) == 3
    assert {message.uid for message in found} == {0}
    assert {flag for message in found for flag in message.flags} == {"\\Flagged", "\\Seen"}


@pytest.mark.parametrize("packed", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_packed_mails_are_known_by_their_first_bytes(packed: Pack) -> None:
    long = mail(1) + b"x" * 3_000_000
    store = MemoryFiles({f"{BOX}/{part}/1:2,S": packed(long) for part in ("cur", "new", "tmp")})
    message = _messages(store)[0]
    assert whole(store, message, Layout.MAILDIR) == long
    assert beginning(store, message, Layout.MAILDIR, 1 << 20).rstrip() == mail(1).partition(b"\r\n\r\n")[0]


@pytest.mark.parametrize(
    "packed", [gzip.compress, zstandard.ZstdCompressor(write_checksum=True).compress], ids=["gzip", "zstd"]
)
def test_a_packed_mail_that_is_damaged_is_named(packed: Pack) -> None:
    raw = bytearray(packed(bytes(range(256)) * 999))
    raw[len(raw) // 2] ^= 0xFF
    with pytest.raises(DamagedMail, match="the-mail"):
        b"".join(unpacked([bytes(raw)], "the-mail"))


@pytest.mark.parametrize("packed", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_a_packed_mail_that_ends_too_early_is_named(packed: Pack) -> None:
    with pytest.raises(DamagedMail, match="ends"):
        b"".join(unpacked([packed(bytes(range(256)) * 999)[:-20]], "the-mail"))


@pytest.mark.parametrize("packed", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_a_bomb_is_not_unfolded(monkeypatch: pytest.MonkeyPatch, packed: Pack) -> None:
    monkeypatch.setattr(content, "MAIL_MOST", 1 << 20)
    pieces = unpacked([packed(bytes(64 << 20))], "the-mail")
    with pytest.raises(TooLarge):
        sum(map(len, pieces))


def test_an_encrypted_mail_is_said_to_be_one() -> None:
    with pytest.raises(UnsupportedDisk, match="mail-crypt"):
        list(unpacked([b"CRYPTED\x03\x07\x02rest"], "the-mail"))


def test_a_mail_larger_than_wanted_is_refused_before_it_is_all_held(files: MemoryFiles) -> None:
    with pytest.raises(TooLarge):
        whole(files, _messages(files)[0], Layout.MAILDIR, most=10)


@given(st.text())
def test_names_of_folders_go_there_and_back(name: str) -> None:
    assert folder_name(coded_name(name)) == name


@given(st.text(alphabet="&-,+AB9ü!"))
def test_whatever_a_folder_is_called_it_has_a_name(coded: str) -> None:
    assert isinstance(folder_name(coded), str)


@given(st.text(alphabet="abz09._-'+!#", min_size=1, max_size=20))
def test_a_likely_path_leads_back_to_its_address(local: str) -> None:
    assert {address_of(path) for path in paths_of(f"{local}@acme.example")} == {f"{local}@acme.example"}


@given(st.binary(max_size=300))
def test_lists_of_any_bytes_are_read(raw: bytes) -> None:
    assert set(parse_uidlist(b"3 V1 N1\n" + raw).values()) is not None
    assert all(len(letter) == 1 for letter in parse_keywords(raw))
    assert flags_of(b"x:2," + raw, {}) <= {"\\Draft", "\\Flagged", "\\Answered", "\\Seen", "\\Deleted"}


class Counting(MemoryFiles):
    """Knows of which files details were asked."""

    def details(self, node: int) -> Details:
        self.asked = [*getattr(self, "asked", []), node]
        return super().details(node)


def test_a_quick_look_reads_names_alone_and_the_date_is_settled_later() -> None:
    moved = datetime(2020, 5, 6, 7, 8, 9, tzinfo=UTC)
    store = Counting(FILES, moved)
    box = mailbox(store, "anna@acme.example")
    found = listing(store, box, folder(store, box, "INBOX"), exact=False).messages
    quick = [message for message in found if ",S=" in message.path]
    assert store.asked == [message.node for message in found if ",S=" not in message.path]
    assert {message.arrived for message in quick} == {datetime.fromtimestamp(1795411457, UTC)}
    assert {settled(store, Layout.MAILDIR, message).arrived for message in quick} == {moved}
