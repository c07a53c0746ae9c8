"""Open vSwitch with nftables passes the contract, and sees what somebody changed by hand."""

import pytest

from mailstead.networks.model import PortMissing

from .contract import SwitchContract, UnboundPortContract
from .lab import BRIDGE, OpenVSwitchLab
from .world import BASE, segment

pytestmark = pytest.mark.host


class TestOpenVSwitch(UnboundPortContract, SwitchContract):
    @pytest.fixture
    def lab(self, ovs_lab: OpenVSwitchLab) -> OpenVSwitchLab:
        return ovs_lab

    def test_a_port_that_outlived_its_machine_is_no_flaw_and_in_nobodys_way(self, ovs_lab: OpenVSwitchLab) -> None:
        """So it is after the host itself crashed: the record is there, the device is not."""
        wanted = segment("acme", 1)
        ovs_lab.switch.prepare(BASE)
        ovs_lab.vsctl("add-port", BRIDGE, wanted.port, "tag=7")
        ovs_lab.switch.ensure(wanted)
        assert ovs_lab.switch.segments() == {"acme": wanted}
        with pytest.raises(PortMissing):
            ovs_lab.switch.attach("acme")
        ovs_lab.switch.remove("acme")
        assert wanted.port not in ovs_lab.vsctl("list-ports", BRIDGE)
