"""mailstead order …"""

from typing import Annotated, Any

import typer

from mailstead.orders.model import OrderView, Status

from . import progress, show
from .face import face_of

app = typer.Typer(no_args_is_help=True)

OrderId = Annotated[str, typer.Argument(metavar="ORDER", help="Id of the order, as in `mailstead order list`.")]


@app.command("list")
def list_(
    context: typer.Context,
    tenant: Annotated[str | None, typer.Option(help="Orders of this tenant only.")] = None,
    status: Annotated[Status | None, typer.Option(help="Orders with this status only.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 20,
) -> None:
    """List orders, the newest first."""
    face = face_of(context)
    with face.platform() as running:
        rows = [_row(view) for view in running.desk.list(tenant, status, limit)]
    columns = ("order", "kind", "tenant", "status", "steps", "created", "seconds", "waits_for")
    face.rows("", rows, columns=columns, empty="no orders")


@app.command("show")
def show_(context: typer.Context, order: OrderId) -> None:
    """Show an order with its steps, times and error."""
    face = face_of(context)
    with face.platform() as running:
        view = running.desk.show(order)
    if face.json:
        return show.as_json(show.order(view))
    show.fields(_row(view))
    for step in view.steps:
        show.out.print(progress.line(view, step))
    if view.error:
        show.failure(view.error)
    return None


@app.command()
def watch(context: typer.Context, order: OrderId) -> None:
    """Watch an order to its end, carrying it out here when no worker runs."""
    face = face_of(context)
    with face.platform(worker=True) as running:
        face.follow(running, order)


@app.command()
def cancel(context: typer.Context, order: OrderId) -> None:
    """Cancel an order; the step in hand runs out first. It can be retried."""
    face = face_of(context)
    with face.platform() as running:
        view = running.desk.cancel(order)
    face.say(f"order {order} is {view.status}", order=order, status=view.status)


@app.command()
def retry(context: typer.Context, order: OrderId) -> None:
    """Go on with a failed or cancelled order from the step where it stopped."""
    face = face_of(context)
    with face.platform(worker=True) as running:
        running.desk.retry(order)
        face.follow(running, order)


def _row(view: OrderView) -> dict[str, Any]:
    return {
        "order": view.id,
        "kind": view.kind,
        "tenant": view.tenant,
        "status": view.status.value,
        "steps": f"{view.steps_done}/{view.total_steps or '?'}",
        "created": f"{view.created:%Y-%m-%d %H:%M:%S}",
        "seconds": show.seconds(view.started, view.ended),
        "waits_for": view.waits_for or (view.error or {}).get("code", ""),
    }
