"""mailstead host drain | resume | events."""

import re
from datetime import UTC, timedelta
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from mailstead.ground.errors import InvalidInput, NotFound
from mailstead.lifecycle.care_steps import had
from mailstead.lifecycle.draining import DrainPlan
from mailstead.security.audit import Act
from mailstead.wiring import Running

from . import progress, show
from .claims import Name
from .face import Face, Yes, confirm, face_of

UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def register(app: typer.Typer) -> None:
    """Hang these commands below `mailstead host`."""
    app.command()(drain)
    app.command()(resume)
    app.command()(events)


def drain(
    context: typer.Context,
    name: Name,
    reason: Annotated[str, typer.Option(help="Why, for whoever wonders that it takes no tenants.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would move where, and change nothing.")] = False,
    yes: Yes = False,
) -> None:
    """Empty a host for maintenance: it takes no new tenants, and its machines move away while they run."""
    face = face_of(context)
    with face.platform(worker=not dry_run) as running:
        plan = running.draining.plan(name)
        if dry_run or not face.json:
            _tell(face, plan)
        if dry_run:
            return
        confirm(f"Empty {name}?", yes=yes or face.json)
        running.trail.note(Act("host.drain", "", name, {"reason": reason}))
        orders = running.draining.begin(name, reason)
        moved = [move.tenant for move in plan.moves]
        if plan.by_cluster:
            _watch(face, running, name)
        views = [progress.watch(running.desk, order, quiet=face.json) for order in orders]
    for view in views:
        progress.leave(view, quiet=face.json)
    face.say(f"{name} is empty and in maintenance; its end: mailstead host resume {name}", host=name, moved=moved)


def resume(context: typer.Context, name: Name) -> None:
    """End the maintenance of a host: it takes tenants again. Those that left come back only when they are moved."""
    face = face_of(context)
    with face.platform() as running:
        running.trail.note(Act("host.resume", "", name))
        running.draining.resume(name)
    face.say(f"{name} takes tenants again", host=name)


def events(
    context: typer.Context,
    name: Name,
    since: Annotated[str, typer.Option(help="How far back: 30m, 1h, 2d.")] = "1h",
) -> None:
    """Show what the hypervisor of a host has logged, the oldest first."""
    face = face_of(context)
    with face.platform() as running:
        ports = running.world.hosts.get(name)
        if ports is None:
            raise NotFound(f"there is no host {name}", field="host", value=name, remedy="see mailstead host list")
        found = had(ports.events, ports, "event logs").events(running.world.clock.now() - _span(since))
    rows = [
        {
            "at": f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
            "level": event.level,
            "log": event.log,
            "number": event.number,
            "message": event.message,
        }
        for event in found
    ]
    face.rows("", rows, columns=("at", "level", "log", "number", "message"), empty=f"nothing since {since}")


def _tell(face: Face, plan: DrainPlan) -> None:
    rows = [{"tenant": move.tenant, "to": move.to} for move in plan.moves]
    if face.json:
        show.as_json({"host": plan.host, "by_cluster": plan.by_cluster, "moves": rows})
        return
    if plan.by_cluster and rows:
        show.out.print("the cluster moves these, and chooses where to; there is room at least as follows:")
    show.table("", rows, columns=("tenant", "to"), empty=f"no machine is on {plan.host}")


def _watch(face: Face, running: Running, name: str) -> None:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=show.err, transient=True, disable=face.json) as bar:
        task = bar.add_task(name, total=None)
        for left in running.draining.watch(name):
            bar.update(task, description=f"{name}: {left} machines left")


def _span(text: str) -> timedelta:
    """Return a span such as 30m, 1h, 2d; raise InvalidInput."""
    match = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", text)
    if match is None:
        raise InvalidInput(f"{text!r} is no span of time", field="since", value=text, remedy="say 30m, 1h or 2d")
    return timedelta(**{UNITS[match[2]]: int(match[1])})
