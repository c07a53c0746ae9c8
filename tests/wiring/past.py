"""A platform in memory with a past: it is backed up, goes on living, and an older state of it is brought back."""

from collections.abc import Iterator
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

from mailstead.orders.drivers.memory.journal import Journal
from mailstead.security.model import Secret
from mailstead.sites.files import read_platform
from mailstead.state.database import Database
from mailstead.state.dump import Line, dumped
from mailstead.wiring.founding import PLATFORM_FILE, found_platform
from mailstead.wiring.state_backup import back_up
from mailstead.wiring.state_restore import restore
from tests.cli.conftest import PLATFORM
from tests.lifecycle.stage import Stage, open_stage

PASSPHRASE = Secret.of("a backup has a passphrase of its own")


def silent(_done: int, _total: int) -> None:
    """Nobody watches."""


def founded(home: Path) -> Stage:
    """Return a stage whose folder is a whole platform's."""
    found_platform(home, PLATFORM)
    return open_stage(home, read_platform(home / PLATFORM_FILE))


@dataclass(frozen=True)
class Backup:
    """A backup, and the engine's checkpoints of that moment."""

    file: Path
    journal: Journal


def backed_up(stage: Stage, file: Path) -> Backup:
    """Back the stage up as it stands; another process may be at work."""
    back_up(stage.folder, file, PASSPHRASE, clock=stage.world.clock, told=silent)
    kept = stage.outside.journal
    ledger = deepcopy({name: value for name, value in kept.ledger.__dict__.items() if name != "_lock"})
    journal = Journal(steps=deepcopy(kept.steps))
    journal.ledger.__dict__.update(ledger)
    return Backup(file, journal)


def brought_back(stage: Stage, backup: Backup, *, with_engine: bool = False, home: Path | None = None) -> Stage:
    """Return the stage on which the state of *backup* plays, in the world as it is now.

    In memory the orders lie in the journal; *with_engine*: the engine's checkpoints came back with them.
    """
    stage.engine.close()
    journal = deepcopy_orders(backup.journal, with_engine=with_engine)
    folder = home or stage.folder
    restore(folder, backup.file, PASSPHRASE, clock=stage.world.clock, told=silent, replace_there=True)
    return open_stage(folder, stage.platform, replace(stage.outside, journal=journal))


def deepcopy_orders(journal: Journal, *, with_engine: bool) -> Journal:
    return replace(journal, steps=dict(journal.steps) if with_engine else {})


def remembered(stage: Stage) -> list[Line]:
    """Return all that the state holds, but for what looking notes, and the trail of what was refused."""
    with closing(Database(f"sqlite:///{stage.folder}/state.sqlite")) as database, database.snapshot() as connection:
        return list(_but_looks(dumped(connection)))


def _but_looks(lines: Iterator[Line]) -> Iterator[Line]:
    looked = False
    for line in lines:
        if isinstance(line, dict):
            looked = line["table"] in {"sights", "dns_zone", "audit"}
        if not looked:
            yield line


def things(stage: Stage) -> set[tuple[str, ...]]:
    """Return the name of every single thing in the world: whatever is lost is missing here."""
    found: set[tuple[str, ...]] = set()
    for host, ports in stage.outside.hosts.items():
        found |= {("machine", host, name) for name in ports.machines.machines()}
        found |= {("segment", host, name) for name in ports.switch.segments()}
        found |= {("disk", host, key.tenant, key.role) for key in ports.volumes.volumes()}
        for name in ports.machines.machines():
            found |= {("mailbox", name, address) for address in ports.mail.observe(name).mailboxes}
    for zone in stage.outside.names.zones():
        found.add(("zone", zone))
        found |= {("record", zone, record.name, record.kind) for record in stage.outside.names.records(zone)}
    return found
