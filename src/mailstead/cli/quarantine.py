"""mailstead quarantine …"""

from pathlib import Path
from typing import Annotated

import typer

from mailstead.tenants.files import as_toml, read_tenant
from mailstead.wiring.claims import told as told_holdings
from mailstead.wiring.quarantine import told

from . import show
from .face import face_of

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant, as its machine bears it.")]
OPEN_COLUMNS = ("order", "kind", "tenant", "status")


@app.command("show")
def show_(context: typer.Context) -> None:
    """Compare world and state: what to adopt (there, and not known), recreate (known, not there), leave alone.

    Nothing is changed, and nothing that is not known is ever deleted.
    """
    face = face_of(context)
    with face.platform() as running:
        found, why = told(running.quarantine.proposals()), running.quarantine.why
        orders = [
            {"order": order.id, "kind": order.kind, "tenant": order.tenant, "status": order.status.value}
            for order in running.quarantine.open_orders()
        ]
        hosts = list(told_holdings(running.quarantine.claims.holdings()))
    if face.json:
        return show.as_json({"quarantine": why, "proposals": found, "open_orders": orders, "hosts": hosts})
    show.out.print(f"in quarantine: {why}" if why else "not in quarantine")
    columns = ("action", "subject", "found", "command")
    show.table("", found, columns=columns, empty="state and world know the same tenants, hosts and numbers")
    if orders:
        show.heading("orders that were open; they will not be carried on, and can be retried")
        show.table("", orders, columns=OPEN_COLUMNS, empty="")
    if why:
        show.out.print("\nwhen all of it is as you want it: mailstead quarantine leave")
    return None


@app.command()
def adopt(
    context: typer.Context,
    name: Name,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="What is wanted for it, as tenants/NAME.toml says.")
    ] = None,
) -> None:
    """Take over a tenant that is there: its host, disks, numbers and records. Nothing outside is changed."""
    face = face_of(context)
    wanted = read_tenant(file, name) if file else None
    with face.platform() as running:
        done = running.quarantine.adopt(name, wanted)
    face.say("\n".join(done or [f"{name} is known as it is"]), tenant=name, taken_over=done)


@app.command()
def draft(context: typer.Context, name: Name) -> None:
    """Print a file for a tenant that is there and not known, made from what its machine shows; look it through."""
    face = face_of(context)
    with face.platform() as running:
        wanted = running.quarantine.adoption.draft(name)
    if face.json:
        show.as_json(wanted.model_dump(mode="json"))
    else:
        typer.echo(as_toml(wanted), nl=False)


@app.command()
def leave(
    context: typer.Context,
    platform: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the platform, in place of typing it when asked.")
    ] = None,
) -> None:
    """Let the restored platform act. Asks for the platform's name.

    What the world shows of known tenants is taken over, numbers of unknown ones are given to nobody, orders of the old
    state are not carried on. On every host this copy of the platform takes the place of any other.
    """
    face = face_of(context)
    with face.platform() as running:
        running.quarantine.refuse_other_name(platform or _asked(running.platform.name), running.platform.name)
        done = running.quarantine.leave()
    face.say("\n".join([*done, "out of quarantine; next: mailstead plan"]), done=done)


def _asked(name: str) -> str:
    return str(typer.prompt(f"Type the name of the platform ({name}) to let it act", err=True))
