"""Scenes from which tests begin: each is played once, and every test gets a copy of its own."""

import shutil
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Lock, RLock

from mailstead.tenants.changes import resized, with_domain, with_mailbox
from mailstead.tenants.model import Mailbox, MailDomain, Tenant
from mailstead.wiring.memory import Outside

from .stage import Stage, open_stage, tenant

BEA = Mailbox(address="bea@acme.example")
SECOND = MailDomain(name="acme.test")


@dataclass(frozen=True)
class Scene:
    """How far a life has come: the scene before this one, and what happened since."""

    name: str
    play: Callable[[Stage], object]
    after: "Scene | None" = None


@dataclass
class Scenes:
    """The scenes played so far, each at rest in a folder of *home*."""

    home: Path
    _kept: dict[str, Outside] = field(default_factory=dict)

    def open(self, scene: Scene, folder: Path, dress: Callable[[Outside], Outside] = lambda outside: outside) -> Stage:
        """Return a stage of one's own at *scene*, its database in the new folder *folder*."""
        if scene.name not in self._kept:
            self._kept[scene.name] = self._played(scene)
        shutil.copytree(self.home / scene.name, folder)
        return open_stage(folder, outside=dress(copied(self._kept[scene.name])))

    def _played(self, scene: Scene) -> Outside:
        folder = self.home / scene.name
        if scene.after:
            stage = self.open(scene.after, folder)
        else:
            folder.mkdir()
            stage = open_stage(folder)
        scene.play(stage)
        stage.close()
        return stage.outside


def copied(outside: Outside) -> Outside:
    """Return a second world outside, the same in everything; what happens in one is not seen in the other."""
    lock = outside.journal.ledger._lock
    targets = {id(target._lock): Lock() for target in outside.targets.values()}
    return deepcopy(outside, {id(lock): RLock(), **targets})


def larger(wanted: Tenant) -> Tenant:
    return resized(wanted, vcpus=2, memory_mib=1024, disk_gib=8, bandwidth_mbit=50, disk_iops=500)


def smaller(wanted: Tenant) -> Tenant:
    return resized(wanted, vcpus=1, memory_mib=512, bandwidth_mbit=0, disk_iops=0)


def _change(change: Callable[[Tenant], Tenant]) -> Callable[[Stage], object]:
    return lambda stage: stage.done(stage.lifecycle.change("acme", change))


def _grow_old(stage: Stage) -> None:
    """Until acme's key is due, and the neighbour has got through that already."""
    stage.outside.clock.sleep(timedelta(days=61).total_seconds())
    for _ in ("announced", "switched", "retired"):
        _settle_and_wait(stage, "globex")


def _settle_and_wait(stage: Stage, name: str = "acme") -> None:
    """Settle, and wait until no resolver remembers what was published before."""
    stage.done(stage.lifecycle.settle(name))
    stage.outside.clock.sleep(timedelta(hours=3).total_seconds())


def _suspend(stage: Stage) -> None:
    stage.done(stage.lifecycle.suspend("acme"))


def _remove(stage: Stage) -> None:
    stage.done(stage.lifecycle.remove("acme"))


def _neighbour(stage: Stage) -> None:
    """Somebody else, so that nobody can be right by there being nobody else."""
    stage.done(stage.lifecycle.add(tenant("globex")))


ALONE = Scene("alone", _neighbour)
SERVED = Scene("served", lambda stage: stage.done(stage.lifecycle.add(tenant())), ALONE)
LARGE = Scene("large", _change(larger), SERVED)
WIDE = Scene("wide", _change(lambda wanted: with_domain(with_mailbox(wanted, BEA), SECOND)), SERVED)
SUSPENDED = Scene("suspended", _suspend, SERVED)
REMOVED = Scene("removed", _remove, SERVED)
OLD = Scene("old", _grow_old, SERVED)
ANNOUNCED = Scene("announced", _settle_and_wait, OLD)
SWITCHED = Scene("switched", _settle_and_wait, ANNOUNCED)
