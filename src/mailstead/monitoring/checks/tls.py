"""Transport security of each port: offered, modern, certified, and nothing weak beside it (RFC 8996, RFC
9325).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from cryptography.x509 import Certificate, load_der_x509_certificate

from mailstead.monitoring.chains import covers, trust_fault
from mailstead.monitoring.facts import TlsFacts
from mailstead.monitoring.model import Finding, failed, passed, warned
from mailstead.monitoring.target import Target

MODERN = ("TLSv1.2", "TLSv1.3")
RENEW_WITHIN = timedelta(days=10)


def judge(target: Target, facts: TlsFacts, now: datetime) -> Iterator[Finding]:
    """Judge everything but DANE, which needs the resolver as well."""
    if facts.starttls is not None:
        yield judge_starttls(target, facts)
    if not facts.chain:
        yield failed("tls.handshake", target.at(facts.port), facts.trouble, f"see the machine's log; {target.apply}")
        return
    certificate = load_der_x509_certificate(facts.chain[0])
    yield passed("tls.handshake", target.at(facts.port), f"{facts.version} with {facts.cipher}")
    yield judge_version(target, facts)
    yield judge_old(target, facts)
    yield judge_weak(target, facts)
    yield judge_compression(target, facts)
    yield judge_names(target, facts, certificate)
    yield judge_expiry(target, facts, certificate, now)
    yield judge_chain(target, facts, now)


def judge_starttls(target: Target, facts: TlsFacts) -> Finding:
    if facts.starttls:
        return passed("tls.starttls", target.at(facts.port), "STARTTLS is offered")
    remedy = f"mail would travel in the clear; {target.apply} configures TLS again"
    return failed("tls.starttls", target.at(facts.port), facts.trouble or "STARTTLS is not offered", remedy)


def judge_version(target: Target, facts: TlsFacts) -> Finding:
    if facts.version in MODERN:
        return passed("tls.version", target.at(facts.port), f"{facts.version} is agreed on")
    return failed("tls.version", target.at(facts.port), f"{facts.version} is the best it offers", target.apply)


def judge_old(target: Target, facts: TlsFacts) -> Finding:
    if not facts.old_version:
        return passed("tls.old-versions", target.at(facts.port), "everything before TLS 1.2 is refused")
    detail = f"{facts.old_version} is agreed to, which RFC 8996 forbids"
    return failed("tls.old-versions", target.at(facts.port), detail, f"{target.apply} sets TLS 1.2 as the least")


def judge_weak(target: Target, facts: TlsFacts) -> Finding:
    if not facts.weak_cipher:
        return passed("tls.ciphers", target.at(facts.port), "weak ciphers are refused")
    detail = f"{facts.weak_cipher} is agreed to when nothing better is offered"
    return failed("tls.ciphers", target.at(facts.port), detail, f"{target.apply} sets the cipher list")


def judge_compression(target: Target, facts: TlsFacts) -> Finding:
    if not facts.compression:
        return passed("tls.compression", target.at(facts.port), "compression is off")
    detail = f"{facts.compression} is agreed to, which gives secrets away (CRIME)"
    return failed("tls.compression", target.at(facts.port), detail, f"{target.apply} turns compression off")


def judge_names(target: Target, facts: TlsFacts, certificate: Certificate) -> Finding:
    subject, name = target.at(facts.port), target.name_at(facts.port)
    if covers(certificate, name):
        return passed("tls.certificate", subject, f"the certificate bears {name}")
    remedy = f"{target.apply} has one issued for {name}"
    return failed("tls.certificate", subject, f"the certificate does not bear {name}", remedy)


def judge_expiry(target: Target, facts: TlsFacts, certificate: Certificate, now: datetime) -> Finding:
    begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    subject, renewal = target.at(facts.port), f"{target.apply} renews it"
    if now > end:
        return failed("tls.expiry", subject, f"the certificate ended on {end:%Y-%m-%d %H:%M} UTC", renewal)
    if now < begin:
        remedy = "set the clock of this machine and of the host right (timedatectl)"
        return failed("tls.expiry", subject, f"the certificate begins on {begin:%Y-%m-%d %H:%M} UTC only", remedy)
    rest = end - now
    if rest < min(RENEW_WITHIN, (end - begin) / 6):
        detail = f"the certificate ends on {end:%Y-%m-%d} already: renewal is overdue"
        return warned("tls.expiry", subject, detail, f"mailstead order list shows why; {renewal}")
    return passed("tls.expiry", subject, f"valid until {end:%Y-%m-%d}, {rest.days} days")


def judge_chain(target: Target, facts: TlsFacts, now: datetime) -> Finding:
    fault = trust_fault(facts.chain, target.authority_pem, now)
    if not fault:
        return passed("tls.chain", target.at(facts.port), f"{len(facts.chain)} certificates lead to a trusted root")
    remedy = f"{target.apply} installs certificate and intermediates anew"
    return failed("tls.chain", target.at(facts.port), f"the chain is not trusted: {fault}", remedy)
