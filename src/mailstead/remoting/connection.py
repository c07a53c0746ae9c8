"""One TLS connection to WinRM: posts a message, brings the answer, signs in when it is asked to.

No proxy is ever used: the variables of the environment are not read. After two idle minutes the host closes the
connection; the next message then opens and signs in again. What was sent and not answered is not sent again.
"""

import ssl
from base64 import b64encode
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from select import POLLIN, poll

from mailstead.ground.errors import MailsteadError
from mailstead.security.model import Secret

from .endpoint import Basic, ClientCertificate, Endpoint, Kerberos, Ntlm
from .errors import CertificateRefused, HostSilent, RemoteAnswerLost, SignInRefused
from .tickets import Dialogue

CONNECT_S = 10.0
MUTUAL = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
_HEADERS = {
    "Content-Type": "application/soap+xml;charset=UTF-8",
    "Accept-Encoding": "identity",
    "User-Agent": "mailstead",
}


@dataclass(frozen=True, slots=True)
class Response:
    """What the host answered: status, body, and how it wants us to sign in."""

    status: int
    body: bytes
    authenticate: str | None = None
    date: str | None = None


class Connection:
    """Opened by the first message; not for two threads at once."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._tls = endpoint.tls()
        self._http: HTTPSConnection | None = None
        self._signed_in = False  # on this connection
        self._was_let_in = False  # on any: so a certificate of ours is good

    def post(self, message: bytes, timeout_s: float) -> Response:
        """Send *message* and return the answer.

        Raises HostSilent, CertificateRefused or SignInRefused when the host did not take it, and RemoteAnswerLost.
        """
        http = self._ready()
        if http.sock:
            http.sock.settimeout(timeout_s)
        try:
            response = self._exchange(http, message)
        except BaseException:
            self.close()
            raise
        if response.status == 401:
            self.close()
            raise self._not_let_in()
        self._signed_in = self._was_let_in = True
        return response

    def greet(self) -> tuple[bytes, str | None]:
        """Return the host's certificate (DER) and what it says the time is; nobody signs in. Raises as `post`."""
        http = self._ready()
        return _certificate(http), self._send(http, b"").date

    def close(self) -> None:
        if self._http:
            self._http.close()
        self._http, self._signed_in = None, False

    def _ready(self) -> HTTPSConnection:
        """Return a connection that the host has not closed, as far as one can see."""
        if self._http and self._http.sock and not _readable(self._http.sock.fileno()):
            return self._http
        self.close()
        self._http = HTTPSConnection(self._endpoint.host, self._endpoint.port, timeout=CONNECT_S, context=self._tls)
        self._connect(self._http)
        return self._http

    def _connect(self, http: HTTPSConnection) -> None:
        try:
            http.connect()
        except ssl.SSLCertVerificationError as error:
            raise _untrusted(self._endpoint, error) from error
        except ssl.SSLError as error:
            raise _no_tls(self._endpoint, error) from error
        except OSError as error:
            raise HostSilent(
                f"{self._endpoint.host} does not answer on port {self._endpoint.port}: {error}",
                field="host",
                value=self._endpoint.host,
                remedy="see whether WinRM listens there over HTTPS: winrm enumerate winrm/config/listener",
            ) from error

    def _exchange(self, http: HTTPSConnection, message: bytes) -> Response:
        match self._endpoint.sign_in:
            case Basic(user, password):
                return self._send(http, message, _basic(user, password))
            case ClientCertificate():
                return self._send(http, message, MUTUAL)
            case account:
                return self._by_tickets(http, message, account)

    def _by_tickets(self, http: HTTPSConnection, message: bytes, account: Kerberos | Ntlm) -> Response:
        if self._signed_in and (response := self._send(http, message)).status != 401:
            return response
        dialogue = Dialogue(self._endpoint, account, _certificate(http))
        response = self._send(http, message, dialogue.header())
        while response.status == 401 and response.authenticate:
            response = self._send(http, message, dialogue.header(response.authenticate))
        if response.status != 401:
            dialogue.finish(response.authenticate)
        return response

    def _send(self, http: HTTPSConnection, message: bytes, authorization: str = "") -> Response:
        headers = _HEADERS | ({"Authorization": authorization} if authorization else {})
        try:
            http.request("POST", f"/{self._endpoint.path}", message, headers)
            answer: HTTPResponse = http.getresponse()
            return Response(
                answer.status, answer.read(), answer.getheader("WWW-Authenticate"), answer.getheader("Date")
            )
        except (OSError, HTTPException) as error:
            raise self._broken(error) from error

    def _broken(self, error: OSError | HTTPException) -> MailsteadError:
        """Say what it means that the connection broke.

        Under TLS 1.3 a host that does not take our certificate says so, if at all, after the first message.
        """
        by_certificate = isinstance(self._endpoint.sign_in, ClientCertificate)
        if not self._was_let_in and (by_certificate or type(error) is ssl.SSLError):
            return _no_tls(self._endpoint, error)
        return RemoteAnswerLost(
            f"{self._endpoint.host} was asked, and the connection broke: {type(error).__name__} {error}",
            field="host",
            value=self._endpoint.host,
            remedy="look what is there, then go on; an order does so by itself",
        )

    def _not_let_in(self) -> SignInRefused:
        user = getattr(self._endpoint.sign_in, "user", "") or "our certificate"
        return SignInRefused(
            f"{self._endpoint.host} does not accept {user}",
            field="sign_in",
            value=user,
            remedy="check account and password, and that the host allows this way: winrm get winrm/config/service/auth",
        )


def _basic(user: str, password: Secret) -> str:
    return "Basic " + b64encode(user.encode() + b":" + password.reveal()).decode()


def _readable(descriptor: int) -> bool:
    """Say whether something waits there: between two messages that can only be the end."""
    waiting = poll()
    waiting.register(descriptor, POLLIN)
    return bool(waiting.poll(0))


def _certificate(http: HTTPSConnection) -> bytes:
    sock = http.sock
    return (sock.getpeercert(binary_form=True) or b"") if isinstance(sock, ssl.SSLSocket) else b""


def _untrusted(endpoint: Endpoint, error: ssl.SSLCertVerificationError) -> CertificateRefused:
    return CertificateRefused(
        f"the certificate of {endpoint.host} is not accepted: {error.verify_message}",
        field="trust",
        value=endpoint.trust or "",
        remedy="give the CA that signed it as `trust`; name and date in the certificate must fit the host",
    )


def _no_tls(endpoint: Endpoint, error: Exception) -> CertificateRefused:
    return CertificateRefused(
        f"{endpoint.host} ended the connection while we signed in: {error}",
        field="sign_in",
        value=endpoint.host,
        remedy="if we sign in by certificate, see whether it is valid and mapped to an account on the host",
    )
