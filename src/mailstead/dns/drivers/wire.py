"""Questions to one DNS server over TCP, signed with TSIG; answers and failures put into our words."""

from dataclasses import dataclass
from typing import NoReturn

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsig
import dns.xfr
import dns.zone

from mailstead.dns.errors import BadKey, NoSuchZone, ServerFailed, UpdateRefused
from mailstead.ground.errors import MailsteadError, OutcomeUnknown, Rejected, Unreachable
from mailstead.security.model import Secret

_ANSWERS: dict[dns.rcode.Rcode, type[MailsteadError]] = {
    dns.rcode.REFUSED: UpdateRefused,
    dns.rcode.NOTAUTH: NoSuchZone,
    dns.rcode.NOTZONE: NoSuchZone,
    dns.rcode.NXDOMAIN: NoSuchZone,
    dns.rcode.SERVFAIL: ServerFailed,
}
_REMEDIES: dict[type[MailsteadError], str] = {
    UpdateRefused: "allow the key transfer and update of this zone on the name server",
    NoSuchZone: "create the zone on the name server first",
    ServerFailed: "look at the name server's log; the zone may be loading or its disk full",
    BadKey: "give both sides the same key name, algorithm and secret, and the same time",
}


@dataclass(frozen=True, slots=True)
class Tsig:
    """A transaction key (RFC 8945); `secret` holds the raw octets."""

    name: str
    algorithm: str
    secret: Secret

    @property
    def key(self) -> dns.tsig.Key:
        return dns.tsig.Key(dns.name.from_text(self.name), self.secret.reveal(), self.algorithm)


@dataclass(frozen=True, slots=True)
class Wire:
    """The way to one server. All methods raise Unreachable and the leaves in `dns.errors`."""

    address: str
    port: int
    tsig: Tsig
    timeout_s: float = 5.0

    def update(self, message: dns.message.Message) -> dns.rcode.Rcode:
        """Send a signed update and return how it was answered.

        Raises OutcomeUnknown when it was sent and no answer came back.
        """
        try:
            answer = dns.query.tcp(self._signed(message), self.address, self.timeout_s, self.port)
        except ConnectionRefusedError as error:
            raise self._unreachable(error) from error
        except (dns.exception.Timeout, EOFError, OSError) as error:
            what = f"the name server {self.address}#{self.port} did not answer an update"
            raise OutcomeUnknown(what, remedy="read the zone again") from error
        except dns.exception.DNSException as error:
            self._explain(error)
        return answer.rcode()

    def ask(self, name: str, kind: str, *, tcp: bool = True) -> dns.message.Message:
        """Ask one question, unsigned, without recursion."""
        question = dns.message.make_query(name, kind, flags=0, use_edns=0, payload=1232)
        send = dns.query.tcp if tcp else dns.query.udp
        try:
            return send(question, self.address, self.timeout_s, self.port)
        except (dns.exception.Timeout, EOFError, OSError) as error:
            raise self._unreachable(error) from error

    def transfer(self, zone: str) -> dns.zone.Zone:
        """Fetch the whole zone (AXFR, RFC 5936)."""
        content = dns.zone.Zone(dns.name.from_text(zone), relativize=False)
        request = self._signed(dns.message.make_query(zone, "AXFR"))
        try:
            dns.query.inbound_xfr(
                self.address, content, request, self.port, self.timeout_s, lifetime=4 * self.timeout_s
            )
        except dns.xfr.TransferError as error:
            self.refuse(zone, error.rcode)
        except (dns.exception.Timeout, EOFError, OSError) as error:
            raise self._unreachable(error) from error
        except dns.exception.DNSException as error:
            self._explain(error)
        return content

    def refuse(self, zone: str, rcode: dns.rcode.Rcode) -> NoReturn:
        """Raise what the answer *rcode* means."""
        kind = _ANSWERS.get(rcode, Rejected)
        what = f"the name server {self.address}#{self.port} answered {dns.rcode.to_text(rcode)} for {zone}"
        raise kind(what, field="zone", value=zone, remedy=_REMEDIES.get(kind, "look at the name server's log"))

    def _signed(self, message: dns.message.Message) -> dns.message.Message:
        message.use_tsig(self.tsig.key)
        return message

    def _unreachable(self, error: BaseException) -> Unreachable:
        what = f"the name server {self.address}#{self.port} does not answer: {error}"
        return Unreachable(what, remedy="see whether it runs and listens there")

    def _explain(self, error: dns.exception.DNSException) -> NoReturn:
        refused = (dns.tsig.PeerError, dns.tsig.BadSignature, dns.tsig.BadTime, dns.tsig.BadKey)
        if isinstance(error, refused) or "TSIG" in type(error).__name__.upper():
            what = f"the name server {self.address}#{self.port} does not accept the key {self.tsig.name}"
            raise BadKey(
                f"{what}: {error}", field="tsig_name", value=self.tsig.name, remedy=_REMEDIES[BadKey]
            ) from error
        what = f"the name server {self.address}#{self.port} gave an answer that cannot be used: {error}"
        raise Rejected(what, remedy="look at the name server's log") from error
