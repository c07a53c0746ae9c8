"""`mailstead check`: every duty looked at, side by side, within a time."""

from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial

from mailstead.dns.plan import TLSA_PORTS
from mailstead.ground.clock import Clock, SystemClock
from mailstead.ground.errors import MailsteadError

from .checks import dane, doors, isolation, pages, records, relay, round_trip, signing_in, tls
from .model import Finding, Report, failed, skipped
from .port import Outside
from .target import Account, Service, Speech, Target

AT_ONCE = 6  # few enough for a small machine that answers all of them
LIMIT_S = 300.0
PASSWORD_SERVICES = ("submissions", "submission", "imaps")


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to look at; what cannot be reached at all becomes a failure of `check`."""

    check: str
    subject: str
    run: Callable[[], Finding | Iterable[Finding]]

    def wanted(self, only: Collection[str]) -> bool:
        return not only or self.check.partition(".")[0] in only


def check(
    target: Target,
    outside: Outside,
    clock: Clock | None = None,
    *,
    at_once: int = AT_ONCE,
    limit_s: float = LIMIT_S,
    only: Collection[str] = (),
) -> Report:
    """Look at *target* from *outside* and report; raises nothing for what is wrong there.

    Up to *at_once* things are looked at at a time; what is not done after *limit_s* seconds fails as such.
    *only* names the beginnings of codes to look at, such as "dns" or "tls" (which looks at DANE as well).
    """
    clock = clock or SystemClock()
    began = clock.monotonic()
    work = tuple(task for task in tasks(target, outside, clock) if task.wanted(only))
    pool = ThreadPoolExecutor(at_once, thread_name_prefix="check")
    try:
        futures = [pool.submit(_done, target, task) for task in work]
        wait(futures, timeout=limit_s)
        findings = [each for task, future in zip(work, futures, strict=True) for each in _of(task, future, limit_s)]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return Report(target.tenant, tuple(findings), clock.monotonic() - began)


def tasks(target: Target, outside: Outside, clock: Clock) -> Iterator[Task]:
    """Name everything there is to look at, in the order in which it is reported."""
    yield from _names(target, outside)
    yield from _ports(target, outside)
    yield from _transport(target, outside, clock)
    yield from _strangers(target, outside)
    yield from _pages(target, outside)
    yield from _mail(target, outside)
    yield Task("isolation", target.tenant, lambda: _isolation(target, outside))


def _names(target: Target, outside: Outside) -> Iterator[Task]:
    for naming in target.domains:
        given = (target, outside, naming)
        yield Task("dns.lookup", naming.domain, partial(records.check_judged, *given))
        yield Task("dns.dnssec", naming.domain, partial(records.check_secure, *given))
        yield Task("dns.lookup", naming.domain, partial(records.check_planned, *given))


def _ports(target: Target, outside: Outside) -> Iterator[Task]:
    for address in target.addresses:
        for service in target.services:
            run = partial(doors.check_open, target, outside, address, service.port)
            yield Task(doors.OPEN, f"{address} port {service.port}", run)
        for port in target.closed_ports:
            run = partial(doors.check_closed, target, outside, address, port)
            yield Task(doors.CLOSED, f"{address} port {port}", run)


def _transport(target: Target, outside: Outside, clock: Clock) -> Iterator[Task]:
    for service in target.services:
        yield Task("tls.handshake", target.at(service.port), partial(_tls, target, outside, service, clock))


def _tls(target: Target, outside: Outside, service: Service, clock: Clock) -> Iterator[Finding]:
    facts = outside.handshake(target.addresses[0], service, target.name_at(service.port))
    yield from tls.judge(target, facts, clock.now())
    if service.port in TLSA_PORTS:
        yield dane.judge(target, dane.tlsa_of(target, outside, service.port), facts)


def _strangers(target: Target, outside: Outside) -> Iterator[Task]:
    given = (target, outside, target.addresses[0])
    if target.service(25):
        yield Task(relay.RELAY, target.at(25), partial(relay.check_relay, *given))
        for naming in target.domains:
            yield Task(relay.FORGED, naming.domain, partial(relay.check_forged, *given, naming))
    for service in target.services:
        if service.speech is not Speech.TLS:
            run = partial(signing_in.check_plain, *given, service)
            yield Task(signing_in.PLAIN, target.at(service.port), run)
        if service.name in PASSWORD_SERVICES:
            run = partial(signing_in.check_wrong, *given, service)
            yield Task(signing_in.WRONG, target.at(service.port), run)


def _pages(target: Target, outside: Outside) -> Iterator[Task]:
    given = (target, outside, target.addresses[0])
    for naming in target.domains if target.service(443) else ():
        yield Task(pages.POLICY, naming.domain, partial(pages.check_policy, *given, naming))
        yield Task(pages.AUTOCONFIG, naming.domain, partial(pages.check_autoconfig, *given, naming))


def _mail(target: Target, outside: Outside) -> Iterator[Task]:
    probe, other = target.probe, target.other
    if probe is None:
        yield Task(round_trip.ARRIVAL, target.tenant, partial(_no_probe, target))
        return
    ways: list[tuple[Account, Account]] = [(probe, probe)]
    if other is not None:
        ways += [(other, probe), (probe, other)]
    for way in ways:
        run = partial(round_trip.check_way, outside, *way)
        yield Task(round_trip.ARRIVAL, round_trip.way(*way), run)


def _no_probe(target: Target) -> Finding:
    remedy = f"mailstead mailbox add makes one in {target.tenant}"
    return skipped(round_trip.ARRIVAL, target.tenant, "no mailbox to send from was given", remedy)


def _isolation(target: Target, outside: Outside) -> Iterator[Finding]:
    """Try one path after another: all of them go through the machine's one guest agent."""
    if not target.forbidden and not target.allowed:
        yield skipped("isolation", target.tenant, "no path to try was given")
    for path in target.forbidden:
        yield isolation.check_forbidden(target, outside, path)
    for path in target.allowed:
        yield isolation.check_allowed(target, outside, path)


def _done(target: Target, task: Task) -> tuple[Finding, ...]:
    """Look; keep what was found before the far side fell silent, and say that it did."""
    found: list[Finding] = []
    try:
        outcome = task.run()
        found.extend([outcome] if isinstance(outcome, Finding) else outcome)
    except MailsteadError as error:
        remedy = error.remedy or f"mailstead plan {target.tenant}, then {target.apply}"
        found.append(failed(task.check, task.subject, error.message, remedy))
    return tuple(found)


def _of(task: Task, future: Future[tuple[Finding, ...]], limit_s: float) -> tuple[Finding, ...]:
    if not future.done():
        detail = f"not done within {limit_s:.0f} s"
        return (failed(task.check, task.subject, detail, "check again when the machine is less busy"),)
    error = future.exception()
    if error is not None:  # one check that breaks must not take the report with it
        detail = f"the check itself broke: {type(error).__name__}: {error}"
        return (failed(task.check, task.subject, detail, "this is a fault of mailstead: report it with this line"),)
    return future.result()
