"""Questions to a validating resolver (dnspython), by UDP and then TCP."""

from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver

from mailstead.dns.model import Record
from mailstead.ground.errors import Unreachable
from mailstead.monitoring.facts import Answer, AnswerState

STATES = {dns.rcode.NOERROR: AnswerState.FOUND, dns.rcode.NXDOMAIN: AnswerState.ABSENT}


@dataclass(frozen=True, slots=True)
class Resolving:
    """Asks the resolver at `address`, which must validate (RFC 4035): its AD bit is what DANE rests on."""

    address: str
    port: int = 53
    timeout_s: float = 5.0

    def lookup(self, name: str, kind: str) -> Answer:
        """Ask once, again after a lost answer; raises Unreachable when the resolver is silent."""
        response = self._ask(name, kind)
        state = STATES.get(response.rcode(), AnswerState.FAILED)
        if response.rcode() == dns.rcode.SERVFAIL:
            unchecked = self._ask(name, kind, dns.flags.CD)
            state = AnswerState.BOGUS if unchecked.rcode() == dns.rcode.NOERROR else AnswerState.FAILED
            response = unchecked
        secure = bool(response.flags & dns.flags.AD)
        if state is AnswerState.FAILED:
            return Answer(name, kind, state)
        return _read(name, kind, state, response, secure=secure and state is not AnswerState.BOGUS)

    def _ask(self, name: str, kind: str, more_flags: int = 0) -> dns.message.Message:
        query = dns.message.make_query(name, kind, use_edns=0, payload=1232)
        query.flags |= dns.flags.AD | more_flags  # RFC 6840 section 5.7: tell us whether it is secure
        for last in (False, True):
            try:
                return dns.query.udp_with_fallback(query, self.address, self.timeout_s, self.port)[0]
            except (dns.exception.DNSException, OSError) as error:
                if last:
                    raise _silent(self, error) from error
        raise AssertionError("the second try returns or raises")


def _read(name: str, kind: str, state: AnswerState, response: dns.message.Message, *, secure: bool) -> Answer:
    """Follow the aliases in the answer section and collect what stands at their end."""
    owner, aliases = dns.name.from_text(name), []
    wanted = dns.rdatatype.from_text(kind)
    sets = {(each.name, each.rdtype): each for each in response.answer}
    while wanted != dns.rdatatype.CNAME and (owner, dns.rdatatype.CNAME) in sets:
        owner = sets.pop((owner, dns.rdatatype.CNAME))[0].target
        aliases.append(owner.canonicalize().to_text(omit_final_dot=True))
    found = sets.get((owner, wanted), ())
    values = tuple(sorted(Record.of(owner, 0, rdata).value for rdata in found))
    if state is AnswerState.FOUND and not values:
        state = AnswerState.EMPTY
    return Answer(name, kind, state, values, tuple(aliases), secure)


def _silent(resolver: Resolving, error: Exception) -> Unreachable:
    return Unreachable(
        f"the resolver at {resolver.address} port {resolver.port} did not answer: {error}",
        field="resolver",
        value=resolver.address,
        remedy="see that the resolver runs: mailstead plan, then mailstead apply",
    )
