"""What every command is given: the platform's folder, how to show things, and the platform itself when asked for."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from mailstead.wiring import Hosting, Images, Running, open_hosting, open_images, open_platform

from . import progress, show

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Give the order and return; a worker carries it out.")]
AllowLoss = Annotated[
    list[str] | None,
    typer.Option("--allow-loss", metavar="NAME", help="Give up this data, named as the plan names it. Repeatable."),
]


@dataclass(frozen=True, slots=True)
class Face:
    """One call of the command line."""

    home: Path
    json: bool
    explain: bool = False

    @contextmanager
    def platform(self, *, worker: bool = False) -> Iterator[Running]:
        """Yield the platform; with *worker*, orders are carried out here unless a worker process runs already."""
        with open_platform(self.home, worker=worker, explain=self._tell) as running:
            yield running

    @contextmanager
    def hosting(self) -> Iterator[Hosting]:
        """Yield the hosts of the platform, to be added, looked at and taken out."""
        with open_hosting(self.home, self._tell) as hosting:
            yield hosting

    @property
    def _tell(self) -> Callable[[str], None] | None:
        return show.sent if self.explain else None

    def images(self) -> Images:
        """Return the guest images of the platform."""
        return open_images(self.home)

    def rows(self, title: str, rows: list[dict[str, Any]], *, columns: tuple[str, ...], empty: str) -> None:
        """Show a list."""
        if self.json:
            show.as_json(rows)
        else:
            show.table(title, rows, columns=columns, empty=empty)

    def value(self, value: dict[str, Any]) -> None:
        """Show one thing with its fields."""
        if self.json:
            show.as_json(value)
        else:
            show.fields(value)

    def say(self, text: str, **facts: Any) -> None:
        """Tell a person what happened; a program gets the facts."""
        if self.json:
            show.as_json(facts or {"message": text})
        else:
            show.out.print(text)

    def follow(self, running: Running, order: str, *, wait: bool = True, **facts: Any) -> None:
        """Watch an order to its end and say how it ended; exit with the status of its error if it failed."""
        view = progress.watch(running.desk, order, quiet=self.json) if wait else running.desk.show(order)
        if self.json:
            show.as_json(show.order(view) | facts)
        elif not wait:
            show.out.print(f"order {order} given; see how it goes: mailstead order watch {order}")
        progress.leave(view, quiet=self.json)


def face_of(context: typer.Context) -> Face:
    """Return the face of this call."""
    call = context.find_root().obj
    return Face(call.home, call.json, call.explain)


def confirm(question: str, *, yes: bool) -> None:
    """Ask unless told not to; leave with status 1 when the answer is no."""
    if not yes:
        typer.confirm(question, abort=True)
