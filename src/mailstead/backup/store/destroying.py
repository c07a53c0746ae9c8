"""All that is kept of a tenant destroyed: its key first, so that no copy of the rest can be read any more.

A hold wins: see docs/formats/backup-store.md, "Destroying". No key is needed for it, and none is made.
"""

from mailstead.backup.errors import SnapshotHeld
from mailstead.backup.model import parse_run
from mailstead.backup.port import Target

from .claiming import claim
from .names import Names, hold_of, number_of


def refuse_held(target: Target, tenant: str) -> None:
    """Raise SnapshotHeld while a hold lies on any snapshot of the tenant."""
    found = [hold_of(entry.name) for entry in target.list(Names(tenant).holds)]
    if held := sorted({hold[0] for hold in found if hold}):
        told = f"holds lie on backups of {tenant}: {', '.join(map(str, held))}"
        remedy = f"whoever laid them lifts them: mailstead backup release {tenant} {held[0]}"
        raise SnapshotHeld(told, field="tenant", value=tenant, remedy=remedy)


def destroy(target: Target, tenant: str, run: str) -> None:
    """Destroy what is kept of a tenant; may be repeated. Raises SnapshotHeld, and then all is as it was."""
    names = Names(tenant)
    numbers = [number for entry in target.list(names.snapshots) if (number := number_of(entry.name)) is not None]
    marks = [names.doomed(number, parse_run(run)) for number in numbers]
    for mark in marks:
        claim(target, mark, b"")
    try:
        refuse_held(target, tenant)
    except SnapshotHeld:
        for mark in marks:
            target.delete(mark)
        raise
    kept = (names.snapshots, names.packs, names.leases, names.epochs, names.doom)
    for folder in (names.keys, *kept, names.keys):  # whoever entered meanwhile may have mended a copy of the key
        for entry in list(target.list(folder)):
            target.delete(entry.name)
