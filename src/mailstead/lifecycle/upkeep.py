"""What a worker does by itself: certificates in time, old orders forgotten. Drift is told, never healed unasked."""

from datetime import timedelta

from mailstead.ground.errors import MailsteadError
from mailstead.orders.port import Engine
from mailstead.tenants.model import Status

from .drifting import DriftWatch, log, tell
from .look import Look
from .parts.credentials import Credentials
from .parts.part import Subject
from .verbs import Lifecycle
from .world import World


def upkeep(lifecycle: Lifecycle, world: World, engine: Engine, *, every_s: float, rounds: int = 0) -> None:
    """Look every *every_s* seconds for what is due and order it; *rounds* 0: until interrupted."""
    kept = timedelta(days=world.platform.orders_days)
    done, watch = 0, DriftWatch()
    while not rounds or done < rounds:
        order_due(lifecycle, world)
        tell_drift(lifecycle, watch)
        engine.prune(world.clock.now() - kept)
        done += 1
        if done != rounds:
            world.clock.sleep(every_s)


def order_due(lifecycle: Lifecycle, world: World) -> list[str]:
    """Order what is due now, and return the tenants it is for; one with an open order is left to it."""
    look, credentials = Look(world), Credentials(world)
    due = []
    look.rollovers  # noqa: B018 (read for all at once: one question, not thousands)
    for name, entry in look.entries.items():
        numbers = look.numbers.get(name)
        if entry.tenant.status is Status.REMOVED or entry.host is None or numbers is None:
            continue
        if credentials.plan(Subject(entry, entry.host, numbers), look) and not lifecycle.busy(name):
            lifecycle.settle(name)
            due.append(name)
    return due


def tell_drift(lifecycle: Lifecycle, watch: DriftWatch) -> None:
    """Write a line to the log for each tenant whose drift is new, has changed or is gone."""
    try:
        tell(watch, lifecycle.drift())
    except MailsteadError as error:
        log.warning("drift cannot be looked for: %s", error.message)
