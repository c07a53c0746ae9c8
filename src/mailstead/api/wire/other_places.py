"""Machines brought back where they were not, on the wire."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from mailstead.ground.values import Value
from mailstead.hypervisors.model import Power
from mailstead.protection.other_places import Beside

from .backups import Number
from .machines import Losses
from .parts import Name, Shown


class BesideNew(Value):
    """A machine to be brought back beside the tenant's own; without `snapshot` from the newest backup."""

    name: Name
    snapshot: Number | None = None


class ElsewhereWanted(Value):
    """The host that a machine is to come back on. `host_is_gone` names the old one, where it is off for certain."""

    host: Name
    snapshot: Number | None = None
    host_is_gone: Name | None = None
    allow_loss: Losses = Field(default=[])


class BesideOut(Shown):
    """A machine beside the tenant's own."""

    name: str
    machine: str = Field(description="Its name on its host.")
    host: str = Field(description="Told to operators alone.")
    power: Power
    disks: list[str] = Field(description="Where they lie on the host; told to operators alone.")

    @classmethod
    def of(cls, found: Beside) -> Self:
        return cls(name=found.name, machine=found.machine, host=found.host, power=found.power, disks=list(found.disks))


class Besides(Shown):
    """All machines beside a tenant's own."""

    items: list[BesideOut]

    @classmethod
    def of(cls, found: Sequence[Beside]) -> Self:
        return cls(items=[BesideOut.of(each) for each in found])
