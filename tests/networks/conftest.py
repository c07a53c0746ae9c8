"""One Open vSwitch for all tests of this chapter; each test finds an empty host."""

from collections.abc import Iterator

import pytest

from .lab import OpenVSwitchLab, skip_without_host


@pytest.fixture(scope="session")
def openvswitch() -> Iterator[OpenVSwitchLab]:
    skip_without_host()
    lab = OpenVSwitchLab()
    yield lab
    lab.close()


@pytest.fixture
def ovs_lab(openvswitch: OpenVSwitchLab) -> Iterator[OpenVSwitchLab]:
    openvswitch.clean()
    yield openvswitch
    openvswitch.clean()
