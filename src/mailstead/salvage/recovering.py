"""Steps that give a mailbox back out of a backup of an Exchange server; each may be repeated at any time.

The disk of the backup is lent to the running machine as a copy that is thrown away; the database on it is opened as a
recovery database, and Exchange itself copies what is asked for. docs/exchange.md, decision 0225.
"""

from dataclasses import dataclass

from mailstead.backup.model import Source
from mailstead.backup.port import DiskPlaces, PreparedDisks
from mailstead.exchange.model import Home, Lent, Progress, State, Wish
from mailstead.exchange.plan import refuse_scattered
from mailstead.exchange.port import RecoveryDatabases
from mailstead.ground.clock import Deadline
from mailstead.hypervisors.port import DiskLoans
from mailstead.items.model import Damage
from mailstead.lifecycle.parts.part import Mine
from mailstead.lifecycle.steps import Done, Steps
from mailstead.lifecycle.world import HostPorts
from mailstead.orders.model import REPORT, Json
from mailstead.orders.port import Desk
from mailstead.storage.model import Role

from .errors import NotGivenBack, NotInBackup, NoWayBack
from .looking import Shelves
from .model import Choice, Report

COPY_S, POLL_S = 24 * 3600.0, 10.0


@dataclass(frozen=True, slots=True)
class Means:
    """What a host must have for this."""

    places: DiskPlaces
    prepared: PreparedDisks
    loans: DiskLoans
    exchange: RecoveryDatabases

    @classmethod
    def of(cls, ports: HostPorts) -> "Means":
        """Return the means of a host. Raises NoWayBack."""
        if ports.places and ports.prepared and ports.loans and ports.exchange:
            return cls(ports.places, ports.prepared, ports.loans, ports.exchange)
        raise NoWayBack(
            f"{ports.host.name} cannot lend a disk of a backup to an Exchange server",
            field="host",
            value=ports.host.name,
            remedy="Exchange is served on Hyper-V hosts; else bring back the machine: mailstead restore machine",
        )


@dataclass(frozen=True, slots=True)
class Recovering:
    """The steps. *desk* hears how far Exchange is."""

    life: Steps
    shelves: Shelves
    desk: Desk

    def find(self, name: str, mine: Mine, choice: Choice) -> Json:
        """Return where the mailbox lives. Raises NoSuchMailbox, NotInBackup, NoWayBack."""
        mine()
        home = self._means(name).exchange.home(name, choice.mailbox)
        refuse_scattered(home)
        snapshot = self.shelves.version(name, choice.snapshot)
        if snapshot.disk(_disk(home)) is None:
            remedy = "see what was backed up: mailstead backup show"
            message = f"{snapshot} has no disk {_disk(home)}, and the database lies on {home.edb.drive}"
            raise NotInBackup(message, field="snapshot", value=choice.snapshot, remedy=remedy)
        return home.as_json()

    def lend(self, name: str, mine: Mine, order: str, choice: Choice, noted: Json) -> Json:
        """Write the disk beside the machine's, and put it on; return place and size."""
        means, disk = self._means(name), _disk(Home.of(noted))
        with self.shelves.store(name).reading(choice.snapshot, order) as reading:
            read = reading.disk(disk)
            size = read.size
            means.places.prepare(name, Source(disk, read, read.extents(), whole=True), run=order)
        mine()
        return {"place": means.loans.lend(name, means.prepared.prepared(name, disk, run=order)), "size": size}

    def open(self, name: str, mine: Mine, order: str, noted: Json, lent: Json) -> Done:
        """Show the disk in Windows, bring the database into a clean state, mount it."""
        exchange, home = self._means(name).exchange, Home.of(noted)
        mine()
        exchange.show(name, Lent(lent["place"], lent["size"]))
        mine()
        exchange.recover(name, home)
        mine()
        exchange.mount(name, home, run=order)
        return [f"mounted the database of {home.edb.name}"]

    def give(self, name: str, mine: Mine, order: str, choice: Choice, noted: Json) -> str:
        """Let Exchange copy, and tell how far it is; return why it failed, empty: it did not."""
        exchange = self._means(name).exchange
        mine()
        wish = Wish(Home.of(noted).mailbox, choice.receiver, choice.folder, choice.into)
        exchange.give_back(name, wish, run=order)
        deadline = Deadline(self.life.world.clock, COPY_S, interval_s=POLL_S)
        while (found := self._told(name, order)).state is State.UNDER_WAY:
            mine()
            if not deadline.wait():
                return f"Exchange has not come to an end within {COPY_S / 3600:.0f} hours"
        return found.why

    def take_away(self, name: str, mine: Mine, order: str) -> Done:
        """Forget request and recovery database, and show the disk no more."""
        exchange = self._means(name).exchange
        mine()
        exchange.take_away(name, run=order)
        mine()
        exchange.hide(name)
        return ["took the recovery database away"]

    def detach(self, name: str, mine: Mine, order: str) -> Done:
        """Take the disk off the machine, and throw the copy away."""
        means = self._means(name)
        for role in Role:
            mine()
            means.loans.give_back(name, means.prepared.prepared(name, role.value, run=order))
        mine()
        means.places.clear(name, run=order)
        return ["took the disk off"]

    def judge(self, name: str, mine: Mine, choice: Choice, failed: str) -> Done:
        """Raise NotGivenBack if Exchange could not copy all of it."""
        mine()
        if failed:
            remedy = "see the remedy that it names, and give the order again: what came stays, and comes once"
            message = f"Exchange of {name} did not give {choice.mailbox} back: {failed}"
            raise NotGivenBack(message, field="mailbox", value=choice.mailbox, remedy=remedy)
        return []

    def _told(self, name: str, order: str) -> Progress:
        found = self._means(name).exchange.progress(name, run=order)
        failures = (Damage("request", found.why),) if found.why else ()
        report = Report(found.of, created=found.items, failed=found.bad, failures=failures)
        self.desk.send(order, REPORT, report.as_json())
        return found

    def _means(self, name: str) -> Means:
        return Means.of(self.life.world.ports(self.life.subject(name).host))


def _disk(home: Home) -> str:
    return (Role.SYSTEM if home.on_system else Role.DATA).value
