"""A platform on memory drivers that keeps backups on two targets, with a tenant whose disks tests write on."""

from pathlib import Path
from typing import Any, cast

from mailstead.backup.drivers.memory_disks import MemoryDisks
from mailstead.orders.model import OrderView
from mailstead.protection.verbs import Protection
from mailstead.sites.model import Platform
from tests.lifecycle.stage import Stage, open_stage, platform, tenant

NEWEST = {"last": 1, "daily": 0, "weekly": 0, "monthly": 0, "days": 0}
TARGETS = ({"name": "near", "kind": "memory", "second": "far"}, {"name": "far", "kind": "memory"})


def protected_platform(*hosts: str, **more: Any) -> Platform:
    """Return a platform that keeps backups, and a second copy of them."""
    return platform(*(hosts or ("kvm1",)), backup_target=TARGETS, backup={"keep": NEWEST}, **more)


def protected_stage(folder: Path, *hosts: str, **more: Any) -> Stage:
    """Return a stage on which acme serves, on the first host, with something on its disks."""
    stage = open_stage(folder, protected_platform(*hosts, **more))
    for host in hosts[1:]:
        stage.world.maintenance.begin(host, stage.world.clock.now(), "so that acme comes to the first one")
    stage.done(stage.lifecycle.add(tenant()))
    for host in hosts[1:]:
        stage.world.maintenance.end(host)
    write(stage, b"as it was at first")
    return stage


def verbs(stage: Stage) -> Protection:
    return stage.running.protection


def disks(stage: Stage, host: str = "kvm1") -> MemoryDisks:
    found = stage.host(host).places
    return cast("MemoryDisks", getattr(found, "inner", found))  # with faults around it, or without


def write(stage: Stage, content: bytes, offset: int = 0, disk: str = "data") -> None:
    """Let the guest of acme write."""
    disks(stage).write("acme", disk, offset, content)


def content(stage: Stage, length: int, offset: int = 0, disk: str = "data", machine: str = "acme") -> bytes:
    """Return what lies on a disk now, on the host that acme lives on."""
    home = stage.world.tenants.get("acme").host or ""
    return disks(stage, home).blocks(machine)[disk].read(offset, length)


def backed_up(stage: Stage, name: str = "acme") -> OrderView:
    """Make a backup, and return the order."""
    return stage.done(verbs(stage).run(name))
