"""A tenant's life, order by order, on the DBOS engine: killed or not, the world must look the same after each."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from mailstead.lifecycle.verbs import Lifecycle
from mailstead.orders.model import Status
from mailstead.sites.files import read_platform
from mailstead.wiring import opening
from mailstead.wiring.founding import PLATFORM_FILE, found_platform
from mailstead.wiring.memory import Outside, memory_outside
from mailstead.wiring.running import Running
from tests.lifecycle.acts import ACTS
from tests.lifecycle.auditor import NOTHING, audit, picture
from tests.lifecycle.scenes import copied
from tests.lifecycle.stage import tenant

from .far import Fate, Server, address_in
from .worker import HOST_PORTS, use, worker

END_S = 60.0
MOMENTS = ("before", "after")
Picture = dict[str, object]

PLATFORM = """\
[[sites]]
name = "home"

[[sites.hosts]]
name = "kvm1"
driver = "memory"

[dns]
driver = "memory"

[image]
cache = "{images}"

[state]
database = "{database}"
orders = "{orders}"
"""

_by_name = {act.name: act for act in ACTS}
LIFE = tuple(
    _by_name[name]
    for name in (
        *("onboard", "enlarge", "make-smaller", "add-domain", "add-mailbox", "drop-mailbox", "drop-domain"),
        *("suspend", "resume", "remove", "bring-back", "remove", "purge"),
    )
)


@dataclass(frozen=True)
class Home:
    """A platform's folder and databases, and the world that it acts on."""

    folder: Path
    outside: Outside


@dataclass(frozen=True)
class Play:
    """A life being lived: the operator's side of the platform, and the server of the world."""

    running: Running
    outside: Outside
    fate: Fate

    @property
    def lifecycle(self) -> Lifecycle:
        return self.running.lifecycle

    def ended(self, order: str) -> None:
        """Wait for the order's end, which must be good."""
        view = self.running.desk.wait(order, END_S)
        assert view.status is Status.DONE, view

    def seen(self) -> Picture:
        """Return how the world looks; there must be exactly one of everything."""
        assert audit(self) == NOTHING
        return picture(self)


def found(folder: Path, database: str = "", orders: str = "") -> Home:
    """Return a new platform in which a neighbour is in service."""
    folder.mkdir()
    images = folder.parent / "images"
    _write_image(images / "current")
    (folder / PLATFORM_FILE).write_text(PLATFORM.format(images=images, database=database, orders=orders))
    found_platform(folder, "")
    home = Home(folder, memory_outside(read_platform(folder / PLATFORM_FILE)))
    with playing(home) as play, worker(folder):
        play.ended(play.lifecycle.add(tenant("globex")))
    return home


def moved(template: Home, folder: Path) -> Home:
    """Return a copy of a platform at rest, on SQLite, in a folder and world of its own."""
    shutil.copytree(template.folder, folder, ignore=shutil.ignore_patterns("world"))
    return Home(folder, copied(template.outside))


@contextmanager
def playing(home: Home) -> Iterator[Play]:
    """Serve the world, and open the platform as an operator's command does, without a worker."""
    ports: dict[str, object] = {
        f"{name}.{kind}": getattr(host, kind) for name, host in home.outside.hosts.items() for kind in HOST_PORTS
    }
    ports |= {"names": home.outside.names, "resolver": home.outside.resolver}
    server = Server(ports, address_in(home.folder))
    with ExitStack() as stack:
        stack.callback(use(ports.__getitem__))
        stack.enter_context(server.serving())
        running = stack.enter_context(opening.open_platform(home.folder))
        yield Play(running, home.outside, server.fate)


def lived(home: Home) -> list[Picture]:
    """Live the life uninterrupted and return how the world looked after each order."""
    seen = []
    with playing(home) as play, worker(home.folder):
        for act in LIFE:
            play.ended(act.order(play))
            seen.append(deepcopy(play.seen()))
    return seen


def killed_through(home: Home, life: int, expected: list[Picture]) -> None:
    """Live a life in which each worker finishes the order that killed the one before, then dies of the next."""
    with playing(home) as play:
        last = ""
        for number, act in enumerate(LIFE):
            with worker(home.folder) as process:
                if last:
                    play.ended(last)
                    assert play.seen() == expected[number - 1], (LIFE[number - 1].name, life)
                play.fate.where = point(number, life)
                last = act.order(play)
                process.join(60)
                assert process.exitcode == -signal.SIGKILL, (act.name, point(number, life))
        with worker(home.folder):
            play.ended(last)
            assert play.seen() == expected[-1]


def point(number: int, life: int) -> tuple[str, str]:
    """Return where the *number*th act of a life is killed: another step in each, and either moment in turn."""
    steps = LIFE[number].steps
    return steps[life % len(steps)], MOMENTS[(number + life // len(steps)) % len(MOMENTS)]


def _write_image(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"cmdline": "root=/dev/vda rw", "system_mib": 4096}')
