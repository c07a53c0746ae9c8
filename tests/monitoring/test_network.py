"""The real view from outside, over sockets on the loopback."""

from mailstead.monitoring.model import Report
from mailstead.monitoring.target import SERVICES, Target
from mailstead.monitoring.workflow import check

from .contract import OutsideContract, Scene
from .loopback import loopback


class TestNetworkOutside(OutsideContract):
    def look(self, scene: Scene, target: Target, *only: str) -> Report:
        services = () if only == ("dns",) else SERVICES
        with loopback(target, scene, services=services) as (outside, _):
            return check(target, outside, only=only)
