"""A claim in Open vSwitch's own database."""

import pytest

from mailstead.networks.drivers.openvswitch.claim import SwitchClaim
from mailstead.sites.claims import BadClaim, ClaimPlace
from tests.sites.claim_contract import OURS, ClaimContract

from .lab import OpenVSwitchLab
from .world import BASE, segment

pytestmark = pytest.mark.host


class TestSwitchClaim(ClaimContract):
    @pytest.fixture
    def place(self, ovs_lab: OpenVSwitchLab) -> ClaimPlace:
        ovs_lab.vsctl("remove", "Open_vSwitch", ".", "external_ids", "mailstead-claim")
        return SwitchClaim(ovs_lab.commands)

    @pytest.fixture
    def again(self, ovs_lab: OpenVSwitchLab) -> ClaimPlace:
        return SwitchClaim(ovs_lab.commands)

    def test_what_others_noted_there_stays(self, place: ClaimPlace, ovs_lab: OpenVSwitchLab) -> None:
        ovs_lab.vsctl("set", "Open_vSwitch", ".", "external_ids:hostname=kvm1")
        place.claim(OURS)
        place.release()
        assert "kvm1" in ovs_lab.vsctl("get", "Open_vSwitch", ".", "external_ids:hostname")

    def test_the_claim_outlives_the_bridge_and_is_no_flaw_of_it(
        self, place: ClaimPlace, ovs_lab: OpenVSwitchLab
    ) -> None:
        place.claim(OURS)
        ovs_lab.switch.prepare(BASE)
        ovs_lab.switch.ensure(segment("acme", 1))
        assert ovs_lab.switch.prepared() == BASE
        assert ovs_lab.switch.segments() == {"acme": segment("acme", 1)}
        ovs_lab.switch.withdraw()
        assert place.read() == OURS

    def test_what_is_no_claim_forbids_everybody(self, place: ClaimPlace, ovs_lab: OpenVSwitchLab) -> None:
        ovs_lab.vsctl("set", "Open_vSwitch", ".", "external_ids:mailstead-claim=mine")
        with pytest.raises(BadClaim):
            place.read()
