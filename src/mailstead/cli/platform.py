"""mailstead init | work | schema."""

import json
from pathlib import Path
from typing import Annotated

import typer

from mailstead.ground.values import Value
from mailstead.lifecycle.upkeep import upkeep
from mailstead.people.model import Role
from mailstead.people.person import NewPerson
from mailstead.sites.files import EXAMPLE
from mailstead.sites.model import Platform
from mailstead.tenants.model import Tenant
from mailstead.wiring import found_platform

from .beside import BACKUPS_S, beside, protect
from .face import Face, face_of
from .people import invite


def init(
    context: typer.Context,
    owner: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Also make this person an owner, and print their one-time link."),
    ] = None,
) -> None:
    """Found a platform in the home folder: mailstead.toml, key file, database. What is there is kept."""
    face = face_of(context)
    wanted = NewPerson.parse({"address": owner, "role": Role.OWNER}) if owner else None
    made = found_platform(face.home, EXAMPLE)
    if not (wanted and face.json):  # one document
        _tell(face, made)
    if wanted:
        invite(face, wanted)


def work(
    context: typer.Context,
    every_s: Annotated[float, typer.Option("--every", help="Seconds between two rounds of upkeep.")] = 300.0,
    rounds: Annotated[int, typer.Option(help="Stop after so many rounds; 0: never.")] = 0,
) -> None:
    """Carry out orders as they come, and keep certificates and removals on time, until interrupted."""
    face = face_of(context)
    with face.platform(worker=True) as running:
        running.demand_worker()
        with beside("backups", BACKUPS_S, lambda: protect(running)):
            upkeep(running.lifecycle, running.world, running.engine, every_s=every_s, rounds=rounds)


def schema(
    what: Annotated[str, typer.Argument(help="platform or tenant.")] = "platform",
) -> None:
    """Print the JSON Schema of mailstead.toml (platform) or of a file in tenants/ (tenant)."""
    models: dict[str, type[Value]] = {"platform": Platform, "tenant": Tenant}
    model = models.get(what)
    if model is None:
        raise typer.BadParameter("say platform or tenant")
    typer.echo(json.dumps(model.model_json_schema(), indent=2))


def _tell(face: Face, made: list[Path]) -> None:
    told = "\n".join(f"  made {path}" for path in made) or "  nothing: all of it was there"
    face.say(
        f"platform in {face.home}\n{told}\nlook through mailstead.toml, then: mailstead tenant add --help", made=made
    )
