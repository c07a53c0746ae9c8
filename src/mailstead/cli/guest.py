"""mailstead guest …: what is inside a tenant's Windows machine."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from mailstead.ground.errors import Conflict, InvalidInput
from mailstead.ground.plans import ChangePlan
from mailstead.lifecycle.model import Section, TenantPlan
from mailstead.security.model import Secret
from mailstead.windows.model import (
    Feature,
    FirewallProfile,
    FirewallRule,
    GuestState,
    Item,
    NameServers,
    Restart,
    Service,
)
from mailstead.windows.unattend.model import read_join
from mailstead.wiring import windows_medium

from . import show
from .face import NoWait, Yes, confirm, face_of

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant.")]
COLUMNS = ("part", "name", "is")
NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


@app.command("show")
def show_(context: typer.Context, name: Name) -> None:
    """Show what there is of what the tenant's file names: features, services, name servers, firewall."""
    face = face_of(context)
    with face.platform() as running:
        found = running.lifecycle.inside.found(name)
    rows = list(_rows(found))
    face.rows("", rows, columns=COLUMNS, empty="its file names nothing, and no firewall rule is ours")


@app.command()
def plan(context: typer.Context, name: Name) -> None:
    """Show what `guest apply` would change; change nothing."""
    face = face_of(context)
    with face.platform() as running:
        _tell(face.json, name, running.lifecycle.inside.plan(name))


@app.command()
def apply(context: typer.Context, name: Name, yes: Yes = False, no_wait: NoWait = False) -> None:
    """Bring features, services, name servers and firewall to what the tenant's file says.

    It restarts only if the file says restart = "when-needed".
    """
    face = face_of(context)
    with face.platform(worker=not no_wait) as running:
        if running.lifecycle.inside.windows(name).restart == "when-needed":
            confirm(f"Windows of {name} may restart. Go on?", yes=yes)
        face.follow(running, running.lifecycle.equip(name), wait=not no_wait, tenant=name)


@app.command()
def features(context: typer.Context, name: Name) -> None:
    """List the roles and features that this Windows offers."""
    face = face_of(context)
    with face.platform() as running:
        offered = running.lifecycle.inside.roles(name).features(name)
    rows = [{"feature": feature.name, "installed": feature.installed} for feature in offered]
    face.rows("", rows, columns=("feature", "installed"), empty="none")


@app.command("restart-service")
def restart_service(
    context: typer.Context, name: Name, service: Annotated[str, typer.Argument(help="Its name.")], yes: Yes = False
) -> None:
    """Stop and start one service."""
    face = face_of(context)
    confirm(f"Restart {service} in the machine of {name}?", yes=yes)
    with face.platform() as running:
        running.lifecycle.inside.windows(name)
        running.lifecycle.inside.roles(name).restart_service(name, service)
    face.say(f"{service} was restarted", tenant=name, service=service)


@app.command()
def unattend(
    context: typer.Context,
    name: Name,
    out: Annotated[Path, typer.Option(help="A new file: NAME.iso for the medium, NAME.xml for the answer file alone.")],
    join: Annotated[
        Path | None, typer.Option(help="What djoin /provision /savefile wrote: join its domain; kept in the vault.")
    ] = None,
) -> None:
    """Write what the Windows machine wakes with the first time: a secret, for your eyes and its drive only."""
    face = face_of(context)
    if out.suffix not in {".iso", ".xml"}:
        remedy = "end it in .iso (the medium, with the certificate) or .xml (the answer file alone)"
        raise InvalidInput(f"what is {out.name} to be?", field="out", value=out, remedy=remedy)
    with face.platform() as running:
        waking = windows_medium(running, name, read_join(join.read_bytes()) if join else None)
    _write_new(out, waking.medium if out.suffix == ".iso" else waking.answers)
    face.say(
        f"{out}: {waking.computer_name} will answer at {waking.address}.\nOn its host it belongs to {waking.place}.\n"
        f"Its certificate {waking.thumbprint} ends on {waking.until:%Y-%m-%d}.\n"
        "Whoever reads the file has its passwords: destroy it when the machine is up.",
        file=str(out),
        computer_name=waking.computer_name,
        address=str(waking.address),
        place=str(waking.place),
        thumbprint=waking.thumbprint,
        until=waking.until.isoformat(),
    )


def _write_new(path: Path, content: Secret) -> None:
    """Write a file that only its owner can read; one that is there is refused."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINKS, 0o600)
    except FileExistsError as error:
        remedy = "give another name, or remove it first"
        raise Conflict(f"{path} is there already", field="out", value=path, remedy=remedy) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.reveal())


def _rows(found: GuestState) -> Iterator[dict[str, Any]]:
    parts = (found.features, found.services, found.name_servers, found.profiles, found.rules)
    for item in (each for part in parts for each in part.values()):
        yield _row(item)
    if found.restart.waits:
        yield _row(found.restart)


def _row(item: Item) -> dict[str, str]:
    match item:
        case Feature():
            told = ("feature", item.name, "installed" if item.installed else "not installed")
        case Service():
            told = ("service", item.name, f"{item.start}, {'running' if item.running else 'stopped'}")
        case NameServers():
            told = ("name servers", item.adapter, ", ".join(item.addresses))
        case FirewallProfile():
            told = ("firewall profile", item.name, f"in {item.inbound}, out {item.outbound}" if item.enabled else "off")
        case FirewallRule():
            where = f"{item.protocol} {','.join(item.ports)} from {','.join(item.addresses)}"
            told = ("firewall rule", item.name, f"{item.action} {item.direction} {where}")
        case Restart():
            told = ("restart", "waits", "restart it, or let it be restarted when needed")
    return dict(zip(COLUMNS, told, strict=True))


def _tell(in_json: bool, name: str, plan: ChangePlan[Item]) -> None:
    whole = TenantPlan(name, (Section("windows", plan),))
    if in_json:
        show.as_json(whole.as_dict())
    elif whole:
        show.plans([whole])
    else:
        show.out.print(f"{name}: nothing to do")
