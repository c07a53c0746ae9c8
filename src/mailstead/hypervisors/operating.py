"""Words of a host's daily care: checkpoints, exports, clusters, moves, what a host tells of itself.

Refused
├── BadLabel          (InvalidInput) no name for a checkpoint
├── NoSuchNode        (InvalidInput) the cluster has no node of this name
├── CheckpointThere   (Conflict)     a checkpoint of this label is there already
├── ExportThere       (Conflict)     the folder holds an export already, whole or not
├── MachineThere      (Conflict)     the tenant has a machine here already
├── CheckpointsInTheWay (Conflict)   disks cannot be touched while these checkpoints are there
└── NodeUnavailable   (Conflict)     the node is paused or down
NoSuchCheckpoint      (NotFound)     the machine has no checkpoint of this label
NoSuchExport          (NotFound)     nothing to import lies there
MachineBusy           (Unreachable)  another operation has the machine in hand
NoQuorum              (Unreachable)  the cluster does not act: it runs on no majority of its nodes
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import PurePath

from mailstead.ground.errors import Conflict, InvalidInput, NotFound, Unreachable

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?")


class BadLabel(InvalidInput):
    """A checkpoint cannot be named so."""

    code = "bad-label"


class NoSuchNode(InvalidInput):
    """The cluster has no node of this name."""

    code = "no-such-node"


class CheckpointThere(Conflict):
    """A checkpoint of this label is there already."""

    code = "checkpoint-there"


class ExportThere(Conflict):
    """The folder holds an export already; whether it is whole, nobody knows."""

    code = "export-there"


class MachineThere(Conflict):
    """The tenant has a machine here already."""

    code = "machine-there"


class CheckpointsInTheWay(Conflict):
    """The machine writes beside its disk files as long as there are checkpoints: the files must stay as they are."""

    code = "checkpoints-in-the-way"


class NodeUnavailable(Conflict):
    """The node takes no machines: it is paused or down."""

    code = "node-unavailable"


class NoSuchCheckpoint(NotFound):
    """The machine has no checkpoint of this label."""

    code = "no-such-checkpoint"


class NoSuchExport(NotFound):
    """Nothing to import lies at this place."""

    code = "no-such-export"


class MachineBusy(Unreachable):
    """Another operation has the machine in hand; the same call may succeed later."""

    code = "machine-busy"


class NoQuorum(Unreachable):
    """The cluster does not answer for its nodes: its service is down here, or it has no majority."""

    code = "no-quorum"


class CheckpointKind(StrEnum):
    """Production: the guest's own means made its files consistent. Standard: as after a power cut, or with memory."""

    PRODUCTION = "production"
    STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A state of a machine and its disks that it can be brought back to."""

    label: str
    kind: CheckpointKind
    created: datetime


@dataclass(frozen=True, slots=True)
class Export:
    """A copy of a machine with its disks; `configuration` is the file to import it by."""

    folder: PurePath
    configuration: PurePath


class NodeState(StrEnum):
    UP = "up"
    PAUSED = "paused"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Metering:
    """What was counted since metering began: averages of processor and memory, totals of the rest."""

    span: timedelta
    cpu_mhz: int
    memory_mib: int
    disk_mib: int
    disk_read_mib: int
    disk_written_mib: int


@dataclass(frozen=True, slots=True)
class Condition:
    """How a machine fares, in the hypervisor's own words."""

    state: str
    status: str
    heartbeat: str
    uptime: timedelta
    metering: Metering | None = None


@dataclass(frozen=True, slots=True)
class HostEvent:
    """A line of the hypervisor's event logs."""

    at: datetime
    level: str
    log: str
    number: int
    message: str


def checked_label(label: str) -> str:
    """Return *label*; raise BadLabel for one that cannot name a checkpoint."""
    if not _LABEL.fullmatch(label) or label.endswith("-standard"):
        remedy = "use 1 to 40 small letters, digits and hyphens, such as before-update; not ending in -standard"
        raise BadLabel(f"{label!r} is no label", field="label", value=repr(label), remedy=remedy)
    return label


def no_such_checkpoint(name: str, label: str) -> NoSuchCheckpoint:
    """Return the error that says so."""
    remedy = f"see mailstead machine checkpoint list {name}"
    return NoSuchCheckpoint(f"{name} has no checkpoint {label}", field="label", value=label, remedy=remedy)


def in_the_way(name: str, checkpoints: Iterable[str]) -> CheckpointsInTheWay:
    """Return the error that names these checkpoints."""
    told = ", ".join(checkpoints)
    remedy = f"remove them first (mailstead machine checkpoint remove {name}), or those of others in Hyper-V Manager"
    return CheckpointsInTheWay(f"{name} has checkpoints: {told}", field="checkpoint", value=told, remedy=remedy)


def export_there(folder: PurePath) -> ExportThere:
    """Return the error that says so."""
    remedy = "give another folder; remove this one when nobody needs it"
    return ExportThere(f"an export lies in {folder} already", field="to", value=folder, remedy=remedy)


def machine_there(name: str) -> MachineThere:
    """Return the error that says so."""
    remedy = f"look at it first: mailstead machine show {name}; a copy is never put beside the original"
    return MachineThere(f"{name} has a machine here already", field="tenant", value=name, remedy=remedy)
