"""Ports: what should answer does, and nothing else does."""

from mailstead.monitoring.facts import Knocked, PortFacts
from mailstead.monitoring.model import Finding, failed, passed
from mailstead.monitoring.port import Outside
from mailstead.monitoring.target import IPAddress, Target

OPEN, CLOSED = "ports.open", "ports.closed"


def check_open(target: Target, outside: Outside, address: IPAddress, port: int) -> Finding:
    return judge_open(target, outside.knock(address, port))


def check_closed(target: Target, outside: Outside, address: IPAddress, port: int) -> Finding:
    return judge_closed(target, outside.knock(address, port))


def judge_open(target: Target, facts: PortFacts) -> Finding:
    service = target.service(facts.port)
    subject = endpoint(facts)
    name = service.name if service else "the service"
    if facts.outcome is Knocked.OPEN:
        return passed(OPEN, subject, f"{name} answers")
    if facts.outcome is Knocked.REFUSED:
        detail = f"{name} does not answer: the connection was refused"
        remedy = f"nothing listens there: {target.apply}; then see the machine's console"
    else:
        detail = f"{name} does not answer: {facts.outcome.value}"
        remedy = f"the machine is down or a firewall drops it: mailstead plan {target.tenant}, then {target.apply}"
    return failed(OPEN, subject, detail, remedy)


def judge_closed(target: Target, facts: PortFacts) -> Finding:
    subject = endpoint(facts)
    if facts.outcome is Knocked.OPEN:
        remedy = f"mailstead drift {target.tenant} shows what opened it, {target.apply} closes it"
        return failed(CLOSED, subject, "a port that must be closed is open to everyone", remedy)
    return passed(CLOSED, subject, f"closed ({facts.outcome.value})")


def endpoint(facts: PortFacts) -> str:
    """Name an address and port the usual way.

    >>> from ipaddress import ip_address
    >>> endpoint(PortFacts(ip_address("2001:db8::1"), 25, Knocked.OPEN))
    '[2001:db8::1]:25'
    """
    return f"[{facts.address}]:{facts.port}" if facts.address.version == 6 else f"{facts.address}:{facts.port}"
