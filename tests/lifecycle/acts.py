"""Every order of a tenant's life, with the scene in which it is given and the steps that it takes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mailstead.lifecycle.verbs import Lifecycle
from mailstead.tenants.changes import with_domain, with_mailbox, without_domain
from mailstead.tenants.model import Tenant

from .scenes import (
    ALONE,
    ANNOUNCED,
    BEA,
    LARGE,
    OLD,
    REMOVED,
    SECOND,
    SERVED,
    SUSPENDED,
    SWITCHED,
    WIDE,
    Scene,
    larger,
    smaller,
)
from .stage import tenant

SETTLE = (
    "reserve room and numbers",
    "lay network",
    "make disks",
    "start machine",
    "make keys",
    "open zones",
    "announce next key",
    "obtain certificate",
    "wait for the machine",
    "configure mail server",
    "wait for mail",
    "publish names",
)
REMOVE = ("withdraw names", "stop machine", "take up network", "note the day")
PURGE = (
    "see that it is removed",
    "withdraw names",
    "stop machine",
    "take up network",
    "destroy disks",
    "destroy keys",
    "forget tenant",
)


class Operated(Protocol):
    """A platform on which verbs can be said."""

    @property
    def lifecycle(self) -> Lifecycle: ...


@dataclass(frozen=True)
class Act:
    """An order to be interrupted."""

    name: str
    scene: Scene
    order: Callable[[Operated], str]
    steps: tuple[str, ...]
    may_leave: str = ""  # what the auditor may find after it


def remove(stage: Operated) -> str:
    return stage.lifecycle.remove("acme")


def purge(stage: Operated) -> str:
    return stage.lifecycle.purge("acme", early=True)


def _drop_mailbox(stage: Operated) -> str:
    return stage.lifecycle.remove_mailbox("acme", BEA.address, allow_loss=[f"mailbox {BEA.address}"])


def _changed(change: Callable[[Tenant], Tenant]) -> Callable[[Operated], str]:
    return lambda stage: stage.lifecycle.change("acme", change)


def _settle(stage: Operated) -> str:
    return stage.lifecycle.settle("acme")


ACTS = (
    Act("onboard", ALONE, lambda stage: stage.lifecycle.add(tenant()), SETTLE),
    Act("enlarge", SERVED, _changed(larger), SETTLE),
    Act("make-smaller", LARGE, _changed(smaller), SETTLE),
    Act("add-domain", SERVED, _changed(lambda t: with_domain(t, SECOND)), SETTLE),
    Act("drop-domain", WIDE, _changed(lambda t: without_domain(t, SECOND.name)), SETTLE),
    Act("add-mailbox", SERVED, _changed(lambda t: with_mailbox(t, BEA)), SETTLE),
    Act("drop-mailbox", WIDE, _drop_mailbox, SETTLE),
    Act("suspend", SERVED, lambda stage: stage.lifecycle.suspend("acme"), SETTLE),
    Act("resume", SUSPENDED, lambda stage: stage.lifecycle.resume("acme"), SETTLE),
    Act("announce-key", OLD, _settle, SETTLE),
    Act("switch-key", ANNOUNCED, _settle, SETTLE),
    Act("retire-key", SWITCHED, _settle, SETTLE),
    Act("remove", SERVED, remove, REMOVE),
    Act("bring-back", REMOVED, lambda stage: stage.lifecycle.resume("acme"), SETTLE),
    Act("purge", REMOVED, purge, PURGE),
)
