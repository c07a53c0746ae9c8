"""What every Switch does; each driver's test subclasses this with a `lab`."""

from dataclasses import replace
from typing import Protocol

import pytest

from mailstead.networks.model import NotPrepared, PortMissing, Segment
from mailstead.networks.plan import compare_segments
from mailstead.networks.port import Switch

from .world import BASE, narrowed, segment


class Lab(Protocol):
    """A host to try a switch on, with machines that can be switched on and off."""

    @property
    def switch(self) -> Switch: ...

    def start(self, segment: Segment) -> None:
        """What a hypervisor does: the machine's port appears."""

    def stop(self, segment: Segment) -> None: ...


class SwitchContract:
    @pytest.fixture
    def switch(self, lab: Lab) -> Switch:
        lab.switch.prepare(BASE)
        return lab.switch

    def test_a_host_that_was_never_prepared_has_nothing(self, lab: Lab) -> None:
        assert lab.switch.segments() == {}
        assert lab.switch.prepared() is None

    def test_a_segment_cannot_be_made_before_the_host_is_prepared(self, lab: Lab) -> None:
        with pytest.raises(NotPrepared):
            lab.switch.ensure(segment("acme", 1))

    def test_what_was_prepared_reads_back_as_it_was_wanted(self, switch: Switch) -> None:
        assert switch.prepared() == BASE

    def test_preparing_twice_changes_nothing(self, switch: Switch) -> None:
        switch.ensure(segment("acme", 1))
        switch.prepare(BASE)
        assert switch.prepared() == BASE
        assert switch.segments() == {"acme": segment("acme", 1)}

    def test_segments_read_back_as_they_were_wanted(self, switch: Switch) -> None:
        wanted = {name: segment(name, index) for index, name in enumerate(("acme", "globex"), 1)}
        wanted["acme"] = narrowed(wanted["acme"], "imap", "192.0.2.0/24", "198.51.100.7/32", "2001:db8:1::/48")
        for value in wanted.values():
            switch.ensure(value)
        assert not compare_segments(wanted, switch.segments())
        assert switch.segments() == wanted

    def test_one_segment_can_be_asked_for_alone(self, switch: Switch) -> None:
        wanted = {name: segment(name, index) for index, name in enumerate(("acme", "globex"), 1)}
        for value in wanted.values():
            switch.ensure(value)
        assert switch.segments("globex") == {"globex": wanted["globex"]}
        assert switch.segments("nobody") == {}

    def test_ensuring_twice_is_the_same_as_once(self, switch: Switch) -> None:
        switch.ensure(segment("acme", 1))
        switch.ensure(segment("acme", 1))
        assert switch.segments() == {"acme": segment("acme", 1)}

    def test_a_rule_can_be_narrowed_and_opened_again(self, switch: Switch) -> None:
        wide = segment("acme", 1)
        narrow = narrowed(wide, "sieve", "192.0.2.0/25")
        for wanted in (wide, narrow, wide):
            switch.ensure(wanted)
            assert switch.segments() == {"acme": wanted}

    def test_a_tenant_moves_to_other_numbers(self, switch: Switch) -> None:
        switch.ensure(segment("acme", 1))
        switch.ensure(segment("acme", 2))
        assert switch.segments() == {"acme": segment("acme", 2)}

    def test_a_limit_of_what_a_machine_sends_is_set_changed_and_lifted(self, lab: Lab, switch: Switch) -> None:
        for mbit in (50, 20, 0):
            wanted = segment("acme", 1, allowance={"bandwidth_mbit": mbit})
            switch.ensure(wanted)
            assert switch.segments() == {"acme": wanted}
        switch.ensure(segment("acme", 1, allowance={"bandwidth_mbit": 20}))
        switch.remove("acme")
        assert switch.segments() == {}
        assert switch.prepared() == BASE

    def test_removing_one_leaves_the_other(self, switch: Switch) -> None:
        switch.ensure(segment("acme", 1))
        switch.ensure(segment("globex", 2))
        switch.remove("acme")
        assert switch.segments() == {"globex": segment("globex", 2)}
        assert switch.prepared() == BASE

    def test_removing_twice_is_no_error(self, switch: Switch) -> None:
        switch.ensure(segment("acme", 1))
        switch.remove("acme")
        switch.remove("acme")
        assert switch.segments() == {}

    def test_nothing_is_left_after_withdrawing_twice(self, lab: Lab, switch: Switch) -> None:
        switch.ensure(segment("acme", 1))
        switch.withdraw()
        switch.withdraw()
        assert switch.segments() == {}
        assert switch.prepared() is None


class UnboundPortContract:
    """What a Switch does besides whose ports are born when a machine starts; subclasses of both contracts."""

    def test_a_started_machine_is_a_flaw_until_it_is_attached(self, lab: Lab, switch: Switch) -> None:
        wanted = segment("acme", 1)
        switch.ensure(wanted)
        lab.start(wanted)
        found = switch.segments()["acme"]
        assert wanted.port in " ".join(found.flaws)
        assert replace(found, flaws=()) == wanted
        switch.attach("acme")
        assert switch.segments()["acme"] == wanted

    def test_ensure_attaches_a_machine_that_runs_already(self, lab: Lab, switch: Switch) -> None:
        wanted = segment("acme", 1)
        lab.start(wanted)
        switch.ensure(wanted)
        assert switch.segments()["acme"] == wanted

    def test_a_stopped_machine_is_no_flaw_and_a_restarted_one_is(self, lab: Lab, switch: Switch) -> None:
        wanted = segment("acme", 1)
        switch.ensure(wanted)
        lab.start(wanted)
        switch.attach("acme")
        lab.stop(wanted)
        assert switch.segments()["acme"] == wanted
        lab.start(wanted)
        assert switch.segments()["acme"].flaws

    def test_a_machine_that_does_not_run_cannot_be_attached(self, switch: Switch) -> None:
        switch.ensure(segment("acme", 1))
        for name in ("acme", "nobody"):
            with pytest.raises(PortMissing):
                switch.attach(name)
