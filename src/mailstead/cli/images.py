"""mailstead image …"""

from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from . import show
from .face import face_of

app = typer.Typer(no_args_is_help=True)


@app.command()
def build(
    context: typer.Context,
    vhdx: Annotated[bool, typer.Option("--vhdx", help="Also for Hyper-V, Generation 2.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="With today's package versions, even if there is one.")
    ] = False,
) -> None:
    """Build the guest appliance, or find it in the cache; new machines start from it."""
    face = face_of(context)
    manifest = face.images().build(vhdx=vhdx, force=force)
    face.say(f"image in {manifest['folder']}", **manifest)


@app.command("list")
def list_(context: typer.Context) -> None:
    """List the images in the cache."""
    face = face_of(context)
    rows = [
        {"key": found["key"][:12], "current": found["current"], "folder": found["folder"]}
        for found in face.images().list()
    ]
    face.rows("", rows, columns=("key", "current", "folder"), empty="no image yet: mailstead image build")


@app.command()
def place(
    context: typer.Context,
    host: Annotated[str, typer.Argument(help="A Hyper-V host, as in `mailstead host list`.")],
) -> None:
    """Bring the current image to a Hyper-V host, over its share; one that is there is kept."""
    face = face_of(context)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with (
        face.hosting() as hosting,
        Progress(*columns, console=show.err, transient=True, disable=face.json) as bar,
    ):
        task = bar.add_task(f"image to {host}", total=None)
        name = hosting.place_image(host, lambda done, whole: bar.update(task, completed=done, total=whole))
    face.say(f"{name} is on {host}", host=host, image=name)
