"""Headers that nobody would write by accident."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailstead.items.mailboxes.headers import bare_address, parse_headers


def test_a_header_is_read() -> None:
    found = parse_headers(
        b'From: =?utf-8?q?J=C3=BCrgen?= <j@x.example>\r\nTo: a@x, "B, C" <b@x>\r\nCc: d@x\r\n'
        b"Subject: =?iso-8859-1?Q?Gr=FC=DFe?=\r\n =?utf-8?b?IPCfmIA=?=\r\nDate: Mon, 3 Mar 2025 12:00:00 +0200\r\n"
        b"Message-ID: <1@x>\r\n\r\nSubject: body\r\n"
    )
    assert found.subject == "Grüße 😀"
    assert found.sender == "Jürgen <j@x.example>"
    assert found.recipients == ("a@x", '"B, C" <b@x>', "d@x")
    assert found.sent == datetime(2025, 3, 3, 10, tzinfo=UTC)
    assert found.message_id == "<1@x>"


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"Subject: \xff\xfe raw\r\n\r\n", "\ufffd\ufffd raw"),
        ("Subject: rohes ü\r\n\r\n".encode(), "rohes ü"),
        (b"Subject: =?nowhere?q?x?=\r\n\r\n", "=?nowhere?q?x?="),
        (b"Subject: =?utf-8?b?!!!?=\r\n\r\n", "=?utf-8?b?!!!?="),
        (b"Subject: a\r\n\tb\x00\x1b[31m\r\n\r\n", "a b [31m"),
        (b"subject:no space\nX: y\n\n", "no space"),
        (b"no header at all", ""),
        (b"", ""),
    ],
)
def test_a_subject_is_what_can_be_made_of_it(raw: bytes, subject: str) -> None:
    assert parse_headers(raw).subject == subject


@pytest.mark.parametrize("date", [b"yesterday", b"Mon, 99 Foo 99999 99:99:99 +9999", b"\xff", b"", b"0"])
def test_a_date_that_is_none_is_told_as_none(date: bytes) -> None:
    assert parse_headers(b"Date: " + date + b"\r\n\r\n").sent is None


def test_ten_thousand_recipients_take_no_time() -> None:
    names = b",\r\n ".join(b'"Person, %d" <p%d@example.com>' % (number, number) for number in range(12_000))
    begun = time.process_time()
    found = parse_headers(b"To: " + names + b"\r\nSubject: all\r\n\r\n")
    assert time.process_time() - begun < 2
    assert len(found.recipients) == 10_000
    assert found.recipients[9_999] == '"Person, 9999" <p9999@example.com>'
    assert found.subject == "all"


@pytest.mark.parametrize(
    "value",
    [b"(" * 500_000, b'"' * 500_001, b"<" * 500_000, b"=?utf-8?q?" * 50_000, b"," * 900_000, b"a\r\n " * 200_000],
)
def test_a_hostile_value_takes_no_time(value: bytes) -> None:
    raw = b"From: " + value + b"\r\nTo: " + value + b"\r\nSubject: " + value + b"\r\nDate: " + value + b"\r\n\r\n"
    begun = time.process_time()
    found = parse_headers(raw)
    assert time.process_time() - begun < 3
    assert max(len(found.subject), len(found.sender)) <= 8192
    assert bare_address(found.sender) is not None


@given(st.binary(max_size=400))
def test_any_bytes_have_a_header(raw: bytes) -> None:
    for name in (b"From", b"To", b"Subject", b"Date", b"Message-ID"):
        found = parse_headers(name + b": " + raw)
        assert all(text.isprintable() for text in (found.subject, found.sender, found.message_id, *found.recipients))


@given(st.text(max_size=200))
def test_any_sender_has_an_address_or_none(sender: str) -> None:
    assert isinstance(bare_address(sender), str)
