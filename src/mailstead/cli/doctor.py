"""mailstead doctor."""

from itertools import groupby
from typing import Annotated

import typer
from rich.markup import escape

from mailstead.doctor.model import Finding, Fix, Report
from mailstead.wiring import Running

from . import progress, show
from .face import Face, Yes, confirm, face_of

FOUND = 3

Names = Annotated[list[str] | None, typer.Argument(metavar="[TENANT]…", help="Only what concerns these tenants.")]
DoFix = Annotated[bool, typer.Option("--fix", help="Mend what is safe to mend: shows what would be done, asks first.")]


def doctor(context: typer.Context, names: Names = None, fix: DoFix = False, yes: Yes = False) -> None:
    """Hold the database against the world, over every host, switch, disk, zone and secret.

    Tells what is missing, double, left behind or belongs to nobody; leases held by the dead; orders that neither go on
    nor wait for anything; whether the audit chain is whole. Each finding has a stable code, one sentence and a remedy.
    Tenants that an order is at work on are listed as "in hand" and not judged. Exit status 3 when anything was found.

    With --fix, what loses nothing is mended: a tenant is brought to what is wanted, an order carried out or retried, a
    dead lease released, traces of nobody forgotten. Machines, disks and zones are never removed: for these you are told
    the command. Afterwards everything is looked at again.
    """
    face = face_of(context)
    with face.platform() as running:
        report = _examine(face, running, names)
    fixes = report.fixes if fix else ()
    if fixes:
        report = _mend(face, report, fixes, names, yes=yes)
    if face.json:
        show.as_json(report.as_dict() | ({"fixed": [str(one) for one in fixes]} if fix else {}))
    else:
        _show(report)
    if report.findings:
        raise typer.Exit(FOUND)


def _examine(face: Face, running: Running, names: list[str] | None) -> Report:
    if face.json:
        return running.doctor.report(names or ())
    with show.err.status("looking") as status:
        return running.doctor.report(names or (), lambda what: status.update(f"looking at {escape(what)}"))


def _mend(face: Face, before: Report, fixes: tuple[Fix, ...], names: list[str] | None, *, yes: bool) -> Report:
    """Show what would be done, ask, do it, and return what is found afterwards."""
    if not face.json:
        _show(before)
        show.heading("what would be done")
        for one in fixes:
            show.out.print(f"  - {escape(str(one))}")
    confirm("Do it?", yes=yes or face.json)
    with face.platform(worker=True) as running:
        for order in running.doctor.mend(fixes):
            progress.watch(running.desk, order, quiet=face.json)
        return _examine(face, running, names)


def _show(report: Report) -> None:
    for about, found in groupby(report.findings, key=lambda finding: finding.tenant):
        show.heading(about or "platform")
        for remedy, alike in groupby(sorted(found, key=_remedy), key=_remedy):
            for finding in alike:
                show.out.print(f" [red]✗[/] {finding.code:<20} {escape(finding.message)}")
            show.out.print(f"     [bold]what to do:[/] {escape(remedy)}")
    if report.in_hand:
        show.heading("in hand, not judged")
        for work in report.in_hand:
            show.out.print(f" [dim]·[/] {work.tenant:<20} order {work.order}: {escape(work.doing)}")
    if report.notes:
        show.heading("worth knowing")
        for note in report.notes:
            show.out.print(f" [dim]·[/] {note.code:<20} {escape(note.message)}")
    show.out.print(f"\n[bold]{_summary(report)}[/]")


def _summary(report: Report) -> str:
    looked = f"{report.tenants} tenants on {report.hosts} hosts looked at in {report.seconds:.1f} s"
    if not report.findings:
        return f"nothing wrong: {looked}"
    safe = f"; for {len(report.fixes)} things: mailstead doctor --fix" if report.fixes else ""
    return f"{len(report.findings)} findings: {looked}{safe}"


def _remedy(finding: Finding) -> str:
    return finding.remedy
