"""Ports of a Hyper-V switch, through the role that ships, over HTTPS."""

import pytest

from tests.standin.rig import Rig

from .contract import SwitchContract
from .hyperv_lab import HyperVLab


class TestHyperVSwitch(SwitchContract):
    @pytest.fixture
    def lab(self, rig: Rig) -> HyperVLab:
        return HyperVLab(rig)
