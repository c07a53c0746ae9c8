"""What faces call to bring a machine back where it is not: beside the tenant's own, or on another host."""

from dataclasses import dataclass

from mailstead.ground.errors import Unreachable
from mailstead.ground.plans import Change, ChangePlan
from mailstead.hypervisors.model import Power
from mailstead.lifecycle.placement import UnknownHost
from mailstead.lifecycle.placing import refuse_unless_taken
from mailstead.tenants.beside import beside, name_of

from .besides import MOST, beside_there, found_beside, host_of
from .elsewhere import host_silent
from .errors import NoSuchBeside, SameHost, TooManyBeside
from .verbs import Protection
from .workflow import BESIDE, BESIDE_REMOVE, ELSEWHERE


@dataclass(frozen=True, slots=True)
class Beside:
    """A machine beside a tenant's own: how its owner calls it, its name on its host, and where its disks lie."""

    name: str
    machine: str
    host: str
    power: Power
    disks: tuple[str, ...]


class OtherPlaces:
    """The verbs. Each refuses what cannot be, then gives an order and returns its id."""

    def __init__(self, protection: Protection) -> None:
        self._protection = protection
        self._ground = protection.ground

    def beside(self, name: str, as_name: str, number: int | None = None) -> str:
        """Bring a snapshot, or the newest, back as a machine beside the tenant's own, in no segment.

        Raises BesideThere, TooManyBeside, InvalidInput (the name), NoSuchSnapshot, NoBackup, NotOfDriver.
        """
        self._protection.refuse_removed(name)
        self._ground.disks(name)
        twin, there = beside(name, as_name), found_beside(self._ground.world, name)
        if twin in there:
            raise beside_there(twin)
        if len(there) >= MOST:
            message = f"{name} has {len(there)} machines beside its own already"
            raise TooManyBeside(message, field="beside", value=as_name, remedy="remove one of them first")
        inputs = {"snapshot": self._protection.chosen(name, number).number, "machine": twin}
        return self._protection.give(BESIDE, name, inputs)

    def found(self, name: str) -> list[Beside]:
        """Return the machines beside a tenant's own. Raises NotFound."""
        self._ground.world.tenants.get(name)
        found = found_beside(self._ground.world, name)
        return [
            Beside(name_of(twin), twin, host, machine.power, tuple(str(disk.source) for disk in machine.disks))
            for twin, (host, machine) in sorted(found.items())
        ]

    def remove(self, name: str, as_name: str) -> str:
        """Take a machine beside the tenant's own away, with what was done in it. Raises NoSuchBeside."""
        twin = beside(name, as_name)
        host = host_of(self._ground.world, twin)
        if host is None:
            remedy = f"see mailstead restore list {name}"
            raise NoSuchBeside(f"{name} has no machine {as_name} beside", field="beside", value=as_name, remedy=remedy)
        return self._protection.give(BESIDE_REMOVE, name, {"machine": twin, "host": host})

    def loss(self, name: str, to: str, number: int | None = None) -> ChangePlan[str]:
        """Return what bringing the machine back on another host would lose."""
        snapshot = self._protection.chosen(name, number)
        loses = f"all mail and changes of {name} since {snapshot.taken:%Y-%m-%d %H:%M:%S} UTC"
        change: Change[str] = Change(f"machine {name}", "as it is", f"snapshot {snapshot.number} on {to}", loses)
        return ChangePlan((change,))

    def elsewhere(
        self, name: str, to: str, number: int | None = None, *, gone: str = "", allow_loss: tuple[str, ...] = ()
    ) -> str:
        """Bring the machine back on another host. *gone* names the old one, where it is off for certain.

        Raises UnsafePlan unless "machine NAME" is in *allow_loss*; HostSilent, SameHost, UnknownHost, HostsFull,
        HostInMaintenance, NoSuchSnapshot, NoBackup, NotOfDriver.
        """
        self._protection.refuse_removed(name)
        source = self._ground.ports(name).host.name
        self._refuse_host(name, source, to)
        self.loss(name, to, number).refuse_if_unsafe(allow_loss)
        if gone != source:
            self._refuse_silent(source)
        snapshot = self._protection.chosen(name, number).number
        self._ground.book.begin([name], self._ground.world.clock.now())
        inputs = {"snapshot": snapshot, "from": source, "to": to, "gone": gone if gone == source else ""}
        return self._protection.give(ELSEWHERE, name, inputs)

    def _refuse_host(self, name: str, source: str, to: str) -> None:
        world = self._ground.world
        if to not in world.hosts:
            known = ", ".join(sorted(world.hosts))
            raise UnknownHost(f"there is no host {to}", field="host", value=to, remedy=f"one of {known}")
        if to == source:
            raise SameHost(f"{name} is on {to}", field="host", value=to, remedy="leave --host out")
        self._ground.disks_on(to)
        refuse_unless_taken(world, world.tenants.get(name).tenant, to)

    def _refuse_silent(self, source: str) -> None:
        try:
            self._ground.world.ports(source).machines.machines()
        except Unreachable as error:
            raise host_silent(source) from error
