"""Sender Policy Framework evaluated as a receiver does (RFC 7208), for one address and one domain.

No macros: a policy that needs them is neither written by us nor judged here, and comes out as permerror.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from mailstead.dns.model import text_of

from .facts import Answer, AnswerState

Lookup = Callable[[str, str], Answer]
IPAddress = IPv4Address | IPv6Address

LOOKUPS_MAX = 10  # section 4.6.4
_TERM = re.compile(r"([+?~-]?)([A-Za-z0-9]+)(?::([^/]*))?(/\d{1,2})?(//\d{1,3})?")
_MODIFIER = re.compile(r"[A-Za-z][A-Za-z0-9._-]*=.*")


class Result(StrEnum):
    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105 - a result's name
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


QUALIFIERS = {"": Result.PASS, "+": Result.PASS, "-": Result.FAIL, "~": Result.SOFTFAIL, "?": Result.NEUTRAL}


class _Broken(Exception):
    """Evaluation ends with this result."""

    def __init__(self, result: Result, why: str) -> None:
        super().__init__(why)
        self.result = result


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result, how many lookups it took, and which term or fault decided."""

    result: Result
    lookups: int
    why: str


@dataclass(slots=True)
class _Evaluator:
    lookup: Lookup
    address: IPAddress
    lookups: int = field(default=0)
    why: str = field(default="")

    def policy(self, domain: str) -> str:
        """Return the domain's one policy, or an empty text."""
        answer = self.ask(domain, "TXT")
        policies = spf_texts(answer)
        if len(policies) > 1:
            raise _Broken(Result.PERMERROR, f"{domain} publishes {len(policies)} SPF policies")
        return policies[0] if policies else ""

    def ask(self, name: str, kind: str) -> Answer:
        answer = self.lookup(name, kind)
        if answer.state in {AnswerState.BOGUS, AnswerState.FAILED}:
            raise _Broken(Result.TEMPERROR, f"{name} {kind} cannot be resolved")
        return answer

    def spend(self) -> None:
        self.lookups += 1
        if self.lookups > LOOKUPS_MAX:
            raise _Broken(Result.PERMERROR, f"more than {LOOKUPS_MAX} lookups")

    def check(self, domain: str) -> Result:
        """check_host() of section 4."""
        policy = self.policy(domain)
        if not policy:
            return Result.NONE
        redirect = ""
        for term in policy.split()[1:]:
            if _MODIFIER.fullmatch(term):
                redirect = term[9:] if term.lower().startswith("redirect=") else redirect
                continue
            result = self.term(term, domain)
            if result is not None:
                self.why = self.why or f"{domain}: {term}"
                return result
        return self.redirected(redirect)

    def redirected(self, domain: str) -> Result:
        if not domain:
            return Result.NEUTRAL
        self.spend()
        result = self.check(domain)
        return Result.PERMERROR if result is Result.NONE else result

    def term(self, term: str, domain: str) -> Result | None:
        match = _TERM.fullmatch(term)
        if match is None or "%" in term:
            raise _Broken(Result.PERMERROR, f"{domain}: {term!r} cannot be read")
        qualifier, mechanism, value, short, long = match.groups()
        mechanism = mechanism.lower()
        if mechanism in {"ip4", "ip6"}:
            matches = self.in_network(term.partition(":")[2])
        elif mechanism in {"a", "mx"}:
            cut = short if self.address.version == 4 else (long or "")[1:]
            matches = self.among(mechanism, value or domain, cut or "")
        else:
            matches = self.otherwise(mechanism, value or domain, term)
        return QUALIFIERS[qualifier] if matches else None

    def otherwise(self, mechanism: str, value: str, term: str) -> bool:
        if mechanism == "all":
            return True
        self.spend()
        if mechanism == "include":
            return self.included(value)
        if mechanism == "exists":
            return self.ask(value, "A").state is AnswerState.FOUND
        raise _Broken(Result.PERMERROR, f"{term!r} is unknown, or obsolete like ptr")

    def included(self, domain: str) -> bool:
        result = self.check(domain)
        self.why = ""
        if result is Result.NONE:
            raise _Broken(Result.PERMERROR, f"included {domain} has no policy")
        return result is Result.PASS

    def in_network(self, text: str) -> bool:
        try:
            network = ip_network(text, strict=False)
        except ValueError as error:
            raise _Broken(Result.PERMERROR, str(error)) from error
        return network.version == self.address.version and self.address in network

    def among(self, mechanism: str, domain: str, cut: str) -> bool:
        self.spend()
        hosts = self.exchanges(domain) if mechanism == "mx" else [domain]
        kind = "A" if self.address.version == 4 else "AAAA"
        found = [value for host in hosts for value in self.ask(host, kind).values]
        return any(self.address in ip_network(f"{ip_address(value)}{cut}", strict=False) for value in found)

    def exchanges(self, domain: str) -> list[str]:
        return [value.split()[1].rstrip(".") for value in self.ask(domain, "MX").values][:10]


def spf_texts(answer: Answer) -> list[str]:
    """Return the SPF policies among a name's texts (section 4.5)."""
    texts = [text_of(value) for value in answer.values]
    return [text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]


def evaluate(lookup: Lookup, address: IPAddress, domain: str) -> Evaluation:
    """Say what a receiver makes of mail from *domain* that comes from *address*."""
    evaluator = _Evaluator(lookup, address)
    try:
        result = evaluator.check(domain)
    except _Broken as broken:
        return Evaluation(broken.result, evaluator.lookups, str(broken))
    return Evaluation(result, evaluator.lookups, evaluator.why or "no policy says so")
