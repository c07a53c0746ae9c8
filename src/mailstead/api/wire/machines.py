"""Machines, checkpoints and hosts on the wire."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from mailstead.access.hosts import HostView
from mailstead.access.machines import MachineView
from mailstead.ground.values import Value
from mailstead.hypervisors.model import MachineStatistics
from mailstead.hypervisors.operating import Checkpoint, CheckpointKind, Export, HostEvent
from mailstead.lifecycle.draining import DrainPlan
from mailstead.orders.model import OrderView

from .orders import OrderOut
from .parts import Name, Shown

Losses = Annotated[
    list[Annotated[str, Field(max_length=400)]],
    Field(max_length=100, description="What may be lost, as the plan names it.", examples=[["machine acme"]]),
]


class CheckpointNew(Value):
    """A checkpoint to be made."""

    label: str = Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$", examples=["before-update"])


class CheckpointOut(Shown):
    """A state that a machine can be brought back to."""

    label: str
    kind: CheckpointKind
    created: datetime

    @classmethod
    def of(cls, checkpoint: Checkpoint) -> Self:
        return cls(label=checkpoint.label, kind=checkpoint.kind, created=checkpoint.created)


class Checkpoints(Shown):
    """All checkpoints of a machine, the oldest first."""

    items: list[CheckpointOut]


class LossAllowed(Value):
    """What may be lost."""

    allow_loss: Losses = Field(default=[])


class MoveTo(Value):
    """Where a machine is to go."""

    host: Name


class ExportTo(Value):
    """Where a copy of a machine is to lie: a new folder below the tenant's own."""

    folder: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", examples=["before-update"])


class ImportFrom(Value):
    """The file by which a copy of a machine is taken in again: `configuration` of the export."""

    configuration: str = Field(pattern=r"^[^\x00-\x1f\x7f]{1,400}$")


class UsageOut(Shown):
    """What a running machine has used since its start."""

    cpu_seconds: float
    memory_mib: int
    disk_bytes: int
    received_bytes: int
    sent_bytes: int

    @classmethod
    def of(cls, used: MachineStatistics) -> Self:
        return cls(
            cpu_seconds=used.cpu_seconds,
            memory_mib=used.memory_used_mib,
            disk_bytes=used.disk_allocated_bytes,
            received_bytes=used.network_received_bytes,
            sent_bytes=used.network_sent_bytes,
        )


class UsageOf(Shown):
    """What one tenant's machine has used, and where it is."""

    tenant: str
    host: str
    usage: UsageOut


class Usages(Shown):
    """What all running machines have used."""

    items: list[UsageOf]

    @classmethod
    def of(cls, seen: Sequence[tuple[str, str, MachineStatistics]]) -> Self:
        return cls(items=[UsageOf(tenant=tenant, host=host, usage=UsageOut.of(used)) for host, tenant, used in seen])


class MachineOut(Shown):
    """How a tenant's machine fares, in the hypervisor's own words. `usage` is null when it does not run."""

    tenant: str
    host: str = Field(description="Told to operators alone.")
    state: str
    status: str
    heartbeat: str
    uptime_s: int
    checkpoints: list[CheckpointOut]
    usage: UsageOut | None

    @classmethod
    def of(cls, view: MachineView) -> Self:
        return cls(
            tenant=view.tenant,
            host=view.host,
            state=view.condition.state,
            status=view.condition.status,
            heartbeat=view.condition.heartbeat,
            uptime_s=int(view.condition.uptime.total_seconds()),
            checkpoints=[CheckpointOut.of(one) for one in view.checkpoints],
            usage=UsageOut.of(view.usage) if view.usage else None,
        )


class ExportGiven(Shown):
    """An order, and the file by which the copy can be taken in again."""

    order: OrderOut
    configuration: str | None

    @classmethod
    def of(cls, order: OrderOut, place: Export | None) -> Self:
        return cls(order=order, configuration=str(place.configuration) if place else None)


class MaintenanceOut(Shown):
    """Since when a host takes no tenants, and why."""

    since: datetime
    reason: str


class HostOut(Shown):
    """A host. Sizes are null, and `trouble` says why, when it does not answer."""

    name: str
    driver: str
    cores: int | None
    memory_mib: int | None
    disk_free_mib: int | None
    machines: int
    promised_mib: int = Field(description="Memory promised to tenants.")
    maintenance: MaintenanceOut | None
    trouble: str

    @classmethod
    def of(cls, host: HostView) -> Self:
        closed = host.maintenance
        return cls(
            name=host.name,
            driver=host.driver,
            cores=host.room.cores if host.room else None,
            memory_mib=host.room.memory_mib if host.room else None,
            disk_free_mib=host.room.disk_free_mib if host.room else None,
            machines=host.machines,
            promised_mib=host.promised_mib,
            maintenance=MaintenanceOut(since=closed.since, reason=closed.reason) if closed else None,
            trouble=host.trouble,
        )


class Hosts(Shown):
    """All hosts."""

    items: list[HostOut]


class Draining(Value):
    """Why a host is emptied."""

    reason: str = Field(default="", max_length=200)


class MoveOut(Shown):
    """A tenant that has to leave a host, and one that has room for it."""

    tenant: str
    to: str


class DrainPlanOut(Shown):
    """What emptying a host means; `by_cluster`: the cluster moves the machines, and chooses where to."""

    host: str
    by_cluster: bool
    moves: list[MoveOut]

    @classmethod
    def of(cls, plan: DrainPlan) -> Self:
        moves = [MoveOut(tenant=move.tenant, to=move.to) for move in plan.moves]
        return cls(host=plan.host, by_cluster=plan.by_cluster, moves=moves)


class Orders(Shown):
    """Orders that were given."""

    orders: list[OrderOut]

    @classmethod
    def of(cls, given: Sequence[OrderView]) -> Self:
        return cls(orders=[OrderOut.of(order) for order in given])


class HostEventOut(Shown):
    """A line of the hypervisor's event logs."""

    at: datetime
    level: str
    log: str
    number: int
    message: str

    @classmethod
    def of(cls, event: HostEvent) -> Self:
        return cls(at=event.at, level=event.level, log=event.log, number=event.number, message=event.message)


class HostEvents(Shown):
    """What a host has logged, the oldest first."""

    items: list[HostEventOut]
