"""A provider of OpenID Connect on loopback, by the book or as crooked as a test wants it."""

import json
import ssl
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from mailstead.ground.clock import Clock
from mailstead.people.provider import Answer

CLIENT, SECRET = "mailstead-client", "a secret: with % and ü"
Handler = Callable[[BaseHTTPRequestHandler], None]
Claims = dict[str, Any]


def new_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig", "alg": "ES256"})


@dataclass
class Peer:
    """`twist` changes what its ID tokens claim, `sign` how they are signed, `instead` what a path answers."""

    issuer: str
    clock: Clock
    spki: str = ""  # what a browser is told that is to believe its certificate
    key: ECKey = field(default_factory=lambda: new_key("first"))
    twist: Callable[[Claims], Claims] = lambda claims: claims
    sign: Callable[["Peer", Claims], str] = lambda peer, claims: peer.signed(claims)
    instead: dict[str, Handler] = field(default_factory=dict)
    told: Claims = field(default_factory=dict)  # beside, or in place of, what its discovery says
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    who: str = "olga"  # signs in where a browser comes by

    def signed_in(self, url: str, subject: str) -> Answer:
        given = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert (given["client_id"], given["response_type"], given["code_challenge_method"]) == (CLIENT, "code", "S256")
        code = f"code-{len(self.codes)}"
        self.codes[code] = given | {"sub": subject}
        return Answer(given["state"], code, self.issuer)

    def signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": "ES256", "kid": str(self.key.kid)}, claims, self.key, algorithms=["ES256"])

    def discovery(self) -> Claims:
        ends = {name: f"{self.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
        said = {"authorization_response_iss_parameter_supported": True, "code_challenge_methods_supported": ["S256"]}
        return {"issuer": self.issuer, **ends, **said, **self.told}

    def redeemed(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        pair = f"{CLIENT}:a%20secret%3A%20with%20%25%20and%20%C3%BC"
        given = self.codes.pop(form.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if authorization != f"Basic {b64encode(pair.encode()).decode()}":
            return 401, {"error": "invalid_client"}
        if given is None or (given["code_challenge"], given["redirect_uri"]) != (challenge, form.get("redirect_uri")):
            return 400, {"error": "invalid_grant"}
        now = int(self.clock.now().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": given["sub"], "nonce": given["nonce"], "iat": now}
        claims |= {"exp": now + 300, "auth_time": now, "preferred_username": f"{given['sub']}@there.example"}
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(self, self.twist(claims))}

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = urlsplit(request.path).path
        self.asked.append(path)
        if handler := self.instead.get(path):
            handler(request)
            return
        if path == "/authorization_endpoint":
            answer = self.signed_in(request.path, self.who)
            given = urlencode({"code": answer.code, "state": answer.state, "iss": answer.issuer})
            reply(request, b"", 302, location=f"{self.codes[answer.code]['redirect_uri']}?{given}")
            return
        size = int(request.headers.get("content-length") or 0)
        form = {name: values[0] for name, values in parse_qs(request.rfile.read(size).decode()).items()}
        status, body = self.told_at(path, form, request.headers.get("authorization", ""))
        reply(request, json.dumps(body).encode(), status)

    def told_at(self, path: str, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        match path:
            case "/.well-known/openid-configuration":
                return 200, self.discovery()
            case "/jwks_uri":
                return 200, KeySet([self.key]).as_dict(private=False)
            case "/token_endpoint":
                return self.redeemed(form, authorization)
            case _:
                return 404, {}


def reply(request: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    request.send_response(status)
    for name, value in {"content-type": "application/json", "content-length": str(len(body)), **headers}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


@contextmanager
def serving(folder: Path, clock: Clock) -> Iterator[Peer]:
    """Yield a peer that answers until the block ends; its certificate in *folder*/peer.pem signs itself."""
    peers: list[Peer] = []

    class Front(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # as http.server calls it
            peers[0].answer(self)

        do_POST = do_GET  # noqa: N815  # as http.server calls it

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as http.server calls it
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing of clients that hang up."""

    spki = certify(folder / "peer.pem")
    server = Server(("127.0.0.1", 0), Front)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "peer.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    peers.append(Peer(f"https://localhost:{server.server_port}", clock, spki))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield peers[0]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def certify(file: Path) -> str:
    """Write a key and a certificate for localhost that signs itself; return the SHA-256 of its public key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "peer")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(private + certificate.public_bytes(encoding))
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b64encode(sha256(public).digest()).decode()
