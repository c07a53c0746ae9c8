"""mailstead audit …"""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from mailstead.security.audit import Head, follow

from . import show
from .face import face_of

app = typer.Typer(no_args_is_help=True)

BROKEN = 3


@app.command("list")
def list_(
    context: typer.Context,
    tenant: Annotated[str | None, typer.Option(help="What concerns this tenant only.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
) -> None:
    """List who did what, the newest first."""
    face = face_of(context)
    with face.platform() as running:
        entries = running.trail.list(tenant, limit)
    rows = [asdict(entry) for entry in entries]
    columns = ("sequence", "at", "actor", "action", "tenant", "subject", "details")
    face.rows("", rows, columns=columns, empty="nothing was done yet")


@app.command()
def verify(
    context: typer.Context,
    head: Annotated[
        str | None, typer.Option(metavar="SEQUENCE:HASH", help="A head printed earlier and kept elsewhere.")
    ] = None,
) -> None:
    """Check that no entry was changed, removed, put in between or moved; name the first bad one and exit with 3.

    Only with a head that was kept elsewhere can it be seen that the end was cut off, or all of it written anew.
    """
    face = face_of(context)
    known = Head.parse(head) if head else None
    with face.platform() as running, show.err.status("checking") as status:
        verdict = running.trail.verify(known, lambda count: status.update(f"checking entry {count}"))
    sound = f"{verdict.head.sequence} entries are whole; head {verdict.head}"
    said = f"{verdict.fault}; sound up to entry {verdict.head.sequence}" if verdict.fault else sound
    face.say(said, whole=not verdict.fault, head=str(verdict.head), fault=verdict.fault)
    if verdict.fault:
        raise typer.Exit(BROKEN)


@app.command()
def head(context: typer.Context) -> None:
    """Print number and hash of the last entry, to be kept elsewhere (paper, another machine) for verify --head."""
    face = face_of(context)
    with face.platform() as running:
        last = running.trail.head()
    face.say(str(last), head=str(last))


@app.command("follow")
def follow_(
    context: typer.Context,
    after: Annotated[
        str | None, typer.Option(metavar="SEQUENCE:HASH", help="Go on behind this head; else from the beginning.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="End when all that is there was told.")] = False,
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 1.0,
) -> None:
    """Tell each entry as it is added, a line of JSON each, for a program that carries them to another machine.

    Example: mailstead audit follow | vector --config ship.toml · Each is checked against the one before; exits with 3
    where the chain is broken.
    """
    last = Head.parse(after) if after else Head()
    with face_of(context).platform() as running:
        while True:
            for entry in running.trail.behind(last.sequence):
                if fault := follow([entry], after=last).fault:
                    show.err.print(fault)
                    raise typer.Exit(BROKEN)
                typer.echo(json.dumps(asdict(entry), ensure_ascii=False))
                last = entry.head
            if once:
                return
            running.world.clock.sleep(every)
