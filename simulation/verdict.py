"""The verdict at the end: whoever audits the platform finds nothing."""

from pathlib import Path

from tests.lifecycle.auditor import audit
from tests.lifecycle.stage import Stage

from .world import World


def findings(world: World) -> tuple[str, ...]:
    """Return what is wrong now that everything had time to come right."""
    stage = Stage(Path(), world.platform, world.bare, world.running, world.engine)
    return audit(stage)
