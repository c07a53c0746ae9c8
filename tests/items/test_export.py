"""Mails as files for a person."""

import mailbox
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from mailstead.items.export import eml_name, mbox
from mailstead.items.model import Headers

from .disks import mail

THEN = datetime(2025, 11, 3, 9, 5, 7, tzinfo=UTC)


def test_an_mbox_is_read_by_others(tmp_path: Path) -> None:
    tricky = b"Subject: tricky\r\n\r\nFrom here\r\n>From there\r\nno end of line"
    (tmp_path / "mbox").write_bytes(b"".join(mbox([(mail(1), THEN), (tricky, THEN), (mail(2), THEN)])))
    found = mailbox.mbox(tmp_path / "mbox", create=False)
    try:
        first, second, third = found
        assert [message["Subject"] for message in (first, second, third)] == ["Offer 1", "tricky", "Offer 2"]
        assert first.get_from() == "MAILER-DAEMON Mon Nov  3 09:05:07 2025"
        assert second.get_payload() == ">From here\n>>From there\nno end of line\n"
    finally:
        found.close()


@given(st.text(max_size=200), st.text(max_size=60))
def test_a_files_name_is_safe_whatever_the_subject(subject: str, guid: str) -> None:
    name = eml_name(Headers(subject, "", (), None, ""), guid)
    assert name.endswith(".eml")
    assert not set(name) & set('/\\\0\n:*?"<>|$`')
    assert not name.startswith((" ", "../"))
    assert len(name.encode()) <= 255
