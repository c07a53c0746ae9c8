"""A mail as plain text: what strangers send is shown dead, quickly, and never fails."""

import time
from email.message import EmailMessage

import pytest

from mailstead.web.pages.backed_mail.letter import TEXT_MOST, Letter, letter_of

HEAD = b"From: a@b.example\r\nSubject: x\r\n"


def _html(html: str) -> Letter:
    return letter_of(HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + html.encode())


def test_plain_text_is_preferred_and_attachments_are_named() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Grüße"
    mail.set_content("Hallo Welt, schöne Grüße")
    mail.add_alternative("<p>Hallo</p>", subtype="html")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Angebot für Anna.pdf")
    letter = letter_of(mail.as_bytes())
    assert letter.text.strip() == "Hallo Welt, schöne Grüße"
    assert (letter.headers.subject, letter.from_html) == ("Grüße", False)
    assert [(one.name, one.kind) for one in letter.attachments] == [("Angebot für Anna.pdf", "application/pdf")]


def test_of_html_only_the_text_is_taken() -> None:
    letter = _html(
        "<html><head><title>t</title></head><script>alert(1)</script><STYLE>p{}</STYLE>"
        "<p>Hello <b>Anna</b> &amp; all</p>"
        "<img src=x onerror=alert(1)><div>Bye</div>"
    )
    assert letter.text.split() == ["Hello", "Anna", "&", "all", "Bye"]
    assert letter.from_html


def test_marks_that_turn_text_around_and_controls_are_taken_out() -> None:
    letter = letter_of(HEAD + "\r\nAnna \u202egnp.exe\x1b[31m\x00\tok\r\n".encode())
    assert letter.text == "Anna gnp.exe\ufffd[31m\ufffd\tok\n"


@pytest.mark.parametrize("charset", ["zlib", "punycode", "unicode_escape", "rot13", "no-such", "idna", "x" * 5000])
def test_a_charset_that_is_none_is_read_as_utf_8(charset: str) -> None:
    raw = HEAD + f"Content-Type: text/plain; charset={charset}\r\n\r\n".encode() + "Grüße".encode()
    assert letter_of(raw).text == "Grüße"


BOUND = b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n"
HOSTILE = {
    "nothing": b"",
    "noise": bytes(range(256)) * 4000,
    "deep": b"".join(BOUND.replace(b"%d", b"%d" % depth) for depth in range(20_000)),
    "many parts": HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\na\r\n" * 80_000,
    "nested mails": b"Content-Type: message/rfc822\r\n\r\n" * 30_000,
    "open tags": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<script" * 150_000,
    "comments": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 250_000,
    "entities": HEAD + b"Content-Type: text/html\r\n\r\n" + b"&" * 1_000_000,
    "base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"=A" * 500_000,
    "uuencode": HEAD + b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 666 x\r\n" + b"M\xff" * 1000,
    "surrogates": HEAD + b"Content-Type: text/plain; charset=utf-16\r\n\r\n\x00\xd8\x00\xd8",
    "parameters": HEAD + b"Content-Type: text/plain; " + b"a*0*=x;" * 50_000 + b"\r\n\r\nx",
    "names": HEAD + b"Content-Disposition: attachment; filename*=%ff'%ff'%ff%ff\r\n\r\nx",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_whatever_is_sent_is_shown_soon_and_can_be_written_as_utf_8(kind: str) -> None:
    begun = time.process_time()
    letter = letter_of(HOSTILE[kind])
    assert time.process_time() - begun < 5
    assert len(letter.text) <= TEXT_MOST
    (letter.text + "".join(one.name + one.kind for one in letter.attachments) + letter.headers.subject).encode()
