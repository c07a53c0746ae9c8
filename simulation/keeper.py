"""The operator's hand on backups: a table of what each verb asks for."""

from collections.abc import Callable, Mapping

from mailstead.ground.rhythms import Rhythm
from mailstead.protection.workflow import RESTORE

from .acts import Asked, Verb
from .world import World


def protect(world: World, asked: Asked) -> None:
    """Do something about a tenant's backups; raises what the verb raises."""
    _VERBS[asked.verb](world, asked)


def _back_up(world: World, asked: Asked) -> None:
    world.running.protection.run(asked.tenant, Rhythm.FULL if asked.size == 2 else None)


def _tend(world: World, asked: Asked) -> None:
    world.running.protection.tend(asked.tenant)


def _hold(world: World, asked: Asked) -> None:
    number = _number(world, asked.tenant, -1)
    world.running.protection.hold(asked.tenant, number, reason="a lawsuit", by="olga")
    world.promises.held.add((asked.tenant, number))


def _release(world: World, asked: Asked) -> None:
    for hold in world.running.protection.holds(asked.tenant):
        world.promises.held.discard((asked.tenant, hold.snapshot))
        world.running.protection.release(asked.tenant, hold.snapshot)


def _restore(world: World, asked: Asked) -> None:
    name, safety = asked.tenant, asked.size == 1
    number = _number(world, name, 0)
    world.running.protection.restore(name, number, safety=safety, allow_loss=[f"machine {name}"])


def _undo(world: World, asked: Asked) -> None:
    restores = [order.id for order in world.running.desk.list(asked.tenant, None, 20) if order.kind == RESTORE]
    world.running.protection.undo(asked.tenant, (*restores, "none")[0])


def _drill(world: World, asked: Asked) -> None:
    world.running.protection.drill(asked.tenant)


def _number(world: World, name: str, place: int) -> int:
    """Return the number of a snapshot, by its place among all."""
    verbs = world.running.protection
    return (verbs.snapshots(name) or [verbs.snapshot(name, 1)])[place].number


_VERBS: Mapping[Verb, Callable[[World, Asked], None]] = {
    Verb.BACK_UP: _back_up,
    Verb.TEND: _tend,
    Verb.HOLD: _hold,
    Verb.RELEASE: _release,
    Verb.RESTORE: _restore,
    Verb.UNDO: _undo,
    Verb.DRILL: _drill,
}
OF_BACKUPS = frozenset(_VERBS)
