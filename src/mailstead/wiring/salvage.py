"""Mails and files out of backups: which store, which file systems, and which way into a running mailbox."""

from collections.abc import Callable

from mailstead.backup.store.tenant_store import TenantStore
from mailstead.items.drivers.guest_imap import GuestReceiver
from mailstead.items.drivers.memory import MemoryReceiver
from mailstead.items.port import Receiver
from mailstead.lifecycle.steps import Steps
from mailstead.orders.port import Desk, Engine
from mailstead.salvage.giving import Giving
from mailstead.salvage.looking import Shelves
from mailstead.salvage.recovering import Recovering
from mailstead.salvage.verbs import Salvage
from mailstead.salvage.workflow import SalvageRunbooks

from .items import OPENERS

Ways = Callable[[str, str], Receiver]


def salvage_of(steps: Steps, engine: Engine, desk: Desk, store: Callable[[str], TenantStore], ways: Ways) -> Salvage:
    """Return the verbs, after the engine was told their runbooks. *ways* lead into mailboxes, by tenant and address."""
    shelves = Shelves(store, OPENERS, steps.world.new_id)
    SalvageRunbooks(Giving(steps, shelves, ways, engine), Recovering(steps, shelves, engine)).register(engine)
    return Salvage(steps.world, shelves, desk, ways)


def through_guests(steps: Steps) -> Ways:
    """Return the ways that lead through the guest channels of the machines."""

    def way(tenant: str, address: str) -> Receiver:
        ports = steps.world.ports(steps.subject(tenant).host)
        if ports.host.driver == "memory":
            return MemoryReceiver()
        return GuestReceiver(ports.guests, tenant, address, steps.world.new_id)

    return way
