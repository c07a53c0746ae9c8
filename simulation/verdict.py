"""The verdict at the end: the doctor finds nothing."""

from collections.abc import Iterator

from .safety import Violation
from .world import FOREIGN_ZONE, World


def verdict(world: World) -> Iterator[Violation]:
    """Yield what is still wrong after everything had time to come right."""
    for finding in world.running.doctor.examine():
        if finding.subject == f"zone {FOREIGN_ZONE}":
            continue  # rightly told of, and left alone: no tenant wants the strangers' zone
        yield Violation(f"doctor: {finding.code}", finding.message)
