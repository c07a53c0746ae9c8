"""mailstead host claim | release | claims."""

from typing import Annotated

import typer

from mailstead.wiring.claims import told

from .face import Yes, confirm, face_of

Name = Annotated[str, typer.Argument(metavar="HOST", help="Name of the host, as in `mailstead host list`.")]


def register(app: typer.Typer) -> None:
    """Hang these commands below `mailstead host`."""
    app.command()(claims)
    app.command()(claim)
    app.command()(release)


def claims(context: typer.Context) -> None:
    """Show which platform each host is managed by."""
    face = face_of(context)
    with face.platform() as running:
        rows = list(told(running.quarantine.claims.holdings()))
    columns = ("host", "place", "holder", "platform", "generation")
    face.rows("", rows, columns=columns, empty="no host of this platform bears claims")


def claim(
    context: typer.Context,
    name: Name,
    take_over: Annotated[bool, typer.Option("--take-over", help="Also from another platform.")] = False,
    yes: Yes = False,
) -> None:
    """Claim a host for this platform. It is done by itself where nobody has claimed it."""
    face = face_of(context)
    with face.platform() as running:
        if take_over:
            confirm(f"Is whatever else manages {name} gone for good?", yes=yes)
            running.quarantine.take_over(name)
        else:
            running.quarantine.claims.demand(name)
    face.say(f"{name} is managed by this platform", host=name)


def release(context: typer.Context, name: Name, yes: Yes = False) -> None:
    """Give a host up, so that another platform can claim it. Machines on it are left as they are."""
    face = face_of(context)
    confirm(f"Let another platform have {name}?", yes=yes)
    with face.platform() as running:
        running.quarantine.release(name)
    face.say(f"{name} is free; take it out of mailstead.toml, or the next order claims it again", host=name)
