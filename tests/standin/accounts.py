"""Who may sign in, and how: Basic, client certificates, NTLM by pyspnego's accepting side, Kerberos by MIT's."""

import os
import ssl
from asyncio import StreamWriter
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import spnego
from cryptography import x509
from cryptography.x509.oid import NameOID
from spnego.exceptions import SpnegoError

from .tickets import Acceptor, NotAccepted

DOMAIN = "STANDIN"
CHALLENGES = ("Negotiate", 'Basic realm="WSMAN"')


@dataclass(frozen=True)
class Entry:
    """What a request came to: a user, or a token to hand back."""

    user: str = ""
    token: str = ""


@dataclass
class Accounts:
    """Local accounts, by name, with their passwords; a client certificate signs in as its common name."""

    passwords: Mapping[str, str]
    _users_file: Path | None = None
    _keytab: Path | None = None
    _certificate: bytes = field(default=b"", repr=False)

    def offer_kerberos(self, keytab: Path, certificate: bytes) -> None:
        """Let accounts sign in by tickets for the key in *keytab*, on channels that end at *certificate* (DER)."""
        self._keytab, self._certificate = keytab, certificate

    def acceptor(self, token: bytes) -> spnego.ContextProxy | Acceptor:
        """Return the side that a first token is meant for; raise NotAccepted where that is not offered."""
        if token.startswith(b"NTLMSSP"):
            return spnego.server("localhost", "HTTP", protocol="ntlm")
        if self._keytab is None:
            raise NotAccepted
        return Acceptor(self._keytab, self._certificate)

    def offer_ntlm(self, folder: Path) -> None:
        """Let accounts sign in by NTLM: pyspnego reads them from a file that the environment names."""
        self._users_file = folder / "ntlm-users"
        self._users_file.write_text("".join(f"{DOMAIN}:{user}:{word}\n" for user, word in self.passwords.items()))
        self._users_file.chmod(0o600)
        os.environ["NTLM_USER_FILE"] = str(self._users_file)


@dataclass
class Door:
    """The signing-in of one connection, which holds as long as it does."""

    accounts: Accounts
    user: str = ""
    _context: spnego.ContextProxy | Acceptor | None = field(default=None, repr=False)

    def enter(self, authorization: str, writer: StreamWriter) -> Entry:
        scheme, _, rest = authorization.partition(" ")
        if scheme == "Basic":
            return Entry(self._basic(rest))
        if scheme.endswith("/https/mutual"):
            return Entry(self._certified(writer))
        if scheme.lower() == "negotiate":
            return self._negotiate(rest)
        return Entry(self.user)

    def _basic(self, encoded: str) -> str:
        user, _, password = b64decode(encoded).decode().partition(":")
        return user if self.accounts.passwords.get(user) == password else ""

    def _certified(self, writer: StreamWriter) -> str:
        channel = writer.get_extra_info("ssl_object")
        der = channel.getpeercert(binary_form=True) if isinstance(channel, ssl.SSLObject) else None
        names = x509.load_der_x509_certificate(der).subject.get_attributes_for_oid(NameOID.COMMON_NAME) if der else []
        return next((str(name.value) for name in names if name.value in self.accounts.passwords), "")

    def _negotiate(self, token: str) -> Entry:
        sent = b64decode(token)
        try:
            self._context = self._context or self.accounts.acceptor(sent)
            back = self._context.step(sent) or b""
        except (SpnegoError, NotAccepted):
            self._context = None
            return Entry()
        if self._context.complete:
            user = (self._context.client_principal or "").rsplit("\\", 1)[-1].partition("@")[0]
            self.user = user if user in self.accounts.passwords else ""
            self._context = None
            return Entry(self.user, b64encode(back).decode())
        return Entry(token=b64encode(back).decode())
