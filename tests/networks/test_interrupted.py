"""Killed between any two commands, or the answer lost: the same verb again ends in the same state."""

from collections.abc import Callable, Sequence

import pytest

from mailstead.ground.errors import OutcomeUnknown
from mailstead.networks.drivers.openvswitch import Commands, OpenVSwitch
from mailstead.networks.port import Switch

from .lab import BRIDGE, TABLE, OpenVSwitchLab
from .world import BASE, segment

pytestmark = pytest.mark.host

ACME, GLOBEX = segment("acme", 1), segment("globex", 2)


class Breaking(Commands):
    """Runs *left* commands as they are; of the next the answer is lost, before or after it was done."""

    def __init__(self, commands: Commands, left: int, *, done: bool) -> None:
        super().__init__()
        self._commands, self._left, self._done = commands, left, done

    def run(self, argv: Sequence[str], stdin: str = "") -> str:
        self._left -= 1
        if self._left >= 0:
            return self._commands.run(argv, stdin)
        if self._done:
            self._commands.run(argv, stdin)
        raise OutcomeUnknown("the answer was lost")


def _broken_everywhere(lab: OpenVSwitchLab, verb: Callable[[Switch], None]) -> int:
    """Break *verb* at its first command, its second and so on, until it comes through; return how often it broke."""
    for left in range(40):
        try:
            verb(OpenVSwitch(BRIDGE, TABLE, Breaking(lab.commands, left, done=left % 2 == 0)))
        except OutcomeUnknown:
            continue
        return left
    raise AssertionError("it never came through")


def test_a_host_is_prepared_in_spite_of_breaks(ovs_lab: OpenVSwitchLab) -> None:
    assert _broken_everywhere(ovs_lab, lambda switch: switch.prepare(BASE)) > 5
    assert ovs_lab.switch.prepared() == BASE


def test_segments_come_and_go_in_spite_of_breaks(ovs_lab: OpenVSwitchLab) -> None:
    ovs_lab.switch.prepare(BASE)
    ovs_lab.switch.ensure(GLOBEX)
    assert _broken_everywhere(ovs_lab, lambda switch: switch.ensure(ACME)) > 5
    assert ovs_lab.switch.segments() == {"acme": ACME, "globex": GLOBEX}
    assert _broken_everywhere(ovs_lab, lambda switch: switch.remove("acme")) > 2
    assert ovs_lab.switch.segments() == {"globex": GLOBEX}
    assert ovs_lab.switch.prepared() == BASE


def test_everything_is_withdrawn_in_spite_of_breaks(ovs_lab: OpenVSwitchLab) -> None:
    ovs_lab.switch.prepare(BASE)
    ovs_lab.switch.ensure(ACME)
    _broken_everywhere(ovs_lab, lambda switch: switch.withdraw())
    assert ovs_lab.nft("list", "tables") == ""
    assert ovs_lab.vsctl("list-br") == ""
