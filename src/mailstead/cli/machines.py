"""mailstead machine …"""

from typing import Annotated, Any

import typer

from mailstead.hypervisors.operating import Checkpoint, Metering

from . import show
from .face import AllowLoss, NoWait, Yes, confirm, face_of

app = typer.Typer(no_args_is_help=True)
checkpoints = typer.Typer(no_args_is_help=True)
app.add_typer(checkpoints, name="checkpoint", help="Checkpoints: states that a machine can be brought back to.")

Name = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant.")]
Label = Annotated[str, typer.Argument(metavar="LABEL", help="Small letters, digits, hyphens: before-update.")]


@app.command("show")
def show_(context: typer.Context, name: Name) -> None:
    """Show how a tenant's machine fares: state, heartbeat, uptime, checkpoints, counters, and on which host it is."""
    face = face_of(context)
    with face.platform() as running:
        host, found, kept = running.care.condition(name)
    face.value(
        {
            "tenant": name,
            "node": host,
            "state": found.state,
            "status": found.status,
            "heartbeat": found.heartbeat,
            "uptime_s": int(found.uptime.total_seconds()),
            "checkpoints": [each.label for each in kept],
            **_counted(found.metering),
        }
    )


@app.command()
def export(
    context: typer.Context,
    name: Name,
    to: Annotated[
        str, typer.Option("--to", metavar="FOLDER", help="Name of a new folder below the tenant's, or a whole path.")
    ],
    no_wait: NoWait = False,
) -> None:
    """Copy a machine with its disks into a folder of its host. A running one is copied as after a power cut."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        order, place = running.care.export(name, to)
        configuration = str(place.configuration)
        face.follow(running, order, wait=not no_wait, configuration=configuration)
        if not face.json:
            face.say(f"to take it in again: mailstead machine import {name} --from '{configuration}'")


@app.command("import")
def import_(
    context: typer.Context,
    name: Name,
    source: Annotated[str, typer.Option("--from", metavar="FILE", help="The .vmcx file that the export told.")],
    yes: Yes = False,
    no_wait: NoWait = False,
) -> None:
    """Make a tenant's machine from an export, under a new id, off. Refused while the tenant has a machine anywhere."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        confirm(f"Make the machine of {name} from this export?", yes=yes or face.json)
        face.follow(running, running.care.take_in(name, source), wait=not no_wait)
        if not face.json:
            face.say(f"it is off; to let it serve: mailstead apply {name}")


@app.command()
def move(
    context: typer.Context,
    name: Name,
    node: Annotated[str, typer.Option("--node", "--host", metavar="HOST", help="Where to, as in mailstead host list.")],
    yes: Yes = False,
    no_wait: NoWait = False,
) -> None:
    """Move a tenant's machine to another host while it runs."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        confirm(f"Move {name} to {node}?", yes=yes or face.json)
        face.follow(running, running.care.move(name, node), wait=not no_wait)


@checkpoints.command("list")
def list_(context: typer.Context, name: Name) -> None:
    """List the checkpoints of a machine, the oldest first."""
    face = face_of(context)
    with face.platform() as running:
        rows = [_row(each) for each in running.care.checkpoints(name)]
    face.rows("", rows, columns=("label", "kind", "created"), empty=f"{name} has no checkpoints")


@checkpoints.command()
def make(context: typer.Context, name: Name, label: Label, no_wait: NoWait = False) -> None:
    """Make a checkpoint: consistent by the guest's own means, or as after a power cut where it has none (told)."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        order = running.care.take(name, label)
        face.follow(running, order, wait=not no_wait)
        if not no_wait and not face.json:
            (made,) = (each for each in running.care.checkpoints(name) if each.label == label)
            face.say(f"{made.kind} checkpoint {label} of {name}")


@checkpoints.command()
def restore(
    context: typer.Context,
    name: Name,
    label: Label,
    allow_loss: AllowLoss = None,
    yes: Yes = False,
    no_wait: NoWait = False,
) -> None:
    """Bring a machine back to a checkpoint: all mail that came since is lost (--allow-loss 'machine TENANT')."""
    face = face_of(context)
    losses = allow_loss or []
    with face.platform(worker=not no_wait) as running:
        plan = running.care.loss(name, label)
        plan.refuse_if_unsafe(losses)
        if not face.json:
            for change in plan:
                show.out.print(f"{change.subject}: [bold red]loses {change.loses}[/]")
        confirm(f"Bring {name} back to {label}?", yes=yes or face.json)
        face.follow(running, running.care.bring_back(name, label, allow_loss=losses), wait=not no_wait)


@checkpoints.command()
def remove(context: typer.Context, name: Name, label: Label, yes: Yes = False, no_wait: NoWait = False) -> None:
    """Forget a checkpoint; the machine goes on as it is."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        confirm(f"Forget checkpoint {label} of {name}?", yes=yes or face.json)
        face.follow(running, running.care.drop(name, label), wait=not no_wait)


def _row(checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "label": checkpoint.label,
        "kind": checkpoint.kind.value,
        "created": f"{checkpoint.created:%Y-%m-%d %H:%M:%S}",
    }


def _counted(metering: Metering | None) -> dict[str, int]:
    if metering is None:
        return {}
    return {
        "metered_s": int(metering.span.total_seconds()),
        "cpu_mhz": metering.cpu_mhz,
        "memory_mib": metering.memory_mib,
        "disk_mib": metering.disk_mib,
        "disk_read_mib": metering.disk_read_mib,
        "disk_written_mib": metering.disk_written_mib,
    }
