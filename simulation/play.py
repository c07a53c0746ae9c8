"""A story is played: first whatever it says, then everything comes right again, or we know why not."""

import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mailstead.ground.errors import MailsteadError
from mailstead.orders.drivers.memory import Crashed
from mailstead.orders.model import OrderView, Status

from .acts import Act, Asked, Dies, Happens, Placed
from .faults import Fault
from .hands import let_die, let_happen
from .operator import ask, mend
from .safety import Violation, lost, unrestored, unsafe
from .story import Story
from .verdict import unlike, verdict
from .world import World

WITHIN_MIN = 24 * 60  # virtual minutes that the world has to come right
ROUND_S = 900.0
TRIES = 8  # at the same remedy
DEFECTS = frozenset({"internal-error", "step-failed", "not-json"})  # no fault of the world excuses these


@dataclass(slots=True)
class Outcome:
    """What became of a story."""

    story: Story
    log: list[str] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    faults: Counter[Fault] = field(default_factory=Counter)
    orders: int = 0
    crashes: int = 0
    seconds: float = 0.0
    healing_s: float = 0.0

    @property
    def kind(self) -> str:
        """The kind of the first violation; empty when all is well."""
        return self.violations[0].kind if self.violations else ""


def play(story: Story, folder: Path) -> Outcome:
    """Play *story*, with the platform's key file in *folder*; never raises but for a defect of the simulation."""
    return _Play(story, folder).whole()


class _Play:
    def __init__(self, story: Story, folder: Path) -> None:
        self._outcome = Outcome(story)
        self._seen: dict[str, OrderView] = {}
        self._world = World(story, folder)
        self._world.faults.tell = self._tell
        self._strangers = self._world.strangers()

    def whole(self) -> Outcome:
        world, outcome = self._world, self._outcome
        for act in outcome.story.acts:
            self._pass(act.after_s)
            self._tell(str(act.what))
            self._guard(lambda act=act: self._do(act))  # type: ignore[misc]
            self._judge()
            if outcome.violations:
                break
        else:
            self._converge()
        outcome.orders = len(world.running.desk.list(limit=10**6))
        outcome.seconds = world.clock.monotonic()
        outcome.faults = world.faults.strikes
        world.engine.close()
        return outcome

    def _do(self, act: Act) -> None:
        match act.what:
            case Asked() as asked:
                self._ask(asked)
            case Happens() as happens:
                let_happen(self._world, happens)
            case Placed(trouble):
                self._world.faults.place(trouble)
            case Dies() as dies:
                let_die(self._world, dies)

    def _ask(self, asked: Asked) -> None:
        try:
            ask(self._world, asked)
        except MailsteadError as error:
            self._tell(f"  refused: {error.code}: {error.message}")
            self._blame(error.as_dict(), asked.verb)

    def _pass(self, seconds: float) -> None:
        end = self._world.clock.monotonic() + seconds
        while (left := end - self._world.clock.monotonic()) > 0:
            self._guard(lambda left=left: self._world.engine.pass_time(left))  # type: ignore[misc]
        self._note_orders()

    def _guard(self, act: Callable[[], None]) -> None:
        """Do *act*; when the process dies of it, begin the next."""
        try:
            act()
        except Crashed:
            self._outcome.crashes += 1
            self._tell("  the control plane is killed, and started again")
            self._guard(self._world.start)
        except MailsteadError as error:
            self._tell(f"  refused: {error.code}: {error.message}")
        except Exception as error:  # noqa: BLE001  # whatever else comes out is what we look for
            where = traceback.extract_tb(error.__traceback__)[-1]
            kind = f"{type(error).__name__} in {where.name}"
            self._outcome.violations.append(Violation(kind, f"{error} ({where.filename}:{where.lineno})"))

    def _converge(self) -> None:
        world, outcome = self._world, self._outcome
        self._tell("all is calm again: everything answers, has room, and the control plane is started anew")
        world.calm()
        begun = world.clock.monotonic()
        self._guard(world.start)
        retries: Counter[str] = Counter()
        while world.clock.monotonic() - begun < WITHIN_MIN * 60:
            self._pass(ROUND_S)
            if any(order.status.is_open for order in world.running.desk.list()):
                continue
            done = mend(world)
            for told in done:
                self._tell(f"operator {told}")
            if not done:
                break
            retries.update(done)
            if hopeless := [told for told in done if retries[told] > TRIES]:
                outcome.violations += [Violation("does not come right", told) for told in hopeless]
                return
        outcome.healing_s = world.clock.monotonic() - begun
        self._judge()
        self._final()

    def _final(self) -> None:
        world, outcome = self._world, self._outcome
        for order in world.running.desk.list():
            if order.status.is_open and not order.is_parked:  # a parked one says what it waits for
                outcome.violations.append(Violation("an order does not end", f"{order.kind} {order.tenant}"))
        outcome.violations += (*verdict(world), *unlike(world))

    def _judge(self) -> None:
        self._outcome.violations += (*unsafe(self._world, self._strangers), *lost(self._world))

    def _note_orders(self) -> None:
        for order in reversed(self._world.running.desk.list()):
            before = self._seen.get(order.id)
            if before is None or before.status != order.status:
                self._note(order)
                self._world.promises.hear(order)
                self._outcome.violations += unrestored(self._world, order)
            self._seen[order.id] = order

    def _note(self, order: OrderView) -> None:
        error = order.error or {}
        what = f"order {order.sequence} ({order.kind} {order.tenant}) is {order.status}"
        if order.status is Status.FAILED:
            self._tell(f"  {what}: {error.get('code')}: {error.get('message')}")
            self._blame(error, order.kind)
        elif not order.status.is_open:
            self._tell(f"  {what}")

    def _blame(self, error: dict[str, str], where: str) -> None:
        """No failure may be a defect of ours, and each must say what to do."""
        code = error.get("code", "")
        if code in DEFECTS:
            self._outcome.violations.append(Violation(f"{code} of {where}", error.get("message", "")))
        elif not error.get("remedy"):
            self._outcome.violations.append(Violation(f"{code} without a remedy", error.get("message", "")))

    def _tell(self, told: str) -> None:
        seconds = int(self._world.clock.monotonic())
        self._outcome.log.append(f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02} {told}")
