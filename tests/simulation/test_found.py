"""What seeds have found, kept as the short stories that they were cut down to: each must end well."""

from pathlib import Path

import pytest

from simulation.acts import Act, Asked, Event, Happens, Verb
from simulation.play import play
from simulation.story import Story

ADD = Act(0, Asked(Verb.ADD, "acme"))
STORIES = {
    "a machine that went off while its order waited for it": (ADD, Act(20, Happens(Event.POWER_CUT, "kvm1"))),
    "a machine switched off by hand while its order waited for it": (
        ADD,
        Act(20, Happens(Event.SWITCHED_OFF, "acme")),
    ),
    "a certificate issued while our clock was a year ahead": (
        Act(0, Happens(Event.CLOCK, "the control plane's", 365 * 86400)),
        ADD,
        Act(60, Happens(Event.UPKEEP, "the control plane")),
    ),
}


@pytest.mark.parametrize("acts", STORIES.values(), ids=list(STORIES))
def test_it_comes_right_again(acts: tuple[Act, ...], folder: Path) -> None:
    outcome = play(Story(0, ("kvm1",), 4, acts), folder)
    assert [str(violation) for violation in outcome.violations] == [], "\n".join(outcome.log)
    assert outcome.orders
