"""Machines, as one caller may see them and care for them."""

from collections.abc import Collection
from dataclasses import dataclass

from mailstead.hypervisors.model import MachineStatistics
from mailstead.hypervisors.operating import Checkpoint, Condition, Export
from mailstead.orders.model import OrderView
from mailstead.people.model import Right

from .asking import Asking


@dataclass(frozen=True, slots=True)
class MachineView:
    """How a machine fares. `host` is empty for those who are not told; `usage` None: it does not run."""

    tenant: str
    host: str
    condition: Condition
    checkpoints: tuple[Checkpoint, ...]
    usage: MachineStatistics | None


class MachineAccess:
    """The machine of each tenant."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def get(self, tenant: str) -> MachineView:
        """Ask the host how a machine fares. Raises NotFound, NotOfDriver, Unreachable."""
        self._asking.tenant(Right.MACHINES_READ, tenant)
        running = self._asking.running
        host, condition, kept = running.care.condition(tenant)
        usage = running.world.ports(host).machines.statistics().get(tenant)
        return MachineView(tenant, host if self._asking.sees_hosts else "", condition, kept, usage)

    def usage(self, tenant: str) -> MachineStatistics | None:
        """Return what a machine uses, which hosts of every driver can tell; None: it does not run.

        Raises NotFound, Unreachable.
        """
        host = self._asking.tenant(Right.MACHINES_READ, tenant).host
        return self._asking.running.world.ports(host).machines.statistics().get(tenant) if host else None

    def checkpoints(self, tenant: str) -> tuple[Checkpoint, ...]:
        """Return the states that a machine can be brought back to. Raises NotFound, NotOfDriver."""
        self._asking.tenant(Right.MACHINES_READ, tenant)
        return self._asking.running.care.checkpoints(tenant)

    def take(self, tenant: str, label: str) -> OrderView:
        """Make a checkpoint. Raises BadLabel, CheckpointThere."""
        self._asking.tenant(Right.MACHINES_WRITE, tenant)
        care = self._asking.running.care
        return self._asking.order("checkpoint.take", tenant, label, lambda: care.take(tenant, label))

    def bring_back(self, tenant: str, label: str, *, allow_loss: Collection[str] = ()) -> OrderView:
        """Bring a machine back to a checkpoint; "machine NAME" must be in *allow_loss*.

        Raises StepUpNeeded, NoSuchCheckpoint, UnsafePlan.
        """
        self._asking.tenant(Right.MACHINES_RESTORE, tenant)
        care = self._asking.running.care
        return self._asking.order(
            "checkpoint.restore", tenant, label, lambda: care.bring_back(tenant, label, allow_loss=allow_loss)
        )

    def drop(self, tenant: str, label: str) -> OrderView:
        """Forget a checkpoint. Raises NoSuchCheckpoint."""
        self._asking.tenant(Right.MACHINES_WRITE, tenant)
        care = self._asking.running.care
        return self._asking.order("checkpoint.remove", tenant, label, lambda: care.drop(tenant, label))

    def move(self, tenant: str, to: str) -> OrderView:
        """Move a machine to another host while it runs. Raises UnknownHost, HostsFull, NotOfDriver."""
        self._asking.tenant(Right.MACHINES_WRITE, tenant)
        care = self._asking.running.care
        return self._asking.order("machine.move", tenant, to, lambda: care.move(tenant, to), to=to)

    def take_in(self, tenant: str, configuration: str) -> OrderView:
        """Make a tenant's machine from an export; it stays off. Raises Conflict where it has a machine, NotOfDriver."""
        self._asking.tenant(Right.MACHINES_RESTORE, tenant)
        care = self._asking.running.care
        return self._asking.order(
            "machine.import",
            tenant,
            configuration,
            lambda: care.take_in(tenant, configuration),
            configuration=configuration,
        )

    def export(self, tenant: str, folder: str) -> tuple[OrderView, Export | None]:
        """Copy a machine into a folder below the tenant's own; return the order, and where the copy will lie."""
        self._asking.tenant(Right.MACHINES_WRITE, tenant)
        places: list[Export] = []

        def do() -> str:
            order, place = self._asking.running.care.export(tenant, folder)
            places.append(place)
            return order

        order = self._asking.order("machine.export", tenant, folder, do, to=folder)
        return order, next(iter(places), None)
