"""mailstead backup target … and mailstead backup keys …"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from mailstead.ground.clock import SystemClock
from mailstead.ground.errors import Conflict, InvalidInput
from mailstead.ground.files import write_whole
from mailstead.security.audit import Act
from mailstead.security.model import Secret
from mailstead.security.passphrases import read_passphrase
from mailstead.wiring import Running, keep_credentials

from .face import face_of

app = typer.Typer(no_args_is_help=True)
keys = typer.Typer(no_args_is_help=True)

Target = Annotated[str, typer.Argument(metavar="TARGET", help="Its name in a [[backup_target]] of mailstead.toml.")]


@app.command("list")
def list_(context: typer.Context) -> None:
    """List the targets that mailstead.toml names."""
    face = face_of(context)
    with face.platform() as running:
        rows = [
            {"target": each.name, "kind": each.kind, "place": each.place, "second": each.second}
            for each in running.platform.backup_target
        ]
    face.rows("", rows, columns=("target", "kind", "place", "second"), empty="mailstead.toml has no [[backup_target]]")


@app.command()
def add(
    context: typer.Context,
    name: Target,
    access_key: Annotated[str, typer.Option(help="Bucket: the id of the access key.")] = "",
) -> None:
    """Take a target into use: its store is made, if there is none yet. A bucket's secret key is read from stdin."""
    face = face_of(context)
    with face.platform() as running:
        wanted = running.protection.ground.places.wanted(name)
        if wanted.kind == "s3":
            secret = _secret_key(access_key)
            running.trail.note(Act("backup.target.credentials", "", name, {"access_key": access_key}))
            keep_credentials(running.world.vault, name, access_key, secret)
        running.trail.note(Act("backup.target.add", "", name, {"kind": wanted.kind, "place": wanted.place}))
        tenants = _tenants(running, name)
    face.say(f"{name} is in use: backups of {tenants} tenants lie there", target=name, tenants=tenants)


@app.command()
def check(context: typer.Context, name: Target) -> None:
    """See that a target can be reached, and that all is there which keys hang on. Leaves with 3 if not."""
    face = face_of(context)
    with face.platform() as running:
        store = running.protection.ground.places.store(name)
        begun = SystemClock().monotonic()
        broken, tenants = store.verify(), store.tenants()
        seconds = round(SystemClock().monotonic() - begun, 2)
    told = ", ".join(broken) or f"sound, {len(tenants)} tenants, {seconds} s"
    face.say(f"{name}: {told}", target=name, store=store.id, broken=broken, tenants=tenants, seconds=seconds)
    if broken:
        raise typer.Exit(3)


@keys.command()
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Made anew, readable by its owner alone.")],
    target: Annotated[str | None, typer.Option(help="Of this target; else of the first.")] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option(metavar="F", help="File of mode 0600 with the passphrase in its first line.")
    ] = None,
) -> None:
    """Write the keys of all tenants' backups under a passphrase: tools/read_backup.py restores disks with them alone.

    Keep the file and the passphrase apart from this machine, and export anew when tenants came.
    """
    face = face_of(context)
    if file.exists():
        raise Conflict(f"{file} is there", field="file", value=file, remedy="give another name")
    passphrase = read_passphrase(passphrase_file) if passphrase_file else _asked()
    with face.platform() as running:
        places = running.protection.ground.places
        chosen = target or next(iter(places.names), "")
        store = places.store(chosen)
        running.trail.note(Act("backup.keys.export", "", chosen))
        content = store.export_keys(passphrase)
    write_whole(file, content, mode=0o600)
    face.say(f"{file}: the keys of {len(store.tenants())} tenants", file=str(file), target=chosen)


def _tenants(running: Running, name: str) -> int:
    places = running.protection.ground.places
    return 0 if places.is_second(name) else len(places.store(name).tenants())


def _secret_key(access_key: str) -> Secret:
    if not access_key:
        remedy = "say --access-key, and give the secret key on standard input"
        raise InvalidInput("a bucket needs an access key", field="access_key", remedy=remedy)
    if sys.stdin.isatty():
        return Secret.of(typer.prompt("Secret key", hide_input=True, err=True))
    return Secret.of(sys.stdin.readline().rstrip("\n"))


def _asked() -> Secret:
    return Secret.of(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True))
