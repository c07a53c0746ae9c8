"""Every order has ended, goes on, or waits for a named thing; no lease is held by the dead."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from mailstead.doctor.facts import Facts
from mailstead.doctor.model import CarryOut, Finding, InHand, Release, Retry
from mailstead.orders.model import LEASE_S, Lease, OrderView, Outcome, Status

DEAD_AFTER = timedelta(seconds=3 * LEASE_S)  # long after the living would have taken over
PATIENCE = timedelta(seconds=60)


def stalled(facts: Facts) -> Iterator[Finding]:
    for order in facts.work.after:
        if order not in facts.work.before or _goes_on(facts, order):
            continue
        since = f"{_last_sign(order):%Y-%m-%d %H:%M:%S}"
        told = f"order {order.id} ({order.kind} {order.tenant}) is {order.status} and has not moved since {since} UTC"
        if _living(facts):
            remedy = f"mailstead order cancel {order.id}, then mailstead order retry {order.id}"
            yield Finding("order-stalled", f"order {order.id}", told, remedy, tenant=order.tenant)
        else:
            remedy = f"start a worker: mailstead work, or mailstead order watch {order.id}"
            fix = CarryOut(order.id)
            told = f"{told}: no worker runs"
            yield Finding("order-without-worker", f"order {order.id}", told, remedy, tenant=order.tenant, fix=fix)


def dead_leases(facts: Facts) -> Iterator[Finding]:
    for lease in facts.work.leases:
        why = _dead(facts, lease)
        if why:
            told = f"the lease on {lease.resource} is held by {lease.holder}, {why}"
            tenant = lease.resource.removeprefix("tenant:") if lease.resource.startswith("tenant:") else ""
            remedy, fix = "mailstead doctor --fix", Release(lease)
            yield Finding("lease-of-the-dead", f"lease {lease.resource}", told, remedy, tenant=tenant, fix=fix)


def failed(facts: Facts) -> Iterator[Finding]:
    """Yield as notes the last orders that did not end well: what they left undone is found by itself."""
    for order in facts.work.failed:
        if order.tenant not in facts.busy:
            why = (order.error or {}).get("message", "no reason was kept")
            told = f"the last order of {order.tenant}, {order.kind} {order.id}, is {order.status}: {why}"
            remedy = f"mailstead order retry {order.id}"
            subject = f"order {order.id}"
            yield Finding("order-failed", subject, told, remedy, tenant=order.tenant, fix=Retry(order.id))


def in_hand(facts: Facts) -> Iterator[InHand]:
    """Yield what is being worked on."""
    for order in facts.work.after:
        if _goes_on(facts, order):
            step = next((step.name for step in order.steps if step.outcome is Outcome.RUNNING), "")
            waits = f"waits for {order.waits_for}" if order.waits_for else ""
            yield InHand(order.tenant, order.id, waits or step or str(order.status))


def _goes_on(facts: Facts, order: OrderView) -> bool:
    """Say whether an open order is carried out, waits for a named thing or its turn, or has just moved."""
    living = _living(facts)
    if not living:
        return False
    ours = [lease for lease in facts.work.leases if lease.resource == f"tenant:{order.tenant}"]
    held = any(_order_of(lease) == order.id and lease.worker in living for lease in ours)
    waits = order.status is Status.WAITING and bool(order.waits_for)
    first = all(other.tenant != order.tenant or other.sequence >= order.sequence for other in facts.work.after)
    crowded = order.status is Status.QUEUED and _others_on(facts, order)
    return held or waits or not first or crowded or facts.now - _last_sign(order) < PATIENCE


def _others_on(facts: Facts, order: OrderView) -> bool:
    """Whether another order is with the engine for the same host, so that this one may have to wait for a place."""
    return any(other.host == order.host and other.handed and other.id != order.id for other in facts.work.after)


def _last_sign(order: OrderView) -> datetime:
    times = [time for step in order.steps for time in (step.started, step.ended)]
    return max(time for time in (order.created, order.started, *times) if time)


def _living(facts: Facts) -> set[str]:
    return {worker for worker, seen in facts.work.workers.items() if facts.now - seen < DEAD_AFTER}


def _dead(facts: Facts, lease: Lease) -> str:
    """Say why the holder cannot give the lease back itself; empty if it can."""
    if lease.worker not in _living(facts):
        return f"whose worker {lease.worker} gives no sign of life"
    if _order_of(lease) in facts.work.ended:
        return "an order that has ended"
    return ""


def _order_of(lease: Lease) -> str:
    return lease.holder.partition("/")[0]
