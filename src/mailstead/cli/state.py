"""mailstead state …"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from mailstead.ground.clock import SystemClock
from mailstead.security.model import Secret
from mailstead.security.passphrases import read_passphrase
from mailstead.security.passwords import check_password
from mailstead.wiring.state_backup import Told, about_backup, back_up, look_through, open_backup
from mailstead.wiring.state_restore import restore as bring_back

from . import show
from .face import Face, face_of

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(metavar="F", help="File of mode 0600 with the passphrase in its first line; asked for otherwise."),
]


@app.command()
def backup(
    context: typer.Context,
    file: File,
    passphrase_file: PassphraseFile = None,
    replace: Annotated[bool, typer.Option(help="Overwrite FILE if it is there.")] = False,
) -> None:
    """Seal database, key file, platform file and tenants/ into FILE, while everything runs.

    All that a dead machine's platform needs; not in it: disks, images, the name server's own keys. Keep FILE and the
    passphrase apart from this machine.
    """
    face = face_of(context)
    passphrase = _passphrase(passphrase_file, new=True)
    with _told(face, "sealing") as told:
        about = back_up(face.home, file, passphrase, clock=SystemClock(), told=told, replace=replace)
    size = file.stat().st_size
    face.say(f"{file}: {sum(about['rows'].values())} rows, {size >> 10} KiB", **about, file=str(file), bytes=size)


@app.command("show")
def show_(context: typer.Context, file: File, passphrase_file: PassphraseFile = None) -> None:
    """Show what is in a backup, without secrets; with its passphrase also whether all of it can be read."""
    face = face_of(context)
    about = about_backup(file)
    if passphrase_file:
        about |= look_through(open_backup(file, read_passphrase(passphrase_file)))
    if not face.json:
        about["rows"] = [f"{table} {number}" for table, number in about["rows"].items() if number]
    face.value(about)


@app.command()
def restore(
    context: typer.Context,
    file: File,
    passphrase_file: PassphraseFile = None,
    replace: Annotated[bool, typer.Option(help="Replace the state that is there; it is kept aside.")] = False,
    platform_file: Annotated[
        Path | None,
        typer.Option(metavar="F", help="Use this mailstead.toml in place of the one in FILE: another database, say."),
    ] = None,
) -> None:
    """Bring a platform back from FILE into the home folder. It begins in quarantine: it looks, plans, changes nothing.

    The database may be of another kind than the one that was backed up (SQLite, PostgreSQL).
    """
    face = face_of(context)
    passphrase = _passphrase(passphrase_file, new=False)
    with _told(face, "restoring") as told:
        done = bring_back(
            face.home,
            file,
            passphrase,
            clock=SystemClock(),
            told=told,
            replace_there=replace,
            platform_file=platform_file,
        )
    kept = "".join(f"\n  kept aside: {what}" for what in done["kept_aside"])
    text = f"restored into {face.home}, and in quarantine{kept}\nwhat to do now: mailstead quarantine show"
    face.say(text, **done)


def _passphrase(file: Path | None, *, new: bool) -> Secret:
    if file:
        passphrase = read_passphrase(file)
    else:
        passphrase = Secret.of(typer.prompt("Passphrase", hide_input=True, confirmation_prompt=new, err=True))
    if new:
        check_password(passphrase)
    return passphrase


@contextmanager
def _told(face: Face, what: str) -> Iterator[Told]:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} rows"), TimeElapsedColumn())
    with Progress(*columns, console=show.err, transient=True, disable=face.json) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
