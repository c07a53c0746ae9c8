"""mailstead drift."""

from collections.abc import Sequence
from itertools import count
from typing import Annotated

import typer

from mailstead.ground.errors import InvalidInput
from mailstead.lifecycle.drifting import DriftWatch, Found, State
from mailstead.orders.model import OrderView
from mailstead.wiring import Running

from . import progress, show
from .face import AllowLoss, Face, Yes, confirm, face_of

DRIFT = 3

Names = Annotated[list[str] | None, typer.Argument(metavar="[TENANT]…", help="Only these tenants.")]
Heal = Annotated[bool, typer.Option("--heal", help="Put right what differs: the plan is shown first, then asked for.")]
Watch = Annotated[float | None, typer.Option(min=1, metavar="SECONDS", help="Look again and again; tell what is new.")]
Rounds = Annotated[int, typer.Option(min=0, help="With --watch, stop after so many looks; 0: never.")]


def drift(
    context: typer.Context,
    names: Names = None,
    heal: Heal = False,
    yes: Yes = False,
    allow_loss: AllowLoss = None,
    watch: Watch = None,
    rounds: Rounds = 0,
) -> None:
    """Look for what somebody changed by hand, and name each field that differs: found → wanted.

    A tenant with an order in hand is told, not judged; a certificate that is due is no drift; a host that does not
    answer is told, and hides no other. Nothing is healed unless --heal says so.

    Exit status: 0 nothing differs, or all is healed · 3 something is left · 2 healing would lose data: name it.

    Examples: mailstead drift acme · mailstead drift --heal · mailstead drift --watch 300 ·
    mailstead drift acme --heal --yes --allow-loss "record acme.example MX".
    """
    face = face_of(context)
    if watch and heal and not yes:
        raise InvalidInput("--watch cannot ask", field="--yes", value="no", remedy="add --yes, or leave --heal out")
    with face.platform(worker=heal) as running:
        told = DriftWatch()
        for done in count(1):
            found = running.lifecycle.drift(names)
            news = found if watch is None else [one for _, one in told.news(found) if one]
            _show(face, news)
            if heal and any(one.state is State.DRIFTED for one in found):
                confirm("Heal?", yes=yes or face.json)
                found = _heal(face, running, found, allow_loss or [])
                _show(face, found)
            if face.json:
                told_now = [one.as_dict() for one in news]
                show.as_json({"found": told_now, "left": [one.as_dict() for one in found]} if heal else told_now)
            if watch is None or done == rounds:
                break
            running.world.clock.sleep(watch)
    if any(one.wrong for one in found):
        raise typer.Exit(DRIFT)


def _heal(face: Face, running: Running, found: Sequence[Found], allow_loss: list[str]) -> list[Found]:
    """Give an order for each tenant that drifted, follow them all, and return what differs then."""
    drifted = [one for one in found if one.state is State.DRIFTED]
    for one in drifted:
        one.plan.refuse_if_unsafe(allow_loss)
    orders = [running.lifecycle.heal(one.tenant, allow_loss=allow_loss) for one in drifted]
    for view in _followed(face, running, orders):
        if view.error and not face.json:
            show.failure(view.error, then=f"when that is mended: mailstead order retry {view.id}")
    return running.lifecycle.drift([one.tenant for one in found])


def _followed(face: Face, running: Running, orders: list[str]) -> list[OrderView]:
    if face.json:
        return [progress.watch(running.desk, order, quiet=True) for order in orders]
    return progress.watch_all(running.desk, orders)


def _show(face: Face, found: Sequence[Found]) -> None:
    if face.json:
        return
    show.drift(found)
    wrong = sum(one.wrong for one in found)
    others = len(found) - wrong
    rest = f" ({others} more are due or in hand)" if others else ""
    show.out.print(f"{wrong} tenants differ{rest}" if wrong else f"no drift: everything is as wanted{rest}")
