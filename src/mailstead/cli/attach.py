"""mailstead backup attach …"""

import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from mailstead.protection.attaching import attached
from mailstead.security.audit import Act

from .face import face_of

Socket = Annotated[Path, typer.Argument(metavar="SOCKET", help="A UNIX socket that is made anew, for its owner alone.")]
Command = Annotated[
    list[str] | None, typer.Argument(metavar="[-- COMMAND]", help="Run this meanwhile; else until Ctrl-C.")
]


def attach(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant.")],
    socket: Socket,
    command: Command = None,
    snapshot: Annotated[int | None, typer.Option("--snapshot", min=1, help="Which; else the newest.")] = None,
) -> None:
    """Let a backup's disks be read over NBD, as they are: by qemu-nbd, qemu-img, nbdcopy. Nothing is copied first."""
    face = face_of(context)
    with face.platform() as running, ExitStack() as served:
        act = Act("backup.attach", name, str(socket), {"snapshot": snapshot or "the newest"})
        disks = running.trail.telling(
            act, lambda: served.enter_context(attached(running.protection, name, socket, snapshot))
        )
        places = [f"nbd+unix:///{disk}?socket={socket}" for disk in disks]
        face.say("\n".join(places), disks=places)
        status = subprocess.run(command, check=False).returncode if command else _until_told()
    raise typer.Exit(status)


def _until_told() -> int:
    with suppress(KeyboardInterrupt):
        Event().wait()
    return 0
