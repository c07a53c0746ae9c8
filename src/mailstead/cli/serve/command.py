"""The command: open the platform, say where it answers, serve."""

from contextlib import closing
from importlib import import_module
from ipaddress import ip_address
from socket import socket
from typing import Annotated

import typer

from mailstead.cli.face import Face, face_of
from mailstead.ground.errors import InvalidInput
from mailstead.sites.model import Platform
from mailstead.wiring import Running, Trial, open_trial

from .place import Place

TRIAL = {
    "name": "trial",
    "sites": [{"name": "home", "hosts": [{"name": name, "driver": "memory"} for name in ("kvm1", "kvm2", "kvm3")]}],
    "dns": {"driver": "memory"},
    "backup_target": [{"name": "shelf", "kind": "memory"}],
}

Listen = Annotated[str | None, typer.Option(help="Address to answer at; else that of \\[web] in mailstead.toml.")]
Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Port to answer at.")]
NoWorker = Annotated[bool, typer.Option("--no-worker", help="Answer only; another process carries orders out.")]
OnTrial = Annotated[
    bool, typer.Option("--trial", help="On memory drivers, with invented tenants and an owner: to look around.")
]


def serve(
    context: typer.Context,
    listen: Listen = None,
    port: Port = None,
    no_worker: NoWorker = False,
    trial: OnTrial = False,
) -> None:
    """Serve console and REST API, and carry orders out, until told to stop (SIGTERM, Ctrl-C).

    One process does for one machine. On one PostgreSQL several may run, on as many machines.
    """
    face = face_of(context)
    if trial:
        return _serve_trial(face, listen, port)
    with face.platform(worker=not no_worker) as running:
        place = _place(running.platform, listen, port)
        with closing(place.taken()) as door:
            _say(face, running, place)
            _serve(running, door)
    return None


def _serve_trial(face: Face, listen: str | None, port: int | None) -> None:
    url = f"https://localhost:{port or 8443}"
    with open_trial(Platform.parse({**TRIAL, "web": {"url": url}})) as trial:
        place = _place(trial.running.platform, listen, port)
        with closing(place.taken()) as door:
            _say(face, trial.running, place, trial)
            _serve(trial.running, door)


def _serve(running: Running, door: socket) -> None:
    """Load API and console only now: no other command waits for them."""
    import_module(".server", __package__).serve(running, door)


def _place(platform: Platform, listen: str | None, port: int | None) -> Place:
    at = listen or str(platform.web.listen)
    try:
        ip_address(at)
    except ValueError as error:
        remedy = "give an IP address of this machine, or 0.0.0.0 or ::"
        raise InvalidInput(f"{at!r} is no address", field="--listen", value=at, remedy=remedy) from error
    return Place(at, port or platform.web.port)


def _say(face: Face, running: Running, place: Place, trial: Trial | None = None) -> None:
    url = running.platform.web.url
    told = {"url": url, "listen": place.listen, "port": place.port, "worker": running.works}
    if trial:
        told |= {
            "owner": trial.owner,
            "password": trial.password.reveal_text(),
            "totp": trial.totp.reveal_text(),
            "recovery_code": trial.recovery_code,
            "token": trial.token.reveal_text(),
        }
    works = "orders are carried out here" if running.works else "another process carries orders out"
    lines = [f"{url}  (answers at {place}; {works})"]
    lines += [f"  {name:<13} {value}" for name, value in told.items() if trial and name not in _COMMON]
    face.say("\n".join(lines), **told)


_COMMON = {"url", "listen", "port", "worker"}
