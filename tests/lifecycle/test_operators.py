"""Sixty-four operators at once on the same names, domains, mailboxes and numbers: each success fits a serial order."""

import random
import time
from collections import Counter
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier

from mailstead.ground.errors import MailsteadError
from mailstead.lifecycle.verbs import Lifecycle
from mailstead.lifecycle.world import World
from mailstead.tenants.changes import with_domain, with_mailbox, without_domain
from mailstead.tenants.model import Mailbox, MailDomain, Status
from tests.conftest import Tally, Tell

from .auditor import NOTHING, audit
from .history import Deed, misfits
from .stage import open_stage, platform, tenant

OPERATORS, VERBS_EACH = 64, 6
NAMES = [f"tenant-{number}" for number in range(8)]
VLANS = 6  # fewer than names: the last ones are fought for
SHARED = [f"shared-{number}.example" for number in range(4)]
USERS = [f"user-{number}" for number in range(3)]
HARMLESS = {"conflict", "domain-taken", "address-taken", "not-found", "vlans-exhausted", "not-removed"}
IN_SERVICE = None  # the status that every tenant begins with
Say = Callable[[], object]


@dataclass
class Operators:
    """Who says what when, drawn by a seed, and how it came out."""

    lifecycle: Lifecycle
    deeds: list[Deed] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    strange: list[BaseException] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)

    def work(self, seed: int, start: Barrier) -> None:
        chance = random.Random(seed)  # noqa: S311  # dice, no secret
        start.wait()
        for _ in range(VERBS_EACH):
            self._say(*self._verb(chance))

    def look(self, world: World) -> None:
        """Note what there is at the end, as the last to look."""
        entries = world.tenants.all()
        owners = {domain.name: name for name, entry in entries.items() for domain in entry.tenant.domains}
        seen: dict[str, Hashable] = {f"domain {name}": owners.get(name) for name in SHARED}
        for name in NAMES:
            entry = entries.get(name)
            seen[f"tenant {name}"] = entry is not None or None
            if entry:
                seen[f"status of {name}"] = IN_SERVICE if entry.tenant.status is Status.ACTIVE else entry.tenant.status
                boxes = entry.tenant.addresses
                seen |= {f"box {user}@{name}.example": f"{user}@{name}.example" in boxes or None for user in USERS}
        now = time.monotonic()
        self.deeds += [Deed(thing, "look", frozenset({value}), value, now, now) for thing, value in seen.items()]

    def _say(self, say: Say, thing: str, verb: str, needs: frozenset[Hashable], leaves: Hashable) -> None:
        begun = time.monotonic()
        try:
            say()
        except MailsteadError as error:
            self.refusals[error.code] += 1
            self.strange += [] if error.code in HARMLESS else [error]
        except Exception as error:  # noqa: BLE001  # whatever it is: operators are told in our own words
            self.strange.append(error)
        else:
            self.deeds.append(Deed(thing, verb, needs, leaves, begun, time.monotonic()))
        self.took_s.append(time.monotonic() - begun)

    def _verb(self, chance: random.Random) -> tuple[Say, str, str, frozenset[Hashable], Hashable]:
        name, domain, user = chance.choice(NAMES), chance.choice(SHARED), chance.choice(USERS)
        life, box = self.lifecycle, f"{user}@{name}.example"
        on_box, on_domain, on_status = f"box {box}", f"domain {domain}", f"status of {name}"
        free, any_ = frozenset({None}), frozenset[Hashable]()
        living = frozenset({IN_SERVICE, Status.SUSPENDED})
        its = frozenset({name})
        lost = [f"mailbox {box}"]
        verbs: list[tuple[Say, str, str, frozenset[Hashable], Hashable]] = [
            (lambda: life.add(tenant(name)), f"tenant {name}", "add", free, True),
            (lambda: life.change(name, lambda t: with_mailbox(t, Mailbox(address=box))), on_box, "add", free, True),
            (lambda: life.remove_mailbox(name, box, allow_loss=lost), on_box, "drop", frozenset({True}), None),
            (lambda: life.change(name, lambda t: with_domain(t, MailDomain(name=domain))), on_domain, name, free, name),
            (lambda: life.change(name, lambda t: without_domain(t, domain)), on_domain, f"not {name}", its, None),
            (lambda: life.suspend(name), on_status, "suspend", living, Status.SUSPENDED),
            (lambda: life.resume(name), on_status, "resume", any_, IN_SERVICE),
            (lambda: life.remove(name), on_status, "remove", any_, Status.REMOVED),
        ]
        return chance.choices(verbs, weights=(3, 4, 3, 3, 3, 1, 2, 0.5))[0]


def at_once(lifecycle: Lifecycle, world: World) -> Operators:
    """Let everybody begin at the same moment, and look when all are through."""
    operators, start = Operators(lifecycle), Barrier(OPERATORS)
    with ThreadPoolExecutor(OPERATORS) as pool:
        for done in [pool.submit(operators.work, seed, start) for seed in range(OPERATORS)]:
            done.result()
    operators.look(world)
    return operators


def test_every_success_of_64_operators_at_once_fits_a_serial_order(tmp_path: Path, tally: Tally, tell: Tell) -> None:
    network = {"vlan_first": 100, "vlan_last": 99 + VLANS}
    stage = open_stage(tmp_path, platform(network=network))
    operators = at_once(stage.lifecycle, stage.world)
    tally("verbs of 64 operators at once", len(operators.took_s))
    tell(f"64 operators at once: {p99(operators.took_s)}")
    assert operators.strange == []
    assert misfits(operators.deeds) == []
    assert len(stage.world.tenants.all()) <= VLANS
    stage.engine.settle()
    assert audit(stage) == NOTHING
    stage.close()


def p99(took_s: list[float]) -> str:
    ordered = sorted(took_s)
    middle, late = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    return f"{len(ordered)} verbs, half within {middle * 1000:.0f} ms, 99 % within {late * 1000:.0f} ms"
