"""Orders as they go: a line a step, a bar for the whole, and the exit status at the end."""

from collections.abc import Sequence

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from mailstead.ground.errors import exit_status_of
from mailstead.orders.model import OrderView, Outcome, Status, StepView
from mailstead.orders.port import Desk

from . import show

POLL_S = 0.3


def watch(desk: Desk, order: str, *, quiet: bool = False) -> OrderView:
    """Return the order when it has ended; meanwhile show its steps."""
    view = desk.show(order)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=show.err, transient=True, disable=quiet) as bar:
        task = bar.add_task(f"{view.tenant}: {view.kind}", total=view.total_steps)
        told = 0
        for view in desk.watch(order):
            told = _tell(view, told, quiet=quiet)
            bar.update(task, description=_label(view), total=view.total_steps, completed=view.steps_done)
    return view


def watch_all(desk: Desk, orders: Sequence[str]) -> list[OrderView]:
    """Return the orders when all have ended; meanwhile show a bar each, and their steps as they end."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=show.err, transient=True) as bars:
        tasks = {order: bars.add_task(order, total=None) for order in orders}
        told = dict.fromkeys(orders, 0)
        views = {order: desk.show(order) for order in orders}
        while True:
            for order, view in views.items():
                told[order] = _tell(view, told[order], quiet=False)
                bars.update(tasks[order], description=_label(view), total=view.total_steps, completed=view.steps_done)
            waiting = [order for order, view in views.items() if view.status.is_open]
            if not waiting:
                return list(views.values())
            views[waiting[0]] = desk.wait(waiting[0], POLL_S)
            views |= {order: desk.show(order) for order in waiting[1:]}


def _label(view: OrderView) -> str:
    running = next((step for step in view.steps if step.outcome is Outcome.RUNNING), None)
    waits = f"waits for {view.waits_for}" if view.waits_for else view.kind
    moved = f", {view.progress[0] >> 20} of {view.progress[1] >> 20} MiB" if view.progress else ""
    return f"{view.tenant}: {running.name if running and not view.is_parked else waits}{moved}"


def _tell(view: OrderView, told: int, *, quiet: bool) -> int:
    """Print the steps that ended since the last call."""
    ended = [step for step in view.steps if step.outcome is not Outcome.RUNNING]
    if not quiet:
        for step in ended[told:]:
            show.err.print(line(view, step))
    return len(ended)


def line(view: OrderView, step: StepView) -> str:
    """Return a step's line: mark, tenant, name, seconds."""
    seconds = (step.ended - step.started).total_seconds() if step.ended else 0.0
    mark = "[green]✓[/]" if step.outcome is Outcome.DONE else "[red]✗[/]"
    return f" {mark} {view.tenant:<12} {step.name:<28} {seconds:8.2f} s"


def leave(view: OrderView, *, quiet: bool = False) -> None:
    """Leave the program with the status of the order's error, after saying what to do; return if all is well."""
    if view.status is Status.FAILED:
        error = view.error or {}
        if not quiet:
            show.failure(error, then=f"when that is mended: mailstead order retry {view.id}")
        raise typer.Exit(exit_status_of(error.get("code", "")))
    if view.status is Status.CANCELLED:
        raise typer.Exit(8)
