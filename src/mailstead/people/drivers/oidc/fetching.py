"""JSON from where a provider says it lies: over TLS, of bounded size and time, from the internet and nowhere else.

What a provider's documents name is asked only where everybody could ask it: no private address, but of the one host
that the platform's file allows one; no redirect is followed; and the address that was looked at is the one that is
spoken with, whatever a name is made to mean a moment later (CWE-918).
"""

import json
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from typing import Any
from urllib.parse import SplitResult, urlencode, urlsplit

from mailstead.people.errors import ProviderSilent, ProviderUnfit

MOST_BYTES = 256 * 1024
PATIENCE_S = 10.0
ADDRESSES_MOST = 4
FORM = {"content-type": "application/x-www-form-urlencoded"}
# Ways through which IPv4 is reached inside IPv6: what stands behind them cannot be told from here.
_THROUGH = tuple(ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))


@dataclass(frozen=True, slots=True)
class Fetched:
    """A JSON object, its HTTP status, and what time it was there (seconds since 1970; None: it did not say)."""

    status: int
    body: Mapping[str, Any]
    at: float | None


@dataclass(frozen=True, slots=True)
class Fetching:
    """How far requests go. `inside`: the host that may have a private address; empty: none."""

    inside: str = ""
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    patience_s: float = PATIENCE_S

    def get(self, url: str) -> Fetched:
        """Return the object at *url*; raise ProviderSilent, ProviderUnfit."""
        return self._asked("GET", url)

    def post(self, url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> Fetched:
        """Send a form, and return the object that answers it; raise ProviderSilent, ProviderUnfit."""
        return self._asked("POST", url, urlencode(fields), {**headers, **FORM})

    def _asked(self, verb: str, url: str, body: str | None = None, headers: Mapping[str, str] | None = None) -> Fetched:
        parts = https_only(url)
        connection = _Connection(parts, self._addresses(parts), self.trust, self.patience_s)
        enough = Timer(self.patience_s, connection.abort)  # for one who sends a byte now and then
        enough.start()
        try:
            with closing(connection):
                path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
                connection.request(verb, path, body, {"accept": "application/json", **(headers or {})})
                answer = connection.getresponse()
                told = answer.read(MOST_BYTES + 1)
        except (OSError, HTTPException) as error:
            remedy = "look whether it can be reached from here, and whether its certificate is one we trust"
            raise ProviderSilent(f"{parts.hostname} does not answer: {error}", field="issuer", remedy=remedy) from error
        finally:
            enough.cancel()
        return Fetched(answer.status, _object(told, url), _date(answer.getheader("date", "")))

    def _addresses(self, parts: SplitResult) -> list[str]:
        """Return the host's addresses; raise ProviderUnfit if any of them is none of the internet's."""
        host = parts.hostname or ""
        try:
            there = socket.getaddrinfo(host, parts.port or 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise ProviderSilent(f"{host} has no address", field="issuer", value=host, remedy="look at DNS") from error
        found = [str(one[4][0]) for one in there]
        for address in found:
            _refuse_inside(ip_address(address.partition("%")[0]), host, allowed=host == self.inside)
        return found[:ADDRESSES_MOST]


class _Connection(HTTPSConnection):
    """TLS to one of the addresses that were looked at, held against the host's name."""

    def __init__(self, parts: SplitResult, addresses: Sequence[str], trust: ssl.SSLContext, patience_s: float) -> None:
        super().__init__(parts.hostname or "", parts.port or 443, timeout=patience_s, context=trust)
        self._addresses, self._trust, self._patience_s = addresses, trust, patience_s

    def connect(self) -> None:
        self.sock = self._trust.wrap_socket(self._reached(), server_hostname=self.host, do_handshake_on_connect=False)
        self.sock.do_handshake()

    def _reached(self) -> socket.socket:
        """Return a connection to the first address that takes one; raise OSError."""
        each_s = self._patience_s / len(self._addresses)
        *others, last = self._addresses
        for address in others:
            with suppress(OSError):
                return socket.create_connection((address, self.port), each_s)
        return socket.create_connection((last, self.port), each_s)

    def abort(self) -> None:
        """End it from outside: whoever reads finds the end."""
        with suppress(OSError, AttributeError):  # it is over already, or has not begun
            self.sock.shutdown(socket.SHUT_RDWR)


def https_only(url: str) -> SplitResult:
    """Return the parts of *url*; raise ProviderUnfit for one that is not of https, or holds a name to sign in with."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not url.isascii() or not url.isprintable() or " " in url:
        raise ProviderUnfit("it names an address that is not https", field="issuer", value=url[:200], remedy=_REMEDY)
    return parts


def _refuse_inside(address: IPv4Address | IPv6Address, host: str, *, allowed: bool) -> None:
    """Raise ProviderUnfit for an address that is none of the internet's; a private one may be *allowed*."""
    real = (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
    never = real.is_link_local or real.is_multicast or real.is_unspecified or any(real in one for one in _THROUGH)
    if never or not (real.is_global or allowed):
        remedy = "write private = true under [[sign_in]] if this is the issuer's own host, and meant"
        raise ProviderUnfit(f"{host} is not on the internet", field="issuer", value=host, remedy=remedy)


def _object(told: bytes, url: str) -> Mapping[str, Any]:
    if len(told) > MOST_BYTES:
        raise ProviderUnfit("it tells more than anybody would", field="issuer", value=url, remedy=_REMEDY)
    try:
        given = json.loads(told)
    except (ValueError, RecursionError) as error:
        raise ProviderUnfit("it does not answer in JSON", field="issuer", value=url, remedy=_REMEDY) from error
    if not isinstance(given, dict):
        raise ProviderUnfit("it does not answer with an object", field="issuer", value=url, remedy=_REMEDY)
    return given


def _date(header: str) -> float | None:
    try:
        return parsedate_to_datetime(header).timestamp()
    except (ValueError, TypeError):
        return None


_REMEDY = "see what it answers: mailstead sign-in check"
