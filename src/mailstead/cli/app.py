"""mailstead on the command line: global options, and the commands by subject."""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from mailstead.ground.errors import MailsteadError

from . import (
    audit,
    backups,
    checks,
    claims,
    demo,
    doctor,
    guest,
    hosting,
    hosts,
    images,
    machines,
    mail,
    maintenance,
    orders,
    people,
    plans,
    platform,
    quarantine,
    restores,
    serve,
    services,
    show,
    state,
    tenants,
)
from .face import DEFAULT_HOME, Face

_GLOBAL = {"--json", "--explain"}
app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Every tenant a homestead of its own: a virtual machine, network, DNS zone and mail server each.",
    epilog="Exit status: 0 done · 1 unexpected · 2 refused, nothing changed · 3 drift, findings, or a check failed · "
    "4 not found · 5 far side silent · 6 far side refused · 7 lease lost · 8 cancelled. --json and --explain may stand "
    "anywhere.",
)

app.add_typer(tenants.app, name="tenant", help="Tenants: add, show, change, suspend, remove.")
app.add_typer(mail.mailboxes, name="mailbox", help="Mailboxes of a tenant.")
app.add_typer(mail.aliases, name="alias", help="Aliases: mail to one address goes to others.")
app.add_typer(mail.lists, name="list", help="Distribution lists.")
app.add_typer(mail.domains, name="domain", help="Mail domains of a tenant and their policies.")
app.add_typer(orders.app, name="order", help="Orders: what is being done, was done, or failed.")
app.add_typer(machines.app, name="machine", help="Machines: how they fare, checkpoints, copies, moves.")
app.add_typer(backups.app, name="backup", help="Backups of machines: made, listed, checked, tried out, thinned out.")
app.add_typer(restores.app, name="restore", help="Machines and disks out of a backup.")
app.add_typer(hosts.app, name="host", help="Hosts: what they have and carry.")
app.add_typer(guest.app, name="guest", help="What is inside a tenant's Windows machine.")
app.add_typer(services.app, name="services", help="What the platform runs on this machine beside machines.")
app.add_typer(images.app, name="image", help="The guest appliance that machines start from.")
app.add_typer(state.app, name="state", help="The platform's own state: backed up, restored.")
app.add_typer(quarantine.app, name="quarantine", help="After a restore: compare, adopt, and let the platform act.")
app.add_typer(people.people, name="person", help="People who use console and API: roles, factors, sessions.")
app.add_typer(people.tokens, name="token", help="Keys for programs that use the API.")
app.add_typer(audit.app, name="audit", help="The audit chain: who did what, and whether it is whole.")
claims.register(hosts.app)
maintenance.register(hosts.app)
hosting.register(hosts.app)
for commands in (platform, plans, checks, doctor, serve, demo):
    commands.register(app)


@app.callback()
def start(
    context: typer.Context,
    home: Annotated[
        Path, typer.Option(envvar="MAILSTEAD_HOME", help="Folder of the platform: mailstead.toml, tenants/, state.")
    ] = DEFAULT_HOME,
    json: Annotated[bool, typer.Option("--json", help="Speak JSON; may stand anywhere.")] = False,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Tell each cmdlet that is sent to a Windows host; may stand anywhere."),
    ] = False,
) -> None:
    """Make the face that every command of this call uses."""
    context.obj = Face(home, json, explain)


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
        show.error(error, in_json=in_json)
        sys.exit(error.exit_status)
    except typer.Abort:
        sys.exit(1)


def _leave(number: int, _frame: object) -> None:
    """Leave as after Ctrl-C, so that leases and locks are given back."""
    sys.exit(128 + number)
