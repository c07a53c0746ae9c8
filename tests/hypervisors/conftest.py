"""The simulated Hyper-V host, by the names that tests of this chapter use."""

import pytest

from tests.standin.rig import Rig
from tests.standin.server import StandIn


@pytest.fixture
def way(rig: Rig) -> Rig:
    return rig


@pytest.fixture
def standin(rig: Rig) -> StandIn:
    return rig.standin
