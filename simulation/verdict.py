"""The verdict at the end: the doctor finds nothing."""

from collections.abc import Iterator

from mailstead.doctor.model import Finding

from .acts import Happens
from .safety import Violation
from .world import FOREIGN_ZONE, World


def verdict(world: World) -> Iterator[Violation]:
    """Yield what is still wrong after everything had time to come right."""
    for finding in world.running.doctor.examine():
        if not _rightly(world, finding):
            yield Violation(f"doctor: {finding.code}", finding.message)


def _rightly(world: World, finding: Finding) -> bool:
    """Say whether the doctor tells of what is none of our doing: the strangers' zone, and a clock that was ahead."""
    set_ahead = any(isinstance(act.what, Happens) and act.what.seconds > 0 for act in world.story.acts)
    return finding.subject == f"zone {FOREIGN_ZONE}" or (finding.code == "clock-behind" and set_ahead)
