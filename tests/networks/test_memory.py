"""The memory switch passes the contract."""

from dataclasses import replace

import pytest

from mailstead.networks.drivers.memory import MemorySwitch
from mailstead.networks.model import Segment
from mailstead.networks.plan import compare_segments

from .contract import SwitchContract, UnboundPortContract
from .world import BASE, segment


class MemoryLab:
    def __init__(self) -> None:
        self.switch = MemorySwitch()

    def start(self, segment: Segment) -> None:
        self.switch.plug(segment.port)

    def stop(self, segment: Segment) -> None:
        self.switch.unplug(segment.port)


class TestMemorySwitch(UnboundPortContract, SwitchContract):
    @pytest.fixture
    def lab(self) -> MemoryLab:
        return MemoryLab()

    def test_a_change_by_hand_shows_as_a_plan(self, lab: MemoryLab) -> None:
        wanted = segment("acme", 1)
        lab.switch.prepare(BASE)
        lab.switch.ensure(wanted)
        lab.switch.disturb(replace(wanted, vlan=102))
        (change,) = compare_segments({"acme": wanted}, lab.switch.segments())
        assert change.subject == "segment acme"
        assert change.after == wanted
