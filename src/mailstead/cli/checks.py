"""mailstead check."""

from typing import Annotated

import typer

from mailstead.lifecycle.outlook import target_of
from mailstead.monitoring.model import Verdict
from mailstead.monitoring.workflow import check as look_at

from . import show
from .face import face_of

FAILED = 3


def check(
    context: typer.Context,
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Name of the tenant.")],
    only: Annotated[
        list[str] | None, typer.Option(help="Only checks that begin so: dns, tls, smtp, mail, isolation… Repeatable.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show what passed, too.")] = False,
) -> None:
    """Look at a tenant from outside: DNS, ports, TLS, DANE, relaying, a probe mail there and back, isolation.

    Exit status 3 when anything failed; every failure names its remedy.
    """
    face = face_of(context)
    with face.platform() as running:
        target = target_of(running.steps, tenant, authority_pem=running.authority_pem())
        report = look_at(target, running.outside(target), running.world.clock, only=tuple(only or ()))
    if face.json:
        show.as_json(report.as_dict())
    else:
        show.report(report, everything=everything)
    if report.counts[Verdict.FAILED]:
        raise typer.Exit(FAILED)
