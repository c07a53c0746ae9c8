"""Forwarding and vacation replies as the real Dovecot and Pigeonhole carry them out."""

import subprocess
from collections.abc import Iterator
from email import message_from_string
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailstead.mailservers import rendering
from mailstead.mailservers.model import HostedMailbox
from mailstead.mailservers.rendering import sieve
from mailstead.tenants.self_service import Forwarding, Vacation

from .example import ANNA, BOB, ODD, TIGHT, host
from .filters import Delivery, delivering

pytestmark = pytest.mark.host
EVIL = '"; redirect "evil@far.example"; #\\" ${unicode:22} ${hex: 22 3b}\n.\ntext:\n.\n/* */ {discard;}'
SUBJECT = 'Weg: "Grüße" \\ 休暇'
ZOE = ODD[0]


def _boxes() -> list[dict[str, Any]]:
    away = {"subject": SUBJECT, "text": f"I am away.\n{EVIL}"}
    return [
        {"address": ANNA, "forwarding": {"targets": ["x@far.example", BOB]}, "vacation": away},
        {"address": BOB, "forwarding": {"targets": ["only@far.example"], "keep": False}},
        {"address": TIGHT, "vacation": {"text": "over", "begins": "2001-01-01", "ends": "2001-02-01"}},
        {"address": ZOE, "vacation": {"text": "now", "begins": "2001-01-01", "ends": "2199-02-01"}},
    ]


def _host() -> Any:
    return host(
        mailboxes=_boxes(),
        lists=[],
        aliases=[{"address": "ann@acme.example", "targets": [ANNA]}],
        self_service={"forwarding": "anywhere"},
    )


@pytest.fixture(scope="module")
def place() -> Iterator[Delivery]:
    with delivering(_host()) as made:
        yield made


def _mail(to: str, subject: str, *lines: str) -> str:
    return "\n".join([f"To: {to}", f"Subject: {subject}", f"Message-ID: <{subject}@far.example>", *lines, "", "Hello"])


def test_mail_is_sent_on_and_answered_and_the_owner_s_filter_goes_on(place: Delivery) -> None:
    place.own_filter(ANNA, 'require "fileinto"; fileinto "Archive";\n')
    place.deliver(ANNA, _mail(ANNA, "one"))
    assert "TO: -i -f anna@acme.example -- x@far.example" in place.left
    assert f"-- {BOB}" in place.left
    assert [mail for mail in place.lying(ANNA, "Archive") if "Subject: one" in mail]
    reply = place.left.partition("-- friend@far.example")[2].partition("TO:")[0]
    assert f"I am away.\n{EVIL}" in reply
    assert str(make_header(decode_header(message_from_string(reply.lstrip())["Subject"]))) == SUBJECT
    assert "-- evil@far.example" not in place.left
    assert "Error" not in (place.folder / "log").read_text()


def test_each_sender_is_answered_once_in_a_week(place: Delivery) -> None:
    for subject in ("first", "second"):
        place.deliver(ZOE, _mail(ZOE, subject), sender="often@far.example")
    assert place.left.count("-- often@far.example") == 1


def test_mail_to_an_alias_is_answered_too_and_lists_and_machines_are_not(place: Delivery) -> None:
    place.deliver(ANNA, _mail("ann@acme.example", "by-alias"), sender="alias@far.example")
    place.deliver(ANNA, _mail("everybody@far.example", "by-list"), sender="list@far.example")
    place.deliver(ANNA, _mail(ANNA, "robot", "Auto-Submitted: auto-replied"), sender="robot@far.example")
    assert "-- alias@far.example" in place.left
    assert "-- list@far.example" not in place.left
    assert "-- robot@far.example" not in place.left


def test_nothing_stays_where_nothing_is_to_be_kept(place: Delivery) -> None:
    place.deliver(BOB, _mail(BOB, "away"))
    assert "-- only@far.example" in place.left
    assert place.lying(BOB) == []


def test_who_is_back_answers_no_more(place: Delivery) -> None:
    place.deliver(TIGHT, _mail(TIGHT, "late"), sender="late@far.example")
    assert "-- late@far.example" not in place.left
    assert len(place.lying(TIGHT)) == 1


def test_spam_is_neither_sent_on_nor_answered(place: Delivery) -> None:
    place.deliver(ANNA, _mail(ANNA, "junk", "X-Spam: Yes"), sender="spam@far.example")
    assert "junk@far.example" not in place.left
    assert "-- spam@far.example" not in place.left
    assert len(place.lying(ANNA, "Junk")) == 1


def test_two_replies_of_one_owner_are_one(place: Delivery) -> None:
    place.own_filter(ZOE, 'require "vacation"; vacation "my own";\n')
    place.deliver(ZOE, _mail(ZOE, "both"), sender="both@far.example")
    assert place.left.count("-- both@far.example") == 1
    assert any("Subject: both" in mail for mail in place.lying(ZOE))


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=60)


@given(subject=TEXT, text=TEXT)
@settings(max_examples=25, deadline=None)
def test_whatever_is_written_is_text_to_the_real_compiler(
    tmp_path_factory: pytest.TempPathFactory, subject: str, text: str
) -> None:
    try:
        away = Vacation.parse({"subject": f'{subject}"\\', "text": f'{text}\n\\"{EVIL}'})
    except Exception:  # noqa: BLE001 - refused texts are another test's
        return
    box = HostedMailbox(ANNA, 10, vacation=away, forwarding=Forwarding(targets=(BOB,)))
    file = tmp_path_factory.mktemp("sieve") / "own.sieve"
    file.write_text(sieve.script(box))
    dumped = _dump(file)
    assert dumped.count("REDIRECT") == 1
    assert dumped.count("VACATION") == 1
    assert "DISCARD" not in dumped


def _dump(file: Path) -> str:
    return subprocess.run(["sievec", "-d", file, "-"], check=True, capture_output=True, timeout=20).stdout.decode(
        errors="replace"
    )


def test_only_who_needs_one_has_a_script_and_no_disabled_mailbox() -> None:
    away = {"text": "away"}
    boxes = [{"address": ANNA}, {"address": BOB, "vacation": away}]
    boxes.append({"address": TIGHT, "vacation": away, "enabled": False})
    files = rendering.files(host(mailboxes=boxes, aliases=[], lists=[]))
    assert [path for path in files if path.startswith(sieve.FOLDER)] == [f"{sieve.FOLDER}/acme.example/bob.sieve"]
    lines = files["/etc/dovecot/users"].content.decode().splitlines()
    assert ["sieve_before2" in line for line in lines] == [False, True, False]
