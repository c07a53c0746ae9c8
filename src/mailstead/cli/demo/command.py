"""The command: set the stage, tell the story, take the stage down."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from mailstead.cli.face import face_of
from mailstead.sites.files import read_platform
from mailstead.wiring import Running, found_platform, memory_platform, open_images, open_platform, remove_everything

from .cast import FILE, HOME
from .story import Story


def demo(
    context: typer.Context,
    trial: Annotated[bool, typer.Option("--trial", help="On memory drivers: no root, no machines, seconds.")] = False,
    down: Annotated[bool, typer.Option("--down", help="Remove all that the demonstration made.")] = False,
    images: Annotated[bool, typer.Option("--images", help="With --down: the cache of guest images too.")] = False,
) -> None:
    """Build two tenants, send a mail between them, and prove that nothing else passes. May be repeated."""
    face = face_of(context)
    home = HOME if "home" not in _given(context) else face.home
    if down:
        kept = remove_everything(home, images=images)
        face.say(f"removed{f'; kept for the next time: {kept}' if kept else ''}")
        return
    with _memory() if trial else _real(home) as running:
        story = Story(running)
        well = story.build() and all([story.write(), story.prove()])
        story.end("mailstead" if trial else f"mailstead --home {home}")
    if not well:
        raise typer.Exit(3)


def _given(context: typer.Context) -> set[str]:
    """Return the global options that were given and not defaulted."""
    root = context.find_root()
    return {
        name for name in root.params if str(root.get_parameter_source(name)).endswith(("COMMANDLINE", "ENVIRONMENT"))
    }


@contextmanager
def _real(home: Path) -> Iterator[Running]:
    found_platform(home, FILE)
    (home / "backups").mkdir(mode=0o700, exist_ok=True)
    open_images(home).build()
    with open_platform(home, worker=True) as running:
        yield running


@contextmanager
def _memory() -> Iterator[Running]:
    folder = Path(tempfile.mkdtemp(prefix="mailstead-trial-"))
    try:
        (folder / "mailstead.toml").write_text(FILE)
        running, engine = memory_platform(folder, read_platform(folder / "mailstead.toml"))
        yield running
        engine.close()
    finally:
        shutil.rmtree(folder)
