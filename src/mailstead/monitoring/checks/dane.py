"""DANE: what the zone says about the certificate, and what the server presents (RFC 7672)."""

from mailstead.monitoring.chains import tlsa_matches
from mailstead.monitoring.facts import Answer, AnswerState, TlsFacts
from mailstead.monitoring.model import Finding, Verdict, failed, passed, skipped, warned
from mailstead.monitoring.port import Names
from mailstead.monitoring.target import Target

CODE = "dane.tlsa"
USABLE = ("2", "3")


def tlsa_of(target: Target, names: Names, port: int) -> Answer:
    return names.lookup(f"_{port}._tcp.{target.mail_host}", "TLSA")


def judge(target: Target, answer: Answer, facts: TlsFacts) -> Finding:
    """Judge the TLSA records of one port against the chain presented there."""
    subject = target.at(facts.port)
    early = _without_records(target, answer, facts.port)
    if early is not None:
        return early
    if not facts.chain:
        return skipped(CODE, subject, "no certificate was seen to compare with")
    usable = [value for value in answer.values if value.split()[0] in USABLE]
    matching = [value for value in usable if tlsa_matches(value, facts.chain)]
    if not matching:
        detail = f"none of {len(answer.values)} TLSA records matches the certificate: senders with DANE defer"
        return failed(CODE, subject, detail, f"{target.apply} publishes the record of the key in use", answer.values)
    detail = f"TLSA {matching[0][:24]}… matches"
    if len(matching) < len(answer.values):
        detail += f", {len(answer.values) - len(matching)} more stand ready for the next key"
    return passed(CODE, subject, detail, answer.values)


def _without_records(target: Target, answer: Answer, port: int) -> Finding | None:
    """Judge an answer that gives nothing to compare; None where it does."""
    subject = target.at(port)
    if answer.state is AnswerState.BOGUS:
        detail = "the TLSA records do not validate: senders with DANE defer"
        return failed(CODE, subject, detail, f"{target.apply} gives the resolver the zone's anchors again")
    if not answer.values:
        verdict = Verdict.FAILED if port == 25 else Verdict.WARNING
        detail = f"_{port}._tcp.{target.mail_host} has no TLSA record"
        return Finding(CODE, subject, verdict, detail, f"{target.apply} publishes it")
    if not answer.secure:
        detail = "the TLSA records are not secured by DNSSEC and count for nothing"
        return failed(CODE, subject, detail, "sign the zone, publish its DS record at the parent", answer.values)
    if not any(value.split()[0] in USABLE for value in answer.values):
        return warned(CODE, subject, "no TLSA record is usable for SMTP (3 or 2 first)", target.apply, answer.values)
    return None
