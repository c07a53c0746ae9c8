"""One Open vSwitch and one simulated Hyper-V host for all tests of this chapter; each test finds an empty host."""

from collections.abc import Iterator

import pytest

from tests.standin.rig import Rig, rigged

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


@pytest.fixture(scope="session")
def hyperv_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rigged(tmp_path_factory.mktemp("standin")) as rig:
        yield rig


@pytest.fixture
def rig(hyperv_host: Rig) -> Rig:
    hyperv_host.fresh()
    return hyperv_host
