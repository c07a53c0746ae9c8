"""Open relay and forged senders: what a stranger may not have (RFC 2505, RFC 5321 section 7.9)."""

from collections.abc import Iterator
from ipaddress import ip_address

from mailstead.dns.model import MailNaming
from mailstead.ground.names import domain_of
from mailstead.monitoring.facts import Envelope, RelayFacts
from mailstead.monitoring.model import Finding, failed, passed, warned
from mailstead.monitoring.port import Outside
from mailstead.monitoring.spf import Evaluation, Result, evaluate
from mailstead.monitoring.target import IPAddress, Target

RELAY, FORGED = "smtp.open-relay", "smtp.forged-sender"


def tricks(target: Target) -> dict[str, Envelope]:
    """Return every way a stranger might talk the server into passing mail on to `target.foreign`.

    The sender is empty, which every server must take (RFC 5321 section 4.5.5), so that the recipient is
    judged.
    """
    local, _, foreign = target.foreign.rpartition("@")
    own, host = target.domains[0].domain, target.mail_host
    return {
        "plain": Envelope("", target.foreign),
        "from own domain": Envelope(f"postmaster@{own}", target.foreign),
        "percent": Envelope("", f"{local}%{foreign}@{host}"),
        "bang": Envelope("", f"{foreign}!{local}@{host}"),
        "bare bang": Envelope("", f"{foreign}!{local}"),
        "quoted": Envelope("", f'"{target.foreign}"@{host}'),
        "bare quoted": Envelope("", f'"{target.foreign}"'),
        "source route": Envelope("", f"@{host}:{target.foreign}"),
    }


def check_relay(target: Target, outside: Outside, address: IPAddress) -> Iterator[Finding]:
    tried = tricks(target)
    for name, facts in zip(tried, outside.offer(address, tuple(tried.values())), strict=True):
        yield judge_relay(target, name, facts)


def judge_relay(target: Target, trick: str, facts: RelayFacts) -> Finding:
    subject = f"{target.at(25)} {trick}"
    said = f"RCPT TO:<{facts.envelope.recipient}> → {facts.reply}"
    if facts.reply.positive:
        remedy = f"stop it now: mailstead tenant suspend {target.tenant}; then {target.apply}, check, and resume"
        return failed(RELAY, subject, "the server passes on mail of strangers: it is an open relay", remedy, [said])
    if facts.reply.code >= 500:
        return passed(RELAY, subject, f"refused: {facts.reply}", [said])
    detail = f"not refused for good: {facts.reply}"
    return warned(RELAY, subject, detail, "check again; a refusal of relaying should be 554", [said])


def check_forged(target: Target, outside: Outside, address: IPAddress, domain: MailNaming) -> Finding:
    """Offer mail that claims to come from the domain itself; examined up to RCPT, never sent."""
    recipient = target.probe.address if target.probe else f"postmaster@{domain.domain}"
    (facts,) = outside.offer(address, [Envelope(f"postmaster@{domain.domain}", recipient)])
    if not facts.reply.positive:
        return judge_forged(domain, facts, None)
    return judge_forged(domain, facts, evaluate(outside.lookup, ip_address(facts.source), domain.domain))


def judge_forged(domain: MailNaming, facts: RelayFacts, spf: Evaluation | None) -> Finding:
    """Judge what became of it; *spf* is what our own address gets, where the envelope was taken."""
    sender = facts.envelope.sender
    if spf is None and facts.reply.code < 500:
        detail = f"mail from {sender} by a stranger is put off, which proves nothing: {facts.reply}"
        return warned(FORGED, domain.domain, detail, "check again when the server is well: see its mail log")
    if spf is None:
        return passed(FORGED, domain.domain, f"mail from {sender} by a stranger is refused: {facts.reply}")
    if spf.result is Result.PASS:
        detail = f"SPF passes for {facts.source}, where this check runs: mail forged here counts as genuine"
        remedy = f"take {facts.source} out of the SPF record of {domain_of(sender)}"
        return failed(FORGED, domain.domain, detail, remedy, [spf.why])
    if domain.dmarc == "none":
        detail = f"taken at RCPT, and DMARC p=none lets it through (SPF: {spf.result})"
        return warned(FORGED, domain.domain, detail, f'set dmarc = "reject" for {domain.domain} in the tenant\'s file')
    return passed(FORGED, domain.domain, f"SPF gives {spf.result} and DMARC p={domain.dmarc} stops it after DATA")
