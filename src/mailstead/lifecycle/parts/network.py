"""The tenant's segment on its host's switch."""

from dataclasses import dataclass

from mailstead.ground.plans import ChangePlan
from mailstead.lifecycle.look import Look
from mailstead.lifecycle.world import World
from mailstead.networks.model import Segment
from mailstead.networks.plan import compare_segments, segment_for

from .part import Subject


@dataclass(frozen=True, slots=True)
class NetworkPart:
    world: World
    chapter: str = "network"

    def plan(self, subject: Subject, look: Look) -> ChangePlan[Segment]:
        name = subject.name
        wanted = {name: segment_for(subject.tenant, subject.numbers)} if subject.serves else {}
        found = look.segment(subject.host, name)
        return compare_segments(wanted, {name: found} if found else {})

    def apply(self, subject: Subject, plan: ChangePlan[Segment]) -> None:
        switch = self.world.ports(subject.host).switch
        for change in plan:
            if change.after is None:
                switch.remove(subject.name)
            else:
                switch.ensure(change.after)
