"""mailstead restore machine … --beside or --host, restore list, restore remove."""

from dataclasses import dataclass
from typing import Annotated

import typer

from mailstead.ground.plans import ChangePlan
from mailstead.protection.other_places import OtherPlaces

from . import show
from .face import Face, NoWait, Yes, confirm, face_of

Name = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant.")]
COLUMNS = ("name", "machine", "host", "power", "disks")


def beside(face: Face, name: str, as_name: str, snapshot: int | None, *, wait: bool) -> None:
    """Bring a machine back beside the tenant's own, and say how to look into it."""
    with face.platform(worker=wait) as running:
        verbs = OtherPlaces(running.protection)
        face.follow(running, verbs.beside(name, as_name, snapshot), wait=wait)
        if not wait or face.json:
            return
        for each in (each for each in verbs.found(name) if each.name == as_name):
            face.say(f"{each.machine} runs on {each.host}; nothing reaches it by network, and it reaches nothing")
            face.say(f"its console: virsh console ms-{each.machine}   its disks: {', '.join(each.disks)}")
            face.say(f"to be rid of it: mailstead restore remove {name} {as_name}")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants back on another host; *gone* names the old one, where it is off for certain."""

    tenant: str
    host: str
    snapshot: int | None
    gone: str
    losses: tuple[str, ...]


def elsewhere(face: Face, wanted: Wanted, *, dry_run: bool, yes: bool, wait: bool) -> None:
    """Bring a machine back on another host, after showing what is lost."""
    with face.platform(worker=wait and not dry_run) as running:
        verbs, about = OtherPlaces(running.protection), (wanted.tenant, wanted.host, wanted.snapshot)
        plan = verbs.loss(*about)
        tell_loss(face, plan, alone=dry_run)
        if dry_run:
            return
        plan.refuse_if_unsafe(wanted.losses)
        confirm(f"Bring {wanted.tenant} back on {wanted.host}?", yes=yes or face.json)
        face.follow(running, verbs.elsewhere(*about, gone=wanted.gone, allow_loss=wanted.losses), wait=wait)


def tell_loss(face: Face, plan: ChangePlan[str], *, alone: bool) -> None:
    """Show what would be lost; with `--json` only where it is *alone* what was asked for."""
    if not face.json:
        for change in plan:
            loses = f"  [bold red]loses {change.loses}[/]" if change.loses else ""
            show.out.print(f"{change.subject}: {change.after}{loses}")
    elif alone:
        show.as_json(show.changes(plan))


def list_(context: typer.Context, name: Name) -> None:
    """List the machines beside a tenant's own, which came back from backups."""
    face = face_of(context)
    with face.platform() as running:
        rows = [
            {**{column: getattr(each, column) for column in COLUMNS}, "disks": ", ".join(each.disks)}
            for each in OtherPlaces(running.protection).found(name)
        ]
    face.rows("", rows, columns=COLUMNS, empty=f"there is no machine beside that of {name}")


def remove(
    context: typer.Context,
    name: Name,
    as_name: Annotated[str, typer.Argument(metavar="NAME", help="As in mailstead restore list.")],
    yes: Yes = False,
    no_wait: NoWait = False,
) -> None:
    """Take a machine beside a tenant's own away, with its disks and all that was done in it."""
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        confirm(f"Remove {as_name} beside {name}, with its disks?", yes=yes or face.json)
        face.follow(running, OtherPlaces(running.protection).remove(name, as_name), wait=not no_wait)
