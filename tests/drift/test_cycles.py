"""Untouched tenants give no alarm, whatever time goes by. `python -m benchmarks.rest` does so with 10,000."""

from pathlib import Path

from benchmarks.crowd import put_in_service, seal_all
from benchmarks.rest import cycles

from mailstead.lifecycle.drifting import State


def test_300_untouched_tenants_give_no_false_alarm_in_100_cycles(tmp_path: Path) -> None:
    running = put_in_service(tmp_path, 300, 2)
    seal_all(running)
    seen = list(cycles(running, 100))
    assert len(seen) == 100
    assert [cycle.alarms for cycle in seen if cycle.alarms] == []
    assert seen[-1].day > 60
    assert {found.state for found in seen[-1].found} == {State.DUE}
    assert len(seen[-1].found) == 300
