"""What is called to care for a machine: each verb refuses what cannot be, then gives an order and returns its id."""

from collections.abc import Collection

from mailstead.ground.plans import Change, ChangePlan
from mailstead.hypervisors.operating import (
    Checkpoint,
    CheckpointThere,
    Condition,
    Export,
    checked_label,
    machine_there,
    no_such_checkpoint,
)
from mailstead.orders.port import Desk

from .care_steps import CareSteps, had, path_on
from .care_workflow import BRING_BACK, DROP, EXPORT, IMPORT, MOVE, TAKE
from .placement import UnknownHost
from .placing import refuse_unless_taken


class Care:
    """The verbs of a machine's care."""

    def __init__(self, steps: CareSteps, desk: Desk) -> None:
        self._steps = steps
        self._world = steps.world
        self._desk = desk

    def admit(self) -> None:
        """Raise what hinders all care now: Quarantined, DiskNearlyFull."""
        self._desk.admit(MOVE)

    def condition(self, name: str) -> tuple[str, Condition, tuple[Checkpoint, ...]]:
        """Return on which host the machine is, how it fares, and its checkpoints. Raises NotFound, NotOfDriver."""
        ports = self._steps.ports(name)
        kept = ports.checkpoints.checkpoints(name) if ports.checkpoints else ()
        return ports.host.name, had(ports.conditions, ports, "word on machines").condition(name), kept

    def checkpoints(self, name: str) -> tuple[Checkpoint, ...]:
        """Return the checkpoints of a tenant's machine. Raises NotFound, NotOfDriver."""
        ports = self._steps.ports(name)
        return had(ports.checkpoints, ports, "checkpoints").checkpoints(name)

    def take(self, name: str, label: str) -> str:
        """Make a checkpoint. Raises BadLabel, CheckpointThere."""
        checked_label(label)
        if self._labelled(name, label):
            remedy = f"take another label, or remove it: mailstead machine checkpoint remove {name} {label}"
            message = f"{name} has a checkpoint {label} already"
            raise CheckpointThere(message, field="label", value=label, remedy=remedy)
        return self._order(TAKE, name, label=label)

    def loss(self, name: str, label: str) -> ChangePlan[str]:
        """Return what bringing the machine back would lose. Raises NoSuchCheckpoint."""
        found = self._labelled(name, label)
        if found is None:
            raise no_such_checkpoint(name, label)
        since = f"all mail and changes of {name} since {found.created:%Y-%m-%d %H:%M:%S} UTC"
        change: Change[str] = Change(f"machine {name}", "as it is", f"checkpoint {label}", since)
        return ChangePlan((change,))

    def bring_back(self, name: str, label: str, *, allow_loss: Collection[str] = ()) -> str:
        """Bring the machine back to a checkpoint. Raises UnsafePlan unless "machine NAME" is in *allow_loss*."""
        self.loss(name, label).refuse_if_unsafe(allow_loss)
        return self._order(BRING_BACK, name, label=label)

    def drop(self, name: str, label: str) -> str:
        """Forget a checkpoint. Raises NoSuchCheckpoint."""
        if self._labelled(name, label) is None:
            raise no_such_checkpoint(name, label)
        return self._order(DROP, name, label=label)

    def export(self, name: str, to: str) -> tuple[str, Export]:
        """Copy the machine into a folder of its host; return the order, and where the copy will lie.

        A plain name is a folder below the tenant's own.
        """
        ports = self._steps.ports(name)
        given = path_on(ports.host, to)
        folder = given if given.is_absolute() else ports.host.folder / name / "export" / given
        place = had(ports.exports, ports, "export").place_of(name, folder)
        return self._order(EXPORT, name, to=str(folder)), place

    def take_in(self, name: str, configuration: str) -> str:
        """Make the tenant's machine from an export. Raises MachineThere while any host has one of it."""
        ports = self._steps.ports(name)
        had(ports.exports, ports, "import")
        for other in self._world.hosts.values():
            if name in other.machines.machines():
                raise machine_there(name)
        return self._order(IMPORT, name, **{"from": configuration})

    def move(self, name: str, to: str) -> str:
        """Move the machine to another host. Raises UnknownHost, HostsFull, HostInMaintenance, NotOfDriver."""
        if to not in self._world.hosts:
            known = ", ".join(sorted(self._world.hosts))
            raise UnknownHost(f"there is no host {to}", field="node", value=to, remedy=f"one of {known}")
        here = self._steps.ports(name)
        if here.cluster is None:
            had(here.migration, here, "moving")
        if here.host.name != to:
            refuse_unless_taken(self._world, self._world.tenants.get(name).tenant, to)
        return self._order(MOVE, name, **{"from": here.host.name, "to": to})

    def _labelled(self, name: str, label: str) -> Checkpoint | None:
        return next((found for found in self.checkpoints(name) if found.label == label), None)

    def _order(self, kind: str, name: str, **inputs: str) -> str:
        self._desk.admit(kind)
        entry = self._world.tenants.get(name)
        key = f"{kind}/{name}/{entry.revision}/{self._world.new_id()}"
        return self._desk.start(kind, key=key, tenant=name, host=entry.host, inputs=inputs)
