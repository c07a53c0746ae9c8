"""Small servers on the loopback, with the manners a test asks for: mail, mailboxes, sieve, pages, names."""

import re
import socketserver
import ssl
import threading
import warnings
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from mailstead.dns.model import Record
from mailstead.dns.policies import mta_sts_policy
from mailstead.monitoring.target import SERVICES, Service, Speech

from .cast import PASSWORD, Leaf, leaf, naming


@dataclass
class Manners:
    """How the servers behave; as made, they behave well."""

    leaf: Leaf = field(default_factory=leaf)
    starttls: bool = True
    oldest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    ciphers: str = ""
    auth_before_tls: bool = False
    any_password: bool = False
    relays: frozenset[str] = frozenset()  # recipients taken although they are not ours
    relay_refusal: str = "554 5.7.1 Relay access denied"
    wrong_password: str = "535 5.7.8 authentication failed"
    own_refusal: str = ""  # what strangers and others are told instead of 250
    silent: bool = False
    lose_mail: bool = False
    results: str = "spf=pass smtp.mailfrom={sender}; dkim=pass header.d={domain}; dmarc=pass (policy=reject)"
    protocol: str = "ESMTPS"
    policy: str = field(default_factory=lambda: mta_sts_policy(naming()))
    autoconfig: str = "<hostname>mail.acme.example</hostname>"

    def context(self, folder: Path) -> ssl.SSLContext:
        file = folder / "leaf.pem"
        file.write_bytes(self.leaf.pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are the point of one test
            context.minimum_version = self.oldest
        if self.ciphers:
            context.set_ciphers(self.ciphers)
        return context


class World:
    """All services of one machine, on ports of their own, and the mail they hold."""

    def __init__(self, manners: Manners, context: ssl.SSLContext) -> None:
        self.manners = manners
        self.context = context
        self.mail: dict[str, list[bytes]] = {}
        self.ports: dict[int, int] = {}
        self.data_commands = 0

    def deliver(self, sender: str, recipient: str, content: bytes) -> None:
        if self.manners.lose_mail:
            return
        domain, host = sender.rpartition("@")[2], f"mail.{recipient.rpartition('@')[2]}"
        header = ""
        if domain != recipient.rpartition("@")[2]:
            results = self.manners.results.format(sender=sender, domain=domain)
            header = f"Authentication-Results: {host};\r\n\t{results}\r\n" if results else ""
            header += (
                f"Received: from mail.{domain} (mail.{domain} [203.0.113.9])\r\n\t(using TLSv1.3 with cipher X)\r\n"
            )
            header += f"\tby {host} (Postfix) with {self.manners.protocol} id 4F\r\n\tfor <{recipient}>; now\r\n"
        self.mail.setdefault(recipient, []).append(header.encode() + content)


class _Handler(socketserver.BaseRequestHandler):
    world: World
    service: Service

    def handle(self) -> None:
        self.sock: Any = self.request
        self.rest = b""
        self.sock.settimeout(5)
        if self.world.manners.silent:
            self.sock.recv(1)
            return
        try:
            if self.service.speech is Speech.TLS:
                self.secure()
            self.speak()
        except (OSError, EOFError):
            return
        finally:
            self.sock.close()

    def secure(self) -> None:
        self.sock = self.world.context.wrap_socket(self.sock, server_side=True)

    def speak(self) -> None:
        {"imaps": self.imap, "https": self.https, "sieve": self.sieve}.get(self.service.name, self.smtp)()

    def say(self, text: str) -> None:
        self.sock.sendall(text.encode() + b"\r\n")

    def line(self) -> str:
        while b"\r\n" not in self.rest:
            more = self.sock.recv(4096)
            if not more:
                raise EOFError
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\r\n")
        return line.decode()

    def smtp(self) -> None:
        self.sender = self.recipient = ""
        self.say("220 mail.acme.example ESMTP")
        while True:
            command, _, rest = self.line().partition(" ")
            if command == "QUIT":
                return
            getattr(self, f"smtp_{command.lower()}", self.smtp_other)(rest)

    @property
    def is_secure(self) -> bool:
        return isinstance(self.sock, ssl.SSLSocket)

    def smtp_other(self, rest: str) -> None:
        self.say("250 2.0.0 Ok")

    def smtp_ehlo(self, rest: str) -> None:
        lines = ["mail.acme.example", "PIPELINING"]
        if self.world.manners.starttls and not self.is_secure:
            lines.append("STARTTLS")
        if self.service.port != 25 and (self.is_secure or self.world.manners.auth_before_tls):
            lines.append("AUTH PLAIN LOGIN")
        for line in lines[:-1]:
            self.say(f"250-{line}")
        self.say(f"250 {lines[-1]}")

    def smtp_starttls(self, rest: str) -> None:
        self.say("220 2.0.0 Ready")
        self.rest = b""
        self.secure()

    def smtp_auth(self, rest: str) -> None:
        if not self.is_secure and not self.world.manners.auth_before_tls:
            self.say("530 5.7.0 Must issue a STARTTLS command first")
            return
        given = b64decode(rest.partition(" ")[2]).rpartition(b"\0")[2].decode()
        right = given == PASSWORD or self.world.manners.any_password
        self.say("235 2.7.0 Ok" if right else self.world.manners.wrong_password)

    def smtp_mail(self, rest: str) -> None:
        self.sender = rest[len("FROM:<") : -1]
        self.say("250 2.1.0 Ok")

    def smtp_rcpt(self, rest: str) -> None:
        self.recipient = rest[len("TO:<") : -1]
        ours = re.fullmatch(r"[a-z]+@(acme|globex)\.example", self.recipient)
        taken = ours or self.recipient in self.world.manners.relays or "*" in self.world.manners.relays
        if ours and self.world.manners.own_refusal:
            self.say(self.world.manners.own_refusal)
            return
        self.say("250 2.1.5 Ok" if taken else self.world.manners.relay_refusal)

    def smtp_data(self, rest: str) -> None:
        self.world.data_commands += 1
        self.say("354 go on")
        lines = []
        while (line := self.line()) != ".":
            lines.append(line.encode() + b"\r\n")
        self.world.deliver(self.sender, self.recipient, b"".join(lines))
        self.say("250 2.0.0 queued")

    def sieve(self) -> None:
        self.say('"IMPLEMENTATION" "x"')
        self.say(f'"SASL" "{"PLAIN" if self.world.manners.auth_before_tls else ""}"')
        if self.world.manners.starttls:
            self.say('"STARTTLS"')
        self.say('OK "ready"')
        if self.line().startswith("STARTTLS"):
            self.say('OK "go"')
            self.rest = b""
            self.secure()
        elif self.world.manners.auth_before_tls:
            self.say('NO "wrong password"')
        else:
            self.say('NO (ENCRYPT-NEEDED) "no"')

    def imap(self) -> None:
        self.say("* OK [CAPABILITY IMAP4rev1] ready")
        self.user = ""
        while True:
            tag, _, command = self.line().partition(" ")
            verb, _, rest = command.partition(" ")
            if not getattr(self, f"imap_{verb.lower()}", self.imap_other)(rest):
                self.say(f"{tag} NO failed")
                continue
            self.say(f"{tag} OK done")

    def imap_other(self, rest: str) -> bool:
        return True

    def imap_capability(self, rest: str) -> bool:
        self.say("* CAPABILITY IMAP4rev1")
        return True

    def imap_login(self, rest: str) -> bool:
        user, _, password = rest.partition(" ")
        self.user = user.strip('"')
        return password.strip('"') == PASSWORD or self.world.manners.any_password

    def imap_select(self, rest: str) -> bool:
        self.folder = rest.strip('"')
        self.say(f"* {len(self.found)} EXISTS")
        return self.folder == "INBOX"

    @property
    def found(self) -> list[bytes]:
        return self.world.mail.get(self.user, [])

    def imap_uid(self, rest: str) -> bool:
        verb, _, rest = rest.partition(" ")
        if verb == "SEARCH":
            marker = rest.split()[-1].strip('"').encode()
            numbers = [str(n + 1) for n, mail in enumerate(self.found) if marker in mail]
            self.say(" ".join(["* SEARCH", *numbers]))
        elif verb == "FETCH":
            header = self.found[int(rest.split()[0]) - 1].partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
            self.say(f"* 1 FETCH (UID 1 BODY[HEADER] {{{len(header)}}}\r\n{header.decode()})")
        return True

    def imap_expunge(self, rest: str) -> bool:
        self.found.clear()
        return True

    def https(self) -> None:
        path = self.line().split()[1]
        host = ""
        while line := self.line():
            host = line[6:] if line.lower().startswith("host: ") else host
        pages = {
            ("mta-sts.acme.example", "/.well-known/mta-sts.txt"): ("text/plain", self.world.manners.policy),
            ("autoconfig.acme.example", "/mail/config-v1.1.xml"): ("text/xml", self.world.manners.autoconfig),
        }
        kind, body = pages.get((host, path), ("text/html", ""))
        status = "200 OK" if body else "404 Not Found"
        self.say(f"HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\nContent-Length: {len(body)}\r\n")
        self.sock.sendall(body.encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        return  # a client that hangs up is no news


@contextmanager
def mail_world(manners: Manners, services: Sequence[Service] = SERVICES) -> Iterator[World]:
    """Serve *services* until the block ends."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        world = World(manners, manners.context(folder))
        for service in services:
            kind = type("Handler", (_Handler,), {"world": world, "service": service})
            server = stack.enter_context(_Server(("127.0.0.1", 0), kind))
            world.ports[service.port] = server.server_address[1]
            stack.enter_context(_running(server))
        yield world


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


class Names:
    """What the resolver knows; `plain` names come without the AD bit, `bogus` ones do not validate."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = set(records)
        self.plain: set[str] = set()
        self.bogus: set[str] = set()
        self.dead = False

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query, recursion_available=True)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        if (name in self.bogus and not query.flags & dns.flags.CD) or self.dead:
            response.set_rcode(dns.rcode.SERVFAIL)
            return response
        for _ in range(10):
            alias = self.of(name, "CNAME")
            if kind == "CNAME" or not alias:
                break
            self.add(response, alias)
            name = alias[0].value.rstrip(".")
        self.add(response, self.of(name, kind))
        if not any(record.name == name or record.name.endswith(f".{name}") for record in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        if name not in self.plain:
            response.flags |= dns.flags.AD
        return response

    def of(self, name: str, kind: str) -> list[Record]:
        return sorted(record for record in self.records if (record.name, record.kind) == (name, kind))

    def add(self, response: dns.message.Message, found: list[Record]) -> None:
        for record in found:
            owner = dns.name.from_text(record.name)
            rrset = dns.rrset.from_text(owner, record.ttl, "IN", record.kind, record.value)
            present = response.get_rrset(response.answer, owner, rrset.rdclass, rrset.rdtype, create=True)
            assert present is not None
            present.add(rrset[0])


@contextmanager
def resolver(names: Names) -> Iterator[int]:
    """Answer for *names* by UDP and TCP on one port until the block ends."""

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            query = dns.message.from_wire(self.request[0])
            answer = names.answer(query).to_wire(max_size=65535)
            if len(answer) > 1232:
                short = dns.message.make_response(query)
                short.flags |= dns.flags.TC
                answer = short.to_wire()
            self.request[1].sendto(answer, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            size = int.from_bytes(self.rfile.read(2), "big")
            answer = names.answer(dns.message.from_wire(self.rfile.read(size))).to_wire(max_size=65535)
            self.wfile.write(len(answer).to_bytes(2, "big") + answer)

    with ExitStack() as stack:
        udp, tcp = _both(Udp, Tcp)
        for server in (udp, tcp):
            stack.enter_context(server)
            stack.enter_context(_running(server))
        yield udp.server_address[1]


def _both(
    udp: type[socketserver.BaseRequestHandler], tcp: type[socketserver.BaseRequestHandler]
) -> tuple[socketserver.UDPServer, socketserver.TCPServer]:
    """Bind one port number for UDP and TCP; another process may hold half of it."""
    for _ in range(20):
        server = _Server(("127.0.0.1", 0), tcp)
        try:
            return socketserver.UDPServer(server.server_address, udp), server
        except OSError:
            server.server_close()
    raise RuntimeError("no port is free for both UDP and TCP")
