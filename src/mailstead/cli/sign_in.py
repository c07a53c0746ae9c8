"""mailstead sign-in …: providers of OpenID Connect, as mailstead.toml names them."""

import sys
from typing import Annotated

import typer

from mailstead.ground.errors import InvalidInput, NotFound
from mailstead.people.provider import ProviderStanding
from mailstead.security.model import Secret
from mailstead.sites.sign_in import SignIn
from mailstead.wiring import Running
from mailstead.wiring.sign_ins import keep_secret

from .face import Face, face_of

app = typer.Typer(no_args_is_help=True)
CLOCK_MOST_S = 30.0
FOUND = 3  # exit status of findings

Name = Annotated[str, typer.Argument(metavar="NAME", help="As it is named under [[sign_in]] in mailstead.toml.")]


@app.command("list")
def list_(context: typer.Context) -> None:
    """List the providers that mailstead.toml names."""
    face = face_of(context)
    with face.platform() as running:
        rows = [
            {"name": one.name, "label": one.label, "issuer": one.issuer, "second_factor": _factor(one)}
            for one in running.platform.sign_in
        ]
    columns = ("name", "label", "issuer", "second_factor")
    face.rows("", rows, columns=columns, empty="none: add [[sign_in]] to mailstead.toml, see docs/sign-in.md")


@app.command()
def secret(context: typer.Context, name: Name) -> None:
    """Keep the client secret of a provider, read from standard input, or asked for without showing it."""
    face = face_of(context)
    with face.platform() as running:
        _named(running, name)
        keep_secret(running.world.vault, name, _read())
    face.say(f"the client secret of {name} is kept", name=name)


@app.command()
def check(context: typer.Context, name: Name) -> None:
    """Ask a provider what it is: whether it answers, has keys we can use, and a clock that agrees with ours."""
    face = face_of(context)
    with face.platform() as running:
        named = _named(running, name)
        standing = running.people.elsewhere.standing(name)
    findings = _findings(standing)
    _tell(face, named, standing, findings)
    if findings:
        raise typer.Exit(FOUND)


def _tell(face: Face, named: SignIn, standing: ProviderStanding, findings: list[str]) -> None:
    facts = {"issuer": named.issuer, "asks people at": standing.authorization, "redeems at": standing.token}
    told = {"keys": standing.keys, "pkce": standing.pkce, "names_itself": standing.names_itself}
    off = {"clock_off_s": round(standing.clock_off_s, 1), "second_factor": _factor(named)}
    face.value({**facts, **told, **off, "findings": findings})


def _findings(standing: ProviderStanding) -> list[str]:
    found = []
    if not standing.keys:
        found.append("it publishes no key that we can use (RSA of 2048 bits, EC, Ed25519)")
    if abs(standing.clock_off_s) > CLOCK_MOST_S:
        found.append("its clock and ours disagree: set both by NTP")
    return found


def _factor(named: SignIn) -> str:
    factor = named.second_factor
    return f"{factor.claim}: {' or '.join(factor.values)}" if factor else "ours is asked for"


def _named(running: Running, name: str) -> SignIn:
    for one in running.platform.sign_in:
        if one.name == name:
            return one
    remedy = "see mailstead sign-in list"
    raise NotFound(f"mailstead.toml names no sign-in {name}", field="name", value=name, remedy=remedy)


def _read() -> Secret:
    given = typer.prompt("Client secret", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    if not given.strip():
        raise InvalidInput("there is no secret", field="secret", remedy="give it on standard input, in one line")
    return Secret.of(given.strip())
