"""TLS as seen by clients of several kinds: a good one, an old one, a weak one, one that would compress."""

import os
import socket
from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL

from mailstead.monitoring import hello
from mailstead.monitoring.facts import TlsFacts
from mailstead.monitoring.target import Service, Speech

from .dialer import Dialer, reaching
from .talk import Talk, begin_tls

CHUNK = 16384


@dataclass(frozen=True, slots=True)
class Handshakes:
    """Looks at the TLS of one server after another; certificates are collected, not judged."""

    dialer: Dialer

    def look(self, address: object, service: Service, name: str) -> TlsFacts:
        """Return all TLS facts of one service; raises Unreachable when it does not even speak."""
        with reaching(f"{name}:{service.port}"):
            seen = self.good(address, service, name)
            if seen.trouble:
                return seen
            weak = hello.WEAK if service.opportunistic else hello.WEAK_OR_ANONYMOUS
            agreed = [self.agreed(address, service, name, offer) for offer in (hello.OLD, weak, hello.COMPRESSED)]
        old, cheap, compressed = agreed
        return TlsFacts(
            service.port,
            seen.starttls,
            seen.version,
            seen.cipher,
            seen.chain,
            old_version=old.version_name if old else "",
            weak_cipher=hello.cipher_name(cheap.cipher) if cheap else "",
            compression="DEFLATE" if compressed and compressed.compression else "",
        )

    def good(self, address: object, service: Service, name: str) -> TlsFacts:
        """Begin TLS with what this system's library likes best."""
        starttls = None if service.speech is Speech.TLS else True
        with Talk(self.dialer.dial(address, service.port)) as talk:
            trouble = begin_tls(talk, service.speech)
            if trouble:
                return TlsFacts(service.port, starttls=False, trouble=trouble)
            connection = _client(name)
            try:
                _shake(connection, talk.sock)
            except (SSL.Error, OSError) as error:
                return TlsFacts(service.port, starttls, trouble=f"no TLS handshake: {_reason(error)}")
            return TlsFacts(
                service.port,
                starttls,
                connection.get_protocol_version_name(),
                connection.get_cipher_name() or "",
                _chain(connection),
            )

    def agreed(self, address: object, service: Service, name: str, offer: hello.Offer) -> hello.Choice | None:
        """Send one hand-written hello and return what the server agreed to, or None if it refused."""
        with Talk(self.dialer.dial(address, service.port)) as talk:
            if begin_tls(talk, service.speech):
                return None
            talk.send_bytes(hello.client_hello(offer, name, os.urandom(32)))
            try:
                header = _exactly(talk.sock, 5)
                return hello.server_choice(header + _exactly(talk.sock, hello.record_length(header)))
            except ConnectionError:
                return None  # hanging up is a refusal too


def _client(name: str) -> SSL.Connection:
    """Return a client's state that talks to memory, so that the socket keeps its time limit."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_verify(SSL.VERIFY_NONE)  # what is presented is judged later, from the chain
    connection = SSL.Connection(context, None)
    connection.set_tlsext_host_name(name.encode("ascii"))
    connection.set_connect_state()
    return connection


def _shake(connection: SSL.Connection, sock: socket.socket) -> None:
    while True:
        try:
            connection.do_handshake()
        except SSL.WantReadError:
            _flush(connection, sock)
            content = sock.recv(CHUNK)
            if not content:
                raise ConnectionResetError("the server hung up") from None
            connection.bio_write(content)
        else:
            _flush(connection, sock)
            return


def _flush(connection: SSL.Connection, sock: socket.socket) -> None:
    try:
        sock.sendall(connection.bio_read(CHUNK))
    except SSL.WantReadError:
        return  # nothing to send


def _chain(connection: SSL.Connection) -> tuple[bytes, ...]:
    certificates = connection.get_peer_cert_chain(as_cryptography=True) or []
    return tuple(certificate.public_bytes(Encoding.DER) for certificate in certificates)


def _reason(error: Exception) -> str:
    if isinstance(error, SSL.Error) and error.args and error.args[0]:
        return str(error.args[0][0][2])
    return str(error)


def _exactly(sock: socket.socket, count: int) -> bytes:
    content = b""
    while len(content) < count:
        more = sock.recv(count - len(content))
        if not more:
            raise ConnectionResetError("the server hung up")
        content += more
    return content
