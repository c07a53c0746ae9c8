"""The view from outside at a tenant of the memory platform.

Names, certificates, open ports, ways and deliveries come from the memory drivers of their chapters, so that a
missing record or a wrong rule is found here as in the real world. How its servers behave — STARTTLS,
refusals — is fixed: they behave well.
"""

from collections.abc import Callable, Iterable, Sequence

from mailstead.dns.model import Record
from mailstead.dns.policies import mta_sts_policy
from mailstead.monitoring.facts import (
    Answer,
    AnswerState,
    Envelope,
    Knocked,
    MailFacts,
    Page,
    PathFacts,
    PlainFacts,
    PortFacts,
    RelayFacts,
    Reply,
    SignInFacts,
    TlsFacts,
)
from mailstead.monitoring.spf import evaluate
from mailstead.monitoring.target import Account, IPAddress, Path, Service, Speech, Target

ALIASES_MAX = 8
HEADER = """Authentication-Results: {receiver}; spf={spf}; dkim={dkim}; dmarc={dmarc}
Received: from {sender} by {receiver} with ESMTPS
X-Mailstead-Probe: {marker}
"""
LOG = "Verified TLS connection established to {receiver}[{address}]:25: TLSv1.3"


class MemoryOutside:
    """Looks at *target* in a world that is all values.

    *records* gives what all name servers hold, *serves* says whether a port answers, *chain* is the DER
    chain the machine presents, *passes* says whether the machine may go a way, *delivers* whether mail gets
    through.
    """

    def __init__(
        self,
        target: Target,
        records: Callable[[], Iterable[Record]],
        *,
        chain: Sequence[bytes] = (),
        serves: Callable[[IPAddress, int], bool] | None = None,
        passes: Callable[[Path], bool] | None = None,
        delivers: Callable[[Account, Account], bool] | None = None,
    ) -> None:
        self._target = target
        self._records = records
        self._chain = tuple(chain)
        self._serves = serves or (lambda _, port: target.service(port) is not None)
        self._passes = passes or (lambda path: path in target.allowed)
        self._delivers = delivers or (lambda _sender, _recipient: True)

    def lookup(self, name: str, kind: str) -> Answer:
        records = list(self._records())
        aliases: list[str] = []
        owner = name.lower()
        while kind != "CNAME" and len(aliases) < ALIASES_MAX:
            following = next((r.value for r in records if (r.name, r.kind) == (owner, "CNAME")), None)
            if following is None:
                break
            owner = following.rstrip(".")
            aliases.append(owner)
        values = tuple(sorted(r.value for r in records if (r.name, r.kind) == (owner, kind)))
        known = any(r.name == owner or r.name.endswith(f".{owner}") for r in records)
        state = AnswerState.FOUND if values else AnswerState.EMPTY if known else AnswerState.ABSENT
        return Answer(name, kind, state, values, tuple(aliases), secure=True)

    def knock(self, address: IPAddress, port: int) -> PortFacts:
        return PortFacts(address, port, Knocked.OPEN if self._serves(address, port) else Knocked.REFUSED)

    def handshake(self, address: IPAddress, service: Service, name: str) -> TlsFacts:
        starttls = None if service.speech is Speech.TLS else True
        if not self._serves(address, service.port):
            return TlsFacts(
                service.port,
                starttls=None if service.speech is Speech.TLS else False,
                trouble="the connection was refused",
            )
        return TlsFacts(service.port, starttls, "TLSv1.3", "TLS_AES_256_GCM_SHA384", self._chain)

    def offer(self, address: IPAddress, envelopes: Sequence[Envelope]) -> tuple[RelayFacts, ...]:
        refusal = Reply(554, "5.7.1 Relay access denied")
        return tuple(RelayFacts(envelope, refusal, str(address)) for envelope in envelopes)

    def plain(self, address: IPAddress, service: Service) -> PlainFacts:
        return PlainFacts(service.port, (), Reply(530, "5.7.0 Must issue a STARTTLS command first"))

    def sign_in(self, address: IPAddress, service: Service, name: str, user: str) -> SignInFacts:
        return SignInFacts(service.port, let_in=False, refused=True, said="535 5.7.8 authentication failed")

    def page(self, address: IPAddress, host: str, path: str) -> Page:
        url = f"https://{host}{path}"
        naming = next((each for each in self._target.domains if host.endswith(f".{each.domain}")), None)
        if naming is None or not self._serves(address, 443):
            return Page(url, 0, trouble="the connection was refused")
        if host.startswith("mta-sts."):
            return Page(url, 200, "text/plain", mta_sts_policy(naming))
        return Page(url, 200, "text/xml", f"<hostname>{naming.mail_host}</hostname>")

    def send(self, sender: Account, recipient: Account) -> MailFacts:
        if not self._delivers(sender, recipient):
            return MailFacts("memory", 0.0, trouble="not delivered")
        header = HEADER.format(
            sender=sender.mail_host,
            receiver=recipient.mail_host,
            marker="memory",
            **self._authenticated(sender),
        )
        log = LOG.format(receiver=recipient.mail_host, address=recipient.server)
        return MailFacts("memory", 0.0, header.encode(), deleted=True, sender_log=(log,))

    def _authenticated(self, sender: Account) -> dict[str, str]:
        """What a receiver makes of the sender's records; it trusts that a published key is the one that
        signs.
        """
        spf = evaluate(self.lookup, sender.server, sender.domain).result.value
        keyed = any(record.name.endswith(f"._domainkey.{sender.domain}") for record in self._records())
        policy = self.lookup(f"_dmarc.{sender.domain}", "TXT").values
        aligned = spf == "pass" or keyed
        dmarc = ("pass" if aligned else "fail") if policy else "none"
        return {"spf": spf, "dkim": "pass" if keyed else "none", "dmarc": dmarc}

    def try_path(self, path: Path) -> PathFacts:
        return PathFacts(Knocked.OPEN if self._passes(path) else Knocked.TIMEOUT)
