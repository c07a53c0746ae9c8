"""mailstead mailbox forward … | vacation …: what mailbox users set themselves, too. All of `mailstead mailbox`."""

import sys
from typing import Annotated

import typer

from mailstead.tenants import changes
from mailstead.tenants.self_service import Forwarding, Vacation

from .face import NoWait, face_of
from .mail import AddressArgument, change, mailboxes

__all__ = ["mailboxes"]

Off = Annotated[bool, typer.Option("--off", help="Not any more.")]
Day = Annotated[str | None, typer.Option(metavar="DATE", help="Such as 2026-07-01, in the time zone given.")]


@mailboxes.command("forward")
def forward(
    context: typer.Context,
    address: AddressArgument,
    to: Annotated[list[str] | None, typer.Option(help="Where mail is sent on to. Repeatable, four at most.")] = None,
    keep: Annotated[bool, typer.Option("--keep/--no-keep", help="Whether it stays in the mailbox, too.")] = True,
    off: Off = False,
    no_wait: NoWait = False,
) -> None:
    """Send a mailbox's mail on to other addresses, or no more.

    Example: mailstead mailbox forward anna@acme.example --to bert@acme.example
    """
    wanted = None if off else Forwarding.parse({"targets": to or (), "keep": keep})
    change(face_of(context), address, lambda tenant: changes.forwarded(tenant, address, wanted), no_wait=no_wait)


@mailboxes.command("vacation")
def vacation(
    context: typer.Context,
    address: AddressArgument,
    text: Annotated[str, typer.Option(help="What is answered; - reads it from standard input.")] = "-",
    subject: Annotated[str, typer.Option(help="Subject of the reply; else that of the mail.")] = "",
    begins: Day = None,
    ends: Day = None,
    time_zone: Annotated[str, typer.Option(help="Whose days these are, such as Europe/Berlin.")] = "UTC",
    off: Off = False,
    no_wait: NoWait = False,
) -> None:
    """Let a mailbox answer that its owner is away, each sender once in seven days, or no more."""
    days = {"begins": begins, "ends": ends, "time_zone": time_zone}
    said = sys.stdin.read() if text == "-" and not off else text
    wanted = None if off else Vacation.parse({"subject": subject, "text": said, **days})
    change(face_of(context), address, lambda tenant: changes.away(tenant, address, wanted), no_wait=no_wait)
