"""mailstead services …"""

from dataclasses import asdict

import typer

from mailstead.wiring import open_services

from .face import Yes, confirm, face_of

app = typer.Typer(no_args_is_help=True)


@app.command()
def start(context: typer.Context) -> None:
    """Start what the platform needs on this machine and does not run yet: libvirt, switch, name server, resolver."""
    face = face_of(context)
    services = open_services(face.home)
    services.start()
    face.rows(
        "", [asdict(one) for one in services.status()], columns=("service", "pid"), empty="nothing had to be started"
    )


@app.command()
def status(context: typer.Context) -> None:
    """Show what of it runs."""
    face = face_of(context)
    rows = [asdict(one) for one in open_services(face.home).status()]
    face.rows("", rows, columns=("service", "pid"), empty="nothing of ours runs")


@app.command()
def stop(context: typer.Context, yes: Yes = False) -> None:
    """Take our switch, tables and addresses off this machine and end what was started: tenants lose their network."""
    face = face_of(context)
    confirm("Stop name server, resolver and all tenants' networks on this machine?", yes=yes)
    open_services(face.home).stop()
    face.say("stopped")
