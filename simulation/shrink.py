"""A story that fails is cut down to the shortest that still fails in the same way.

Delta debugging (Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002) over its acts;
faults are acts too. An act that goes hands its pause on to the next, so that what stays keeps its time.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from .acts import Act
from .story import Story

Fails = Callable[[Story], bool]
Acts = tuple[Act, ...]


def shrink(story: Story, fails: Fails) -> Story:
    """Return the shortest story found for which *fails* still holds; it must hold for *story*."""
    story = _fewer_acts(story, fails)
    for simpler in (_one_host, _no_squatter, _no_pauses):
        if fails(simpler(story)):
            story = simpler(story)
    return story


def _fewer_acts(story: Story, fails: Fails) -> Story:
    parts = 2
    while len(story.acts) > 1:
        shorter = next((story for story in _without_a_part(story, parts) if fails(story)), None)
        if shorter:
            story, parts = shorter, max(2, parts - 1)
        elif parts >= len(story.acts):
            break
        else:
            parts = min(len(story.acts), 2 * parts)
    return story


def _without_a_part(story: Story, parts: int) -> Iterator[Story]:
    size = -(-len(story.acts) // parts)
    for begin in range(0, len(story.acts), size):
        yield replace(story, acts=_cut(story.acts, begin, begin + size))


def _cut(acts: Acts, begin: int, end: int) -> Acts:
    pause_s = sum(act.after_s for act in acts[begin:end])
    rest = acts[end:]
    if rest:
        rest = (replace(rest[0], after_s=rest[0].after_s + pause_s), *rest[1:])
    return (*acts[:begin], *rest)


def _one_host(story: Story) -> Story:
    return replace(story, hosts=story.hosts[:1])


def _no_squatter(story: Story) -> Story:
    return replace(story, squatter="")


def _no_pauses(story: Story) -> Story:
    return replace(story, acts=tuple(replace(act, after_s=0) for act in story.acts))
