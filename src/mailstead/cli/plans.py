"""mailstead plan | apply; `drift` stands beside them."""

import typer

from mailstead.lifecycle.planning import changed
from mailstead.tenants.files import read_tenants
from mailstead.wiring import Running

from . import progress, show
from .drifting import Names
from .face import AllowLoss, NoWait, Yes, confirm, face_of


def plan(context: typer.Context, names: Names = None) -> None:
    """Show what would change, removals first: files in tenants/ against what is remembered, then the world."""
    face = face_of(context)
    with face.platform() as running:
        files = running.lifecycle.files_plan(read_tenants(running.home / "tenants"))
        plans = changed(running.lifecycle.planner.plans(names))
    if face.json:
        return show.as_json({"files": show.changes(files), "tenants": [found.as_dict() for found in plans]})
    show.file_changes(files)
    show.plans(plans)
    if not files and not plans:
        show.out.print("nothing to do: everything is as wanted")
    return None


def apply(
    context: typer.Context,
    names: Names = None,
    allow_loss: AllowLoss = None,
    yes: Yes = False,
    no_wait: NoWait = False,
) -> None:
    """Bring everything to what is wanted: first the files in tenants/, then every tenant that differs."""
    face = face_of(context)
    losses = allow_loss or []
    with face.platform(worker=not no_wait) as running:
        files = running.lifecycle.files_plan(read_tenants(running.home / "tenants"))
        files.refuse_if_unsafe(losses)
        plans = changed(running.lifecycle.planner.plans(names))
        for found in plans:
            found.refuse_if_unsafe(losses)
        if not files and not plans:
            return face.say("nothing to do: everything is as wanted", orders=[])
        if not face.json:
            show.file_changes(files)
            show.plans(plans)
        confirm("Apply?", yes=yes or face.json)
        orders = running.lifecycle.apply_files(files, allow_loss=losses)
        orders |= {
            found.tenant: running.lifecycle.heal(found.tenant, allow_loss=losses)
            for found in plans
            if found.tenant not in orders
        }
        _follow_all(face.json, running, list(orders.values()), wait=not no_wait)
    return None


def _follow_all(in_json: bool, running: Running, orders: list[str], *, wait: bool) -> None:
    views = [
        progress.watch(running.desk, order, quiet=in_json) if wait else running.desk.show(order) for order in orders
    ]
    if in_json:
        show.as_json({"orders": [show.order(view) for view in views]})
    for view in views:
        progress.leave(view, quiet=in_json)
