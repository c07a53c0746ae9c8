"""DNS: everything a mail domain publishes, as the validating resolver gives it.

The dns chapter judges what stands in the zones (`dns.judge`); here its judgement is asked with lookups from
outside, and what only a receiver can say is added: SPF evaluated for our addresses, DKIM keys strong, DMARC
readable, DNSSEC secure, and each further record the plan names.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator

from mailstead.dns.judge import judge
from mailstead.dns.model import MailNaming, Record
from mailstead.dns.plan import records_for
from mailstead.ground.errors import Unreachable
from mailstead.monitoring.dkim import key_fault
from mailstead.monitoring.dmarc import policy_fault
from mailstead.monitoring.facts import Answer, AnswerState
from mailstead.monitoring.model import Finding, failed, passed, skipped, warned
from mailstead.monitoring.port import Names
from mailstead.monitoring.spf import Result, evaluate
from mailstead.monitoring.target import Target

# What the dns chapter's judgement speaks of, by the beginning of its codes.
JUDGED = {
    "dns.mx": "mx-",
    "dns.address": "address-",
    "dns.spf": "spf-",
    "dns.dkim": "dkim-",
    "dns.dmarc": "dmarc-",
    "dns.tlsa": "tlsa-",
    "dns.mta-sts": "mta-sts-",
    "dns.ptr": "ptr-",
}


def check_judged(target: Target, names: Names, naming: MailNaming) -> Iterator[Finding]:
    """Ask the dns chapter's judgement; then look closer where it found nothing wrong."""
    judged = judge(naming, lambda name, kind: values(names.lookup(name, kind)))
    for wrong in (each for each in judged if each.code == "lookup-failed"):
        yield failed("dns.lookup", naming.domain, wrong.message, wrong.remedy)
    silent = any(each.code == "lookup-failed" for each in judged)
    for check, prefix in JUDGED.items():
        faults = [each for each in judged if each.code.startswith(prefix)]
        for fault in faults:
            remedy = f"{fault.remedy}: {target.apply}"
            yield failed(check, naming.domain, fault.message, remedy, [f"dns.judge: {fault.code}"])
        if not faults and not silent:
            closer = CLOSER.get(check, _nothing_more)
            yield from closer(check, target, names, naming)


def values(answer: Answer) -> tuple[str, ...]:
    """Return an answer's values; raise Unreachable where there is no answer to rely on."""
    if answer.state is AnswerState.BOGUS:
        raise Unreachable(
            f"{answer.name} {answer.kind} does not validate",
            field="dnssec",
            value=answer.name,
            remedy="give the resolver the zone's present anchors: mailstead apply",
        )
    if answer.state is AnswerState.FAILED:
        raise Unreachable(f"{answer.name} {answer.kind} cannot be resolved", field="name", value=answer.name)
    return answer.values


def _nothing_more(check: str, _target: Target, _names: Names, naming: MailNaming) -> Iterator[Finding]:
    yield passed(check, naming.domain, "as planned")


def _spf(check: str, target: Target, names: Names, naming: MailNaming) -> Iterator[Finding]:
    for address in target.addresses:
        seen = evaluate(names.lookup, address, naming.domain)
        detail = f"{address} gets {seen.result} after {seen.lookups} lookups"
        if seen.result is Result.PASS:
            yield passed(check, naming.domain, detail, [seen.why])
        else:
            yield failed(check, naming.domain, f"{detail}: {seen.why}", f"{target.apply} publishes the policy planned")


def _dkim(check: str, target: Target, names: Names, naming: MailNaming) -> Iterator[Finding]:
    if not naming.dkim:
        remedy = f"{target.apply} makes keys and publishes them"
        yield failed(check, naming.domain, "no DKIM key is planned: mail leaves unsigned", remedy)
    for key in naming.dkim:
        name = f"{key.selector}._domainkey.{naming.domain}"
        faults = [key_fault(value) for value in values(names.lookup(name, "TXT"))]
        if any(faults):
            yield failed(check, name, "; ".join(filter(None, faults)), f"{target.apply} publishes a key that holds")
        else:
            yield passed(check, name, f"the {key.algorithm} key that signs is published")


def _dmarc(check: str, target: Target, names: Names, naming: MailNaming) -> Iterator[Finding]:
    name = f"_dmarc.{naming.domain}"
    faults = [policy_fault(value) for value in values(names.lookup(name, "TXT"))]
    if any(faults):
        yield failed(check, name, "; ".join(filter(None, faults)), f"{target.apply} publishes the policy planned")
    elif naming.dmarc == "none":
        remedy = f'set dmarc = "reject" for {naming.domain} in the tenant\'s file'
        yield warned(check, name, "p=none lets forged mail through", remedy)
    else:
        yield passed(check, name, f"p={naming.dmarc}")


def _tlsa(check: str, _target: Target, _names: Names, naming: MailNaming) -> Iterator[Finding]:
    if naming.tlsa:
        yield passed(check, naming.domain, "as planned")
    else:
        yield skipped(check, naming.domain, "the keys are not known here; see dane.tlsa")


def _mta_sts(check: str, _target: Target, _names: Names, naming: MailNaming) -> Iterator[Finding]:
    if naming.mta_sts == "none":
        yield skipped(check, naming.domain, "MTA-STS is not wanted for this domain")
    else:
        yield passed(check, naming.domain, "the policy is announced")


CLOSER: dict[str, Callable[[str, Target, Names, MailNaming], Iterator[Finding]]] = {
    "dns.spf": _spf,
    "dns.dkim": _dkim,
    "dns.dmarc": _dmarc,
    "dns.tlsa": _tlsa,
    "dns.mta-sts": _mta_sts,
}


def check_secure(target: Target, names: Names, naming: MailNaming) -> Finding:
    """Demand the AD bit on all that mail routing rests on."""
    asked = [(naming.domain, "MX"), (target.mail_host, "A"), (f"_25._tcp.{target.mail_host}", "TLSA")]
    answers = [names.lookup(name, kind) for name, kind in asked]
    bogus = [f"{each.name} {each.kind}" for each in answers if each.state is AnswerState.BOGUS]
    if bogus:
        detail = f"does not validate: {', '.join(bogus)}"
        remedy = f"anchors and keys of the zone differ: {target.apply}; on the internet renew its DS record"
        return failed("dns.dnssec", naming.domain, detail, remedy)
    plain = [f"{each.name} {each.kind}" for each in answers if not each.secure]
    if plain:
        detail = f"not secured by DNSSEC: {', '.join(plain)}"
        remedy = f"sign and trust the zone: {target.apply}; on the internet give its DS to the registrar"
        return failed("dns.dnssec", naming.domain, detail, remedy)
    return passed("dns.dnssec", naming.domain, "all answers are validated")


def check_planned(target: Target, names: Names, naming: MailNaming) -> Iterator[Finding]:
    """Look for the further records of the plan: TLS-RPT, CAA, SRV and the names of automatic
    configuration.
    """
    planned: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for record in records_for(naming):
        check = _further(record, naming)
        if check:
            planned[check, record.name, record.kind].add(record.value)
    for (check, name, kind), wanted in sorted(planned.items()):
        yield judge_planned(target, check, names.lookup(name, kind), wanted)


def _further(record: Record, naming: MailNaming) -> str:
    if record.kind in {"CAA", "SRV"}:
        return f"dns.{record.kind.lower()}"
    if record.kind == "CNAME":
        return "dns.autoconfig"
    return "dns.tls-rpt" if record.name == f"_smtp._tls.{naming.domain}" else ""


def judge_planned(target: Target, check: str, answer: Answer, wanted: set[str]) -> Finding:
    """Compare what stands at one name with what is planned there."""
    subject, found = f"{answer.name} {answer.kind}", set(answer.values)
    remedy = f"{target.apply} publishes what is planned"
    if answer.state in {AnswerState.BOGUS, AnswerState.FAILED}:
        return failed(check, subject, f"no answer to rely on: {answer.state.value}", remedy)
    if wanted - found:
        return failed(check, subject, f"{', '.join(sorted(wanted - found))} is missing", remedy, sorted(found))
    if found - wanted:
        detail = f"{', '.join(sorted(found - wanted))} stands there too"
        return warned(check, subject, detail, "remove it if nobody needs it", sorted(found))
    return passed(check, subject, "as planned", sorted(found))
