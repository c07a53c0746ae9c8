"""mailstead on the command line: global options, and what an error looks like."""

import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from mailstead.ground.errors import MailsteadError

from .call import Call
from .program import Program

_GLOBAL = {"--json", "--explain"}
app = typer.Typer(
    cls=Program,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Every tenant a homestead of its own: a virtual machine, network, DNS zone and mail server each.",
    epilog="Exit status: 0 done · 1 unexpected · 2 refused, nothing changed · 3 drift, findings, or a check failed · "
    "4 not found · 5 far side silent · 6 far side refused · 7 lease lost · 8 cancelled. --json and --explain may stand "
    "anywhere.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mailstead {import_module('importlib.metadata').version('mailstead')}")
        raise typer.Exit


@app.callback()
def start(
    context: typer.Context,
    home: Annotated[
        Path, typer.Option(envvar="MAILSTEAD_HOME", help="Folder of the platform: mailstead.toml, tenants/, state.")
    ] = Path("/var/lib/mailstead"),
    json: Annotated[bool, typer.Option("--json", help="Speak JSON; may stand anywhere.")] = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Tell each cmdlet that is sent to a Windows host; may stand anywhere."),
    ] = False,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Tell which release this is.")
    ] = False,
) -> None:
    """Keep what holds for the whole call."""
    context.obj = Call(home, json, explain)


def main() -> None:
    """Run the command line; errors become one clear message and an exit status."""
    signal.signal(signal.SIGTERM, _leave)
    words = sys.argv[1:]
    in_json = "--json" in words
    # Wherever they stand, they belong to the whole call.
    arguments = sorted(_GLOBAL & {*words}) + [word for word in words if word not in _GLOBAL]
    try:
        app(arguments, prog_name="mailstead")
    except MailsteadError as error:
        import_module(".show", __package__).error(error, in_json=in_json)
        sys.exit(error.exit_status)
    except typer.Abort:
        sys.exit(1)


def _leave(number: int, _frame: object) -> None:
    """Leave as after Ctrl-C, so that leases and locks are given back."""
    sys.exit(128 + number)
