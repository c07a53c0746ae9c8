"""Where a Windows host listens, and how we sign in there. HTTPS only: nothing else protects Basic and NTLM."""

import re
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from cryptography import x509

from mailstead.security.model import Secret

from .errors import BadEndpoint

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
_CONFIGURATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_PATH = re.compile(r"[A-Za-z0-9._/-]{1,127}")


@dataclass(frozen=True, slots=True)
class Kerberos:
    """A domain account (`user@REALM`) with its keytab; without one, the ticket cache of this process."""

    user: str = ""
    keytab: Path | None = None


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A certificate and its key in PEM files, mapped to a local account of the host."""

    certificate: Path
    key: Path

    def valid_until(self) -> datetime:
        """Return when our certificate ends; raise BadEndpoint for a file that holds none."""
        try:
            return x509.load_pem_x509_certificate(self.certificate.read_bytes()).not_valid_after_utc
        except (OSError, ValueError) as error:
            raise _bad("certificate", self.certificate, f"give a certificate as PEM file ({error})") from error


@dataclass(frozen=True, slots=True)
class Ntlm:
    """A local or domain account (`DOMAIN\\user`) and its password, where there is no Kerberos."""

    user: str
    password: Secret


@dataclass(frozen=True, slots=True)
class Basic:
    """A local account and its password; the host must allow Basic."""

    user: str
    password: Secret


SignIn: TypeAlias = Kerberos | ClientCertificate | Ntlm | Basic


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A session configuration on a host, such as mailstead's role on a Hyper-V host.

    `trust` is a file of certificates that may sign the host's; without one, those of this system. Raises BadEndpoint.
    """

    host: str
    configuration: str
    sign_in: SignIn
    port: int = 5986
    path: str = "wsman"
    trust: Path | None = None

    def __post_init__(self) -> None:
        _refuse_unless(_HOST.fullmatch(self.host), "host", self.host, "give a DNS name or an address")
        _refuse_unless(
            _CONFIGURATION.fullmatch(self.configuration),
            "configuration",
            self.configuration,
            "give the name of a session configuration, as Get-PSSessionConfiguration shows it",
        )
        _refuse_unless(_PATH.fullmatch(self.path), "path", self.path, "leave it: WinRM listens at wsman")
        _refuse_unless(1 <= self.port <= 65535, "port", self.port, "give a port from 1 to 65535; WinRM's is 5986")

    @property
    def name(self) -> str:
        return f"{self.host}:{self.port}/{self.configuration}"

    def tls(self) -> ssl.SSLContext:
        """Return the TLS settings; raise BadEndpoint for a file that cannot be used."""
        try:
            context = ssl.create_default_context(cafile=self.trust)
        except (OSError, ssl.SSLError) as error:
            raise _bad("trust", self.trust, f"give a PEM file with the certificates to trust ({error})") from error
        if isinstance(self.sign_in, ClientCertificate):
            try:
                context.post_handshake_auth = True  # http.sys asks for the certificate when it has seen the request
                context.load_cert_chain(self.sign_in.certificate, self.sign_in.key)
            except (OSError, ssl.SSLError) as error:
                files = self.sign_in.certificate
                raise _bad("certificate", files, f"give a certificate and its key as PEM files ({error})") from error
        return context


def _refuse_unless(good: object, field: str, value: object, remedy: str) -> None:
    if not good:
        raise _bad(field, value, remedy)


def _bad(field: str, value: object, remedy: str) -> BadEndpoint:
    return BadEndpoint(f"{value!r} cannot be the {field} of an endpoint", field=field, value=value, remedy=remedy)
