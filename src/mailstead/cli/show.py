"""How a terminal shows things: tables and plans for people, JSON for programs, errors for both."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from mailstead.ground.errors import MailsteadError
from mailstead.ground.plans import ChangePlan, Kind
from mailstead.lifecycle.drifting import Found
from mailstead.lifecycle.model import TenantPlan, changed_fields
from mailstead.monitoring.model import Report, Verdict
from mailstead.orders.model import OrderView

WIDE = 240
SHOWN = tuple(Kind)  # removals first
# In a pipe or a file nothing is cut or folded to the width of a screen that is not there.
out = Console(highlight=False, emoji=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
err = Console(stderr=True, highlight=False, emoji=False, soft_wrap=True)

FIELD_MOST = 160  # characters of a line that names one field: a list of flaws can be long
MARKS = {Kind.REMOVE: "[red]-[/]", Kind.UPDATE: "[yellow]~[/]", Kind.CREATE: "[green]+[/]"}


def as_json(value: Any) -> None:
    """Print *value* as JSON; what JSON lacks becomes text."""
    json.dump(value, sys.stdout, indent=2, default=str, ensure_ascii=False)
    sys.stdout.write("\n")


def heading(text: str) -> None:
    """Print a heading."""
    out.print(f"\n[bold]{escape(text)}[/]")


def table(title: str, rows: Sequence[Mapping[str, Any]], *, columns: Iterable[str], empty: str) -> None:
    """Print *rows* under *columns*, or say *empty*."""
    if not rows:
        out.print(escape(empty))
        return
    grid = Table(title=title or None, title_justify="left", box=None, header_style="bold", pad_edge=False)
    for column in columns:
        number = all(isinstance(row.get(column), int | float) for row in rows)
        grid.add_column(column.replace("_", " "), justify="right" if number else "left")
    for row in rows:
        grid.add_row(*(escape(_cell(row.get(column))) for column in columns))
    out.print(grid)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(item) for item in value)
    return str(value)


def error(problem: MailsteadError, *, in_json: bool) -> None:
    """Print what went wrong, where, and what to do."""
    if in_json:
        json.dump({"error": problem.as_dict()}, sys.stderr)
        sys.stderr.write("\n")
    else:
        failure(problem.as_dict())


def failure(problem: Mapping[str, str], *, then: str = "") -> None:
    """Print the error that an order ended with."""
    err.print(f"[bold red]error[/] \\[{problem.get('code', '?')}] {escape(problem.get('message', ''))}")
    for text in (problem.get("remedy"), then):
        if text:
            err.print(f"  [bold]what to do:[/] {escape(text)}")


def sent(statement: str) -> None:
    """Print what is sent to a Windows host, as an administrator would type it; apart from what a program reads."""
    err.print(f"[dim]{escape(statement)}[/]")


def fields(value: Mapping[str, Any]) -> None:
    """Print one thing, a line a field."""
    width = max((len(name) for name in value), default=0)
    for name, content in value.items():
        out.print(f"[bold]{escape(name.replace('_', ' ')):<{width}}[/]  {escape(_cell(content))}")


def order(view: OrderView) -> dict[str, Any]:
    """Return an order for JSON."""
    return {
        "order": view.id,
        "kind": view.kind,
        "tenant": view.tenant,
        "status": view.status,
        "created": view.created,
        "seconds": seconds(view.started, view.ended),
        "waits_for": view.waits_for,
        "error": view.error,
        "progress": view.progress,
        "report": view.report,
        "steps": [
            {
                "name": step.name,
                "outcome": step.outcome,
                "attempts": step.attempts,
                "seconds": seconds(step.started, step.ended),
                "error": step.error,
            }
            for step in view.steps
        ],
    }


def plans(found: Iterable[TenantPlan]) -> None:
    """Print plans, removals first, losses in red, and the fields that an update changes."""
    for plan in found:
        out.print(f"[bold]{escape(plan.tenant)}[/]")
        _plan(plan)


def drift(found: Iterable[Found]) -> None:
    """Print what differs, each tenant with how that is to be read."""
    for one in found:
        order = f", order {one.order}" if one.order else ""
        out.print(f"[bold]{escape(one.tenant)}[/]  [dim]{one.state}{order}[/]")
        _plan(one.plan)


def _plan(plan: TenantPlan) -> None:
    changes = [(section.chapter, change) for section in plan.sections for change in section.plan]
    for chapter, change in sorted(changes, key=lambda pair: SHOWN.index(pair[1].kind)):
        loss = f"  [bold red]loses {escape(change.loses)}[/]" if change.loses else ""
        out.print(f"  {MARKS[change.kind]} {chapter:<12} {escape(change.subject)}{loss}")
        for difference in changed_fields(change):
            out.print(f"      [dim]{escape(_cut(str(difference)))}[/]")
    for section in plan.sections:
        if section.note:
            out.print(f"  [dim]·[/] {section.chapter:<12} [dim]{escape(section.note)}[/]")


def _cut(text: str) -> str:
    return text if len(text) <= FIELD_MOST else f"{text[: FIELD_MOST - 1]}…"


def changes(plan: ChangePlan[Any]) -> list[dict[str, Any]]:
    """Return a plan's changes for JSON: subjects and kinds."""
    return [{"kind": change.kind, "subject": change.subject, "loses": change.loses} for change in plan]


def file_changes(plan: ChangePlan[Any]) -> None:
    """Print how the files differ from what is remembered."""
    for change in plan:
        loss = f"  [bold red]loses {escape(change.loses)}[/]" if change.loses else ""
        out.print(f"{MARKS[change.kind]} {escape(change.subject)} [dim](tenants/)[/]{loss}")


def seconds(start: datetime | None, end: datetime | None) -> float | None:
    """Return the seconds between two times, if both are known."""
    return round((end - start).total_seconds(), 2) if start and end else None


def report(found: Report, *, everything: bool = False) -> None:
    """Print what failed, was doubtful or left out, with remedies, and how many passed."""
    marks = {
        Verdict.PASSED: "[green]✓[/]",
        Verdict.WARNING: "[yellow]![/]",
        Verdict.SKIPPED: "[dim]·[/]",
        Verdict.FAILED: "[red]✗[/]",
    }
    for finding in found.findings:
        if everything or finding.verdict is not Verdict.PASSED:
            out.print(
                f" {marks[finding.verdict]} {finding.check:<24} {escape(finding.subject)}: {escape(finding.detail)}"
            )
            if finding.remedy and finding.verdict is not Verdict.PASSED:
                out.print(f"     [bold]what to do:[/] {escape(finding.remedy)}")
    counts = ", ".join(f"{number} {verdict}" for verdict, number in found.counts.items() if number)
    out.print(f"[bold]{escape(found.tenant)}[/]: {counts} in {found.seconds:.1f} s")
