"""What can be asked: each route parses, calls one verb of `access`, and shows."""

from . import addresses, audit, guests, hosts, machines, mailboxes, orders, people, platform, quarantine, tenants

ROUTERS = (
    tenants.router,
    mailboxes.router,
    addresses.domains,
    addresses.aliases,
    addresses.lists,
    machines.router,
    guests.router,
    orders.router,
    hosts.router,
    platform.router,
    quarantine.router,
    people.router,
    audit.router,
)

__all__ = ["ROUTERS"]
