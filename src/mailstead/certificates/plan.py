"""When a certificate is due, and how its key is replaced so that DANE never breaks. Pure.

RFC 7671 sections 8.1 and 8.4: the records of both keys are published, and seen by everybody, before the key that
serves changes; the old record goes only after the change.
"""

from datetime import datetime, timedelta

from .model import Certificate, Phase, Rollover

LEAST_LEFT = timedelta(days=30)
TTLS_TO_WAIT = 2


def renew_at(certificate: Certificate) -> datetime:
    """Return when renewal begins: at two thirds of the lifetime or 30 days before the end, whichever is first.

    Never before half the lifetime, or authorities that issue for a week would be asked every hour.
    """
    begin, end = certificate.not_before, certificate.not_after
    life = end - begin
    return max(begin + life / 2, min(begin + life * 2 / 3, end - LEAST_LEFT))


def due(certificate: Certificate | None, names: tuple[str, ...], now: datetime) -> bool:
    """Say whether a certificate must be issued: there is none, it nears its end, or the names have changed."""
    return certificate is None or set(certificate.names) != set(names) or now >= renew_at(certificate)


def phase(state: Rollover, names: tuple[str, ...], now: datetime, ttl_s: int) -> Phase:
    """Say what is to be done now for a machine that must be known by *names*; *ttl_s* is that of its TLSA records."""
    rest = timedelta(seconds=TTLS_TO_WAIT * ttl_s)
    if state.current is None:
        return Phase.FIRST
    if state.old is not None and now >= state.old.replaced_at + rest:
        return Phase.RETIRE
    if state.next is not None:
        return _with_next(state.next.published_at, now, rest)
    return Phase.ANNOUNCE if due(state.current, names, now) else Phase.SETTLED


def _with_next(published_at: datetime | None, now: datetime, rest: timedelta) -> Phase:
    if published_at is None:
        return Phase.ANNOUNCE
    return Phase.SWITCH if now >= published_at + rest else Phase.WAIT


def next_at(state: Rollover, names: tuple[str, ...], now: datetime, ttl_s: int) -> datetime:
    """Return when it is worth looking again; *now* when something is to be done."""
    rest = timedelta(seconds=TTLS_TO_WAIT * ttl_s)
    if phase(state, names, now, ttl_s) not in {Phase.SETTLED, Phase.WAIT} or state.current is None:
        return now
    times = [renew_at(state.current)] if state.next is None else []
    times += [state.next.published_at + rest] if state.next and state.next.published_at else []
    times += [state.old.replaced_at + rest] if state.old else []
    return min(times)


def digests(state: Rollover) -> tuple[str, ...]:
    """Return the SPKI digests whose TLSA records must be published: now, next and, for a while, before."""
    keys = (state.current, state.next, state.old)
    return tuple(dict.fromkeys(key.spki for key in keys if key is not None))
