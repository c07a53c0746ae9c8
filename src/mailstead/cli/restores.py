"""mailstead restore …"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from mailstead.backup.model import ImageForm
from mailstead.salvage.workflow import EXCHANGE
from mailstead.security.audit import Act

from . import other_places, salvage, show
from .face import AllowLoss, Face, NoWait, Yes, confirm, face_of

app = typer.Typer(no_args_is_help=True)
app.command("list")(other_places.list_)
app.command("remove")(other_places.remove)
for command in (salvage.mail, salvage.mailbox, salvage.file):
    app.command()(command)

Name = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant.")]
Disk = Annotated[str, typer.Argument(metavar="DISK", help="system or data.")]
Snapshot = Annotated[
    int | None, typer.Option("--snapshot", min=1, help="As in mailstead backup list; else the newest.")
]
Beside = Annotated[
    str | None, typer.Option("--beside", metavar="NAME", help="As a second machine, which nothing reaches.")
]
Host = Annotated[str | None, typer.Option("--host", metavar="HOST", help="On another host; the old one goes.")]
HostIsGone = Annotated[
    str,
    typer.Option("--host-is-gone", metavar="HOST", help="The old host, which is off for certain."),
]
NoSafety = Annotated[bool, typer.Option("--no-safety", help="Do not back up first what is there now.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be lost, and change nothing.")]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What somebody wants back; no disk named: all of them."""

    tenant: str
    snapshot: int | None
    disks: tuple[str, ...]
    safety: bool
    losses: tuple[str, ...]


@app.command()
def machine(
    context: typer.Context,
    name: Name,
    snapshot: Snapshot = None,
    beside: Beside = None,
    host: Host = None,
    host_is_gone: HostIsGone = "",
    no_safety: NoSafety = False,
    dry_run: DryRun = False,
    allow_loss: AllowLoss = None,
    yes: Yes = False,
    no_wait: NoWait = False,
) -> None:
    """Bring a whole machine back: in place, beside it, or on another host.

    In place, what is there is backed up first, and kept until mail is served again.
    """
    face, losses, wait = face_of(context), tuple(allow_loss or ()), not no_wait
    if beside and host:
        raise typer.BadParameter("say --beside or --host, not both")
    if beside:
        return other_places.beside(face, name, beside, snapshot, wait=wait)
    if host:
        wanted_there = other_places.Wanted(name, host, snapshot, host_is_gone, losses)
        return other_places.elsewhere(face, wanted_there, dry_run=dry_run, yes=yes, wait=wait)
    wanted = _Wanted(name, snapshot, (), safety=not no_safety, losses=losses)
    return _restore(face, wanted, dry_run=dry_run, yes=yes, wait=wait)


@app.command()
def disk(
    context: typer.Context,
    name: Name,
    disk: Disk,
    snapshot: Snapshot = None,
    no_safety: NoSafety = False,
    dry_run: DryRun = False,
    allow_loss: AllowLoss = None,
    yes: Yes = False,
    no_wait: NoWait = False,
) -> None:
    """Bring one disk of a machine back in place; its other disks stay as they are."""
    wanted = _Wanted(name, snapshot, (disk,), safety=not no_safety, losses=tuple(allow_loss or ()))
    _restore(face_of(context), wanted, dry_run=dry_run, yes=yes, wait=not no_wait)


@app.command()
def undo(
    context: typer.Context,
    name: Name,
    order: Annotated[str, typer.Argument(metavar="ORDER", help="The order of the restore that failed.")],
    yes: Yes = False,
    no_wait: NoWait = False,
) -> None:
    """Take back a restore that did not come to its end: the disks from before are put back, and started.

    Of a mailbox in Exchange: what was opened beside is taken away; what came back already stays.
    """
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        if running.desk.show(order).kind == EXCHANGE:
            return face.follow(running, running.salvage.take_away(name, order), wait=not no_wait)
        confirm(f"Put the disks of {name} from before {order} back?", yes=yes or face.json)
        return face.follow(running, running.protection.undo(name, order), wait=not no_wait)


@app.command()
def download(
    context: typer.Context,
    name: Name,
    disk: Disk,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Made anew; never seen before it is whole.")],
    form: Annotated[ImageForm, typer.Option("--format", help="How the disk is written.")] = ImageForm.QCOW2,
    snapshot: Snapshot = None,
) -> None:
    """Write a disk out of a backup as a file that QEMU or Hyper-V can use; nothing of the tenant is touched."""
    face = face_of(context)
    with face.platform() as running, _bar(face, f"{name}: {disk}") as told:
        act = Act("backup.download", name, disk, {"file": str(file)})
        verb = running.protection.download
        number = running.trail.telling(act, lambda: verb(name, disk, file, form, number=snapshot, told=told))
    size = file.stat().st_size if file.exists() else 0
    face.say(f"{file}: disk {disk} of snapshot {number}, {size >> 20} MiB", file=str(file), snapshot=number, bytes=size)


def _restore(face: Face, wanted: _Wanted, *, dry_run: bool, yes: bool, wait: bool) -> None:
    with face.platform(worker=wait and not dry_run) as running:
        plan = running.protection.loss(wanted.tenant, wanted.snapshot, wanted.disks)
        other_places.tell_loss(face, plan, alone=dry_run)
        if dry_run:
            return
        plan.refuse_if_unsafe(wanted.losses)
        confirm(f"Bring {wanted.tenant} back?", yes=yes or face.json)
        verb, chosen = running.protection.restore, (wanted.tenant, wanted.snapshot, wanted.disks)
        face.follow(running, verb(*chosen, safety=wanted.safety, allow_loss=wanted.losses), wait=wait)


@contextmanager
def _bar(face: Face, title: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=show.err, transient=True, disable=face.json) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
