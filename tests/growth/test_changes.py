"""What a change costs grows with a tenant's mailboxes, not with their square. Calls are counted, not seconds."""

from collections.abc import Callable, Iterator
from cProfile import Profile
from functools import partial

import pytest

from mailstead.lifecycle.planning import changed
from mailstead.tenants.model import Alias, Mailbox, MailList, Tenant
from tests.access.stage import Stage, open_stage

FEW, MANY = 300, 1200
GROWTH = MANY / FEW * 1.5

Change = Callable[[Tenant], Tenant]
CHANGES: dict[str, Change] = {
    "an alias more": lambda now: now.changed(aliases=(*now.aliases, _alias("s@acme.example"))),
    "a list more": lambda now: now.changed(lists=(*now.lists, _list("l@acme.example"))),
    "a mailbox more": lambda now: now.changed(mailboxes=(*now.mailboxes, *_boxes(1, "more"))),
    "every mailbox larger": lambda now: now.changed(
        mailboxes=tuple(box.changed(quota_mib=2048) for box in now.mailboxes)
    ),
    "aliases of all": lambda now: now.changed(aliases=tuple(_alias(f"a-{box.address}") for box in now.mailboxes)),
    "half of the mailboxes less": lambda now: now.changed(mailboxes=now.mailboxes[::2], aliases=(), lists=()),
}


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Stage]]:
    made = tuple(open_stage(tmp_path_factory.mktemp("growth"), "acme") for _ in range(2))
    few, many = made
    _done(few, partial(_fill, FEW))
    _done(many, partial(_fill, MANY))
    yield few, many
    for stage in made:
        stage.engine.close()


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_and_its_order_do_four_times_as_much_for_four_times_the_mailboxes(
    stages: tuple[Stage, Stage], what: str
) -> None:
    few, many = (_calls(partial(_done, stage, CHANGES[what])) for stage in stages)
    assert many < few * GROWTH, f"{few} calls with {FEW} mailboxes, {many} with {MANY}"


def _fill(boxes: int, now: Tenant) -> Tenant:
    return now.changed(mailboxes=(*now.mailboxes, *_boxes(boxes, "u")))


def _done(stage: Stage, change: Change) -> None:
    gone = [f"mailbox {box.address}" for box in stage.running.world.tenants.get("acme").tenant.mailboxes]
    stage.running.lifecycle.change("acme", change, allow_loss=gone)
    stage.engine.settle()
    assert not changed(stage.running.lifecycle.planner.plans(["acme"]))


def _calls(do: Callable[[], None]) -> int:
    profile = Profile()
    profile.runcall(do)
    return sum(entry.callcount for entry in profile.getstats())


def _boxes(many: int, name: str) -> list[Mailbox]:
    return [Mailbox.parse({"address": f"{name}{number}@acme.example"}) for number in range(many)]


def _alias(address: str) -> Alias:
    return Alias.parse(
        {"address": address.replace("@", "-at-", address.count("@") - 1), "targets": ["anna@acme.example"]}
    )


def _list(address: str) -> MailList:
    return MailList.parse({"address": address, "members": ["anna@acme.example"]})
