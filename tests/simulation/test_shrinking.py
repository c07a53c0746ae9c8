"""A failing story is cut down to what matters."""

from dataclasses import replace

from simulation.acts import Act, Asked, Event, Happens, Verb
from simulation.shrink import shrink
from simulation.story import Story, tell

ADD = Act(0, Asked(Verb.ADD, "acme"))
LOST = Act(5, Happens(Event.LOST, "kvm1"))
CUT = Act(7, Happens(Event.POWER_CUT, "kvm2"))


def _has(story: Story, *acts: Act) -> bool:
    return all(act.what in [there.what for there in story.acts] for act in acts)


def test_only_the_acts_that_make_it_fail_are_left() -> None:
    long = tell(3)
    story = replace(long, acts=(*long.acts, ADD, *long.acts, CUT, *long.acts))
    short = shrink(story, lambda story: _has(story, ADD, CUT))
    assert len(short.acts) == 2
    assert {act.what for act in short.acts} == {ADD.what, CUT.what}


def test_what_stays_keeps_its_time_where_that_matters() -> None:
    def late(story: Story) -> bool:
        times = [sum(act.after_s for act in story.acts[: at + 1]) for at in range(len(story.acts))]
        return any(act.what == CUT.what and time >= 12 for act, time in zip(story.acts, times, strict=True))

    short = shrink(Story(1, ("kvm1", "kvm2"), 4, (ADD, LOST, CUT)), late)
    assert short.acts == (replace(CUT, after_s=12),)
    assert short.hosts == ("kvm1",)


def test_a_story_that_cannot_be_shorter_stays() -> None:
    story = Story(1, ("kvm1",), 4, (replace(ADD, after_s=3), LOST))
    assert shrink(story, lambda shorter: shorter == story) == story
