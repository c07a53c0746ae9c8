"""What can be asked: each route parses, calls one verb of `access`, and shows."""

from . import (
    addresses,
    audit,
    backups,
    guests,
    hosts,
    machines,
    mailboxes,
    orders,
    other_places,
    own_mailbox,
    people,
    platform,
    quarantine,
    salvage,
    tenants,
)

ROUTERS = (
    tenants.router,
    mailboxes.router,
    addresses.domains,
    addresses.aliases,
    addresses.lists,
    machines.router,
    guests.router,
    backups.router,
    other_places.router,
    salvage.router,
    orders.router,
    hosts.router,
    platform.router,
    own_mailbox.router,
    quarantine.router,
    people.router,
    audit.router,
)

__all__ = ["ROUTERS"]
