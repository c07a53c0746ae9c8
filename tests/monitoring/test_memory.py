"""The memory world, seen from outside."""

from mailstead.monitoring.drivers.memory import MemoryOutside
from mailstead.monitoring.model import Report
from mailstead.monitoring.target import Target
from mailstead.monitoring.workflow import check

from .contract import OutsideContract, Scene


class TestMemoryOutside(OutsideContract):
    def look(self, scene: Scene, target: Target, *only: str) -> Report:
        outside = MemoryOutside(
            target,
            lambda: scene.records,
            chain=scene.leaf.chain,
            serves=lambda _, port: port in scene.served,
            passes=lambda path: path in scene.ways,
            delivers=lambda _sender, _recipient: not scene.loses_mail,
        )
        return check(target, outside, only=only)
