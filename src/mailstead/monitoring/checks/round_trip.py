"""A probe mail there and back: it arrives, soon, authenticated, over TLS, and by DANE where that can be
seen.
"""

import re
from collections.abc import Iterator

from mailstead.monitoring.facts import MailFacts
from mailstead.monitoring.model import Finding, failed, passed, skipped, warned
from mailstead.monitoring.port import Outside
from mailstead.monitoring.received import METHODS, encrypted, protocol_between, results
from mailstead.monitoring.target import Account

ARRIVAL, TIME, AUTHENTICATION = "mail.roundtrip", "mail.delivery-time", "mail.authentication"
TLS, DANE, CLEANING = "mail.tls", "mail.dane", "mail.cleaning"
SLOW_S = 60.0


def check_way(outside: Outside, sender: Account, recipient: Account) -> Iterator[Finding]:
    yield from judge_way(sender, recipient, outside.send(sender, recipient))


def way(sender: Account, recipient: Account) -> str:
    return f"{sender.address} → {recipient.address}"


def judge_way(sender: Account, recipient: Account, facts: MailFacts) -> Iterator[Finding]:
    """Judge one way; between two servers also how they spoke and what the receiving one verified."""
    subject = way(sender, recipient)
    if not facts.header:
        yield failed(
            ARRIVAL,
            subject,
            f"the probe did not come through: {facts.trouble}",
            _where_lost(sender, recipient),
        )
        return
    yield passed(ARRIVAL, subject, f"delivered in {facts.seconds:.1f} s", [f"X-Mailstead-Probe: {facts.marker}"])
    yield judge_time(subject, facts)
    yield judge_cleaning(subject, recipient, facts)
    if sender.mail_host != recipient.mail_host:
        yield judge_authentication(sender, recipient, facts)
        yield judge_tls(sender, recipient, facts)
        yield judge_dane(sender, recipient, facts)


def _where_lost(sender: Account, recipient: Account) -> str:
    hosts = " and ".join(sorted({sender.tenant, recipient.tenant}))
    return f"see the other failures here first; then the mail log and queue of {hosts} (postqueue -p)"


def judge_time(subject: str, facts: MailFacts) -> Finding:
    if facts.seconds <= SLOW_S:
        return passed(TIME, subject, f"{facts.seconds:.1f} s")
    remedy = "look for deferrals in both machines' mail logs, and at the load of the host"
    return warned(TIME, subject, f"{facts.seconds:.1f} s, more than {SLOW_S:.0f}", remedy)


def judge_cleaning(subject: str, recipient: Account, facts: MailFacts) -> Finding:
    if facts.deleted:
        return passed(CLEANING, subject, "the probe is deleted again")
    remedy = f"delete mails with the subject “mailstead check” in the mailbox {recipient.address}"
    return warned(CLEANING, subject, "the probe could not be deleted", remedy)


def judge_authentication(sender: Account, recipient: Account, facts: MailFacts) -> Finding:
    subject, found = way(sender, recipient), results(facts.header, recipient.mail_host)
    evidence = [f"{method}={result}" for method, result in found.items()]
    wrong = [f"{method}={found.get(method, 'missing')}" for method in METHODS if found.get(method) != "pass"]
    if not found:
        detail = f"{recipient.mail_host} wrote no Authentication-Results on top"
        return failed(
            AUTHENTICATION,
            subject,
            detail,
            f"its spam filter does not run: mailstead apply {recipient.tenant}",
        )
    if wrong:
        remedy = f"mailstead check {sender.tenant} shows what lacks; mailstead apply {sender.tenant} mends it"
        return failed(AUTHENTICATION, subject, ", ".join(wrong), remedy, evidence)
    return passed(AUTHENTICATION, subject, "SPF, DKIM and DMARC pass", evidence)


def judge_tls(sender: Account, recipient: Account, facts: MailFacts) -> Finding:
    subject = way(sender, recipient)
    protocol = protocol_between(facts.header, sender.mail_host, recipient.mail_host)
    if encrypted(protocol):
        return passed(TLS, subject, f"{sender.mail_host} spoke {protocol} to {recipient.mail_host}")
    if not protocol:
        detail = f"no Received line shows {sender.mail_host} handing over to {recipient.mail_host}"
        remedy = f"see that {sender.mail_host} greets with its own name: mailstead apply {sender.tenant}"
    else:
        detail = f"{sender.mail_host} spoke {protocol}, without TLS"
        remedy = f"mailstead apply {recipient.tenant}, and mailstead apply {sender.tenant}, so that both speak TLS"
    return failed(TLS, subject, detail, remedy)


def judge_dane(sender: Account, recipient: Account, facts: MailFacts) -> Finding:
    """Judge by the sender's own log (Postfix: Anonymous, Untrusted, Trusted or Verified TLS connection)."""
    subject = way(sender, recipient)
    pattern = re.compile(rf"(\w+) TLS connection established to {re.escape(recipient.mail_host)}\[")
    found = [(match[1], line) for line in facts.sender_log if (match := pattern.search(line))]
    if not found:
        return skipped(DANE, subject, "the sending server's log is not to be seen from here")
    level, line = found[-1]
    if level == "Verified":
        return passed(DANE, subject, f"{sender.mail_host} verified {recipient.mail_host} by DANE", [line])
    remedy = f"see dane.tlsa and dns.dnssec of {recipient.tenant}, then mailstead apply {sender.tenant}"
    return failed(DANE, subject, f"the connection was {level.lower()}, not verified", remedy, [line])
