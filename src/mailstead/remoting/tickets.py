"""Kerberos and NTLM over HTTP (RFC 4559, MS-N2HT), bound to the TLS channel (RFC 5929)."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64

import spnego
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from .endpoint import Endpoint, Kerberos, Ntlm
from .errors import SignInRefused
from .kerberos import Ticket

SCHEME = "Negotiate"


class Dialogue:
    """One signing-in on one connection: token after token, until both sides are content."""

    def __init__(self, endpoint: Endpoint, sign_in: Kerberos | Ntlm, certificate: bytes) -> None:
        self._who = endpoint.host, sign_in.user
        try:
            self._context = _context(endpoint.host, sign_in, channel_of(certificate))
        except SpnegoError as error:
            raise self._refused(str(error)) from error

    def header(self, answer: str | None = None) -> str:
        """Return the value of the next Authorization header; *answer* is the host's WWW-Authenticate."""
        try:
            token = self._context.step(self._token_in(answer) if answer is not None else None)
        except (SpnegoError, NotBase64) as error:
            raise self._refused(str(error)) from error
        if not token:
            raise self._refused("the host did not accept the last token")
        return f"{SCHEME} {b64encode(token).decode()}"

    def finish(self, answer: str | None) -> None:
        """Check what the host proved about itself, where it did."""
        if answer and not self._context.complete:
            try:
                self._context.step(self._token_in(answer))
            except (SpnegoError, NotBase64) as error:
                raise self._refused(str(error)) from error

    def _token_in(self, answer: str) -> bytes:
        scheme, _, token = answer.partition(" ")
        if scheme.lower() != SCHEME.lower() or not token:
            raise self._refused(f"the host asks for {scheme[:40]!r}")
        return b64decode(token.split(",")[0].strip())

    def _refused(self, why: str) -> SignInRefused:
        host, user = self._who
        return SignInRefused(
            f"{host} does not accept {user or 'our Kerberos ticket'}: {why[:200]}",
            field="sign_in",
            value=user,
            remedy="check account and password",
        )


def _context(host: str, sign_in: Kerberos | Ntlm, channel: bytes) -> spnego.ContextProxy | Ticket:
    if isinstance(sign_in, Kerberos):
        return Ticket(host, sign_in, channel)
    bindings = GssChannelBindings(application_data=channel)
    return spnego.client(sign_in.user, sign_in.password.reveal_text(), host, "HTTP", bindings, protocol="ntlm")


def channel_of(certificate: bytes) -> bytes:
    """Return what binds a context to the channel that ends at *certificate* (DER): tls-server-end-point, RFC 5929."""
    return b"tls-server-end-point:" + fingerprint(certificate)


def fingerprint(certificate: bytes) -> bytes:
    """Return the digest that binds a channel to its end point: by the signature's hash, at least SHA-256."""
    digest: hashes.HashAlgorithm = hashes.SHA256()
    try:
        signed_with = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError):
        signed_with = None
    if signed_with and not isinstance(signed_with, hashes.MD5 | hashes.SHA1):
        digest = signed_with
    hasher = hashes.Hash(digest)
    hasher.update(certificate)
    return hasher.finalize()
