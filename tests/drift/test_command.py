"""`mailstead drift`: shows what differs field by field, heals when asked, and says by its status what is left."""

from dataclasses import replace

import pytest

from mailstead.ground.plans import Change, ChangePlan
from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.mailservers.items import MailboxRoom
from mailstead.wiring.memory import Outside
from tests.cli.conftest import Say, home, say, worlds  # noqa: F401  # fixtures
from tests.lifecycle.conftest import _cheap_keys  # noqa: F401  # slow keys and hashes made cheap, by itself


@pytest.fixture
def served(say: Say, worlds: dict[str, Outside]) -> Outside:  # noqa: F811  # fixtures by their names
    for name in ("acme", "globex"):
        assert say("tenant", "add", name, "--domain", f"{name}.example").status == 0
    return worlds["one"]


def _shrink(outside: Outside, name: str = "acme") -> None:
    machines = outside.hosts["kvm1"].machines
    assert isinstance(machines, MemoryHypervisor)
    machines.disturb(replace(machines.machines()[name], memory_mib=512))


def test_drift_names_the_field_that_was_found_and_what_is_wanted(served: Outside, say: Say) -> None:  # noqa: F811
    _shrink(served)
    said = say("drift")
    assert said.status == 3
    assert "~ machine      machine acme" in said.out
    assert "memory_mib: 512 → 768" in said.out
    assert "globex" not in said.out
    (found,) = say("--json", "drift").value
    assert (found["tenant"], found["state"]) == ("acme", "drifted")
    assert found["changes"][0]["fields"] == [{"field": "memory_mib", "before": "512", "after": "768"}]


def test_healing_shows_the_plan_gives_an_order_and_looks_again(served: Outside, say: Say) -> None:  # noqa: F811
    _shrink(served)
    _shrink(served, "globex")
    only = say("drift", "acme", "--heal", "--yes")
    assert (only.status, only.out.count("memory_mib: 512 → 768")) == (0, 1)
    assert only.out.rstrip().endswith("no drift: everything is as wanted")
    assert "start machine" in only.err
    assert say("drift").status == 3
    healed = say("--json", "drift", "--heal").value
    assert ([one["tenant"] for one in healed["found"]], healed["left"]) == (["globex"], [])
    assert say("drift").status == 0


def test_what_would_lose_data_is_refused_until_it_is_named(served: Outside, say: Say) -> None:  # noqa: F811
    room = MailboxRoom("stranger@acme.example", 7)
    served.hosts["kvm1"].mail.apply("acme", ChangePlan((Change("by hand", None, room),)))
    refused = say("drift", "--heal", "--yes")
    assert refused.status == 2
    assert "loses all mail of stranger@acme.example" in refused.out
    assert say("drift").status == 3
    assert say("drift", "--heal", "--yes", "--allow-loss", "mailbox stranger@acme.example").status == 0


def test_a_watch_tells_each_thing_once(served: Outside, say: Say) -> None:  # noqa: F811
    _shrink(served)
    said = say("drift", "--watch", 300, "--rounds", 3)
    assert (said.status, said.out.count("memory_mib: 512 → 768")) == (3, 1)
    assert say("drift", "--watch", 300, "--heal").status == 2
    healed = say("drift", "--watch", 300, "--rounds", 2, "--heal", "--yes")
    assert healed.status == 0


def test_help_teaches(say: Say) -> None:  # noqa: F811
    told = say("drift", "--help").out
    for word in ("--heal", "--watch", "--allow-loss", "Exit status", "Examples", "order in hand"):
        assert word in told
