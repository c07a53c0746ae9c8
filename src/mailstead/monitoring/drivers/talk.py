"""Conversations in lines: SMTP (RFC 5321) and the opening of ManageSieve (RFC 5804)."""

import re
import socket
import ssl
from base64 import b64encode
from types import TracebackType
from typing import Self

from mailstead.ground.errors import Unreachable
from mailstead.monitoring.facts import Reply
from mailstead.monitoring.target import Speech

LINE_MAX = 4096
LINES_MAX = 100
HELLO_NAME = "check.mailstead.invalid"  # RFC 2606: a name that is nobody's


class Talk:
    """A socket spoken to in lines. Closes with the `with` block; lets OSError through."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.sock.close()

    def send(self, line: str) -> None:
        self.sock.sendall(line.encode("utf-8") + b"\r\n")

    def send_bytes(self, content: bytes) -> None:
        self.sock.sendall(content)

    def line(self) -> str:
        """Return the next line without its end; an empty text when the far side has hung up."""
        while b"\n" not in self._rest and len(self._rest) < LINE_MAX:
            more = self.sock.recv(LINE_MAX)
            if not more:
                break
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode("utf-8", "replace").rstrip("\r")

    def secure(self, context: ssl.SSLContext, name: str) -> None:
        """Go on over TLS; what was said before counts no more (RFC 3207 section 4.2)."""
        self._rest = b""
        self.sock = context.wrap_socket(self.sock, server_hostname=name)

    def reply(self) -> Reply:
        """Read an SMTP reply, all its lines; code 0 when the far side has hung up."""
        texts = []
        for _ in range(LINES_MAX):
            line = self.line()
            if not re.match(r"\d{3}([ -]|$)", line):
                return Reply(0, line)
            texts.append(line[4:])
            if line[3:4] != "-":
                return Reply(int(line[:3]), "\n".join(texts))
        raise Unreachable("the server's reply does not end")

    def ask(self, command: str) -> Reply:
        """Send an SMTP command and read the reply."""
        self.send(command)
        return self.reply()

    def greet(self) -> Reply:
        """Read the banner and say EHLO; return the reply with the extensions, or what came instead."""
        banner = self.reply()
        return self.ask(f"EHLO {HELLO_NAME}") if banner.positive else banner

    def sieve_capabilities(self) -> dict[str, str]:
        """Read ManageSieve capabilities up to the OK."""
        found: dict[str, str] = {}
        for _ in range(LINES_MAX):
            line = self.line()
            match = re.match(r'"([^"]*)"(?: "(.*)")?$', line)
            if match is None:
                return found
            found[match[1].upper()] = match[2] or ""
        raise Unreachable("the server's capabilities do not end")


def extensions(reply: Reply) -> dict[str, str]:
    """Return what an EHLO reply offers, keyword to parameters.

    >>> extensions(Reply(250, "mail.acme.example\\nSTARTTLS\\nAUTH PLAIN LOGIN"))
    {'STARTTLS': '', 'AUTH': 'PLAIN LOGIN'}
    """
    pairs = (line.partition(" ") for line in reply.text.split("\n")[1:])
    return {keyword.upper(): parameters for keyword, _, parameters in pairs}


def begin_tls(talk: Talk, speech: Speech) -> str:
    """Say what a service wants to hear before TLS; return what is wrong, or an empty text when TLS may
    begin.
    """
    if speech is Speech.SMTP:
        greeting = talk.greet()
        if "STARTTLS" not in extensions(greeting):
            return f"no STARTTLS among {sorted(extensions(greeting))}" if greeting.positive else str(greeting)
        answer = talk.ask("STARTTLS")
        return "" if answer.code == 220 else f"STARTTLS was answered {answer}"
    if speech is Speech.SIEVE:
        if "STARTTLS" not in talk.sieve_capabilities():
            return "no STARTTLS among the capabilities"
        talk.send("STARTTLS")
        answer_line = talk.line()
        return "" if answer_line.upper().startswith("OK") else f"STARTTLS was answered {answer_line}"
    return ""


def plain_credentials(user: str, password: str) -> str:
    """Return the initial response of AUTH PLAIN (RFC 4616)."""
    return b64encode(f"\0{user}\0{password}".encode()).decode("ascii")
