"""A platform on memory drivers that can die and come back, and tenants to play on it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mailstead.lifecycle.planning import changed
from mailstead.lifecycle.verbs import Lifecycle
from mailstead.lifecycle.world import HostPorts, World
from mailstead.orders.drivers.memory import Crashed, MemoryEngine, Moment
from mailstead.orders.model import OrderView, Status
from mailstead.sites.model import Platform
from mailstead.tenants.model import Tenant
from mailstead.wiring.memory import Outside, memory_outside, memory_platform
from mailstead.wiring.running import Running

Dress = Callable[[World], World]


def platform(*hosts: str, network: Mapping[str, Any] | None = None, **more: Any) -> Platform:
    """Return a platform with these hosts (default: one), all in memory."""
    named = [{"name": name, "driver": "memory"} for name in hosts or ("kvm1",)]
    return Platform.parse(
        {"sites": [{"name": "home", "hosts": named}], "dns": {"driver": "memory"}, "network": network or {}, **more}
    )


def tenant(name: str = "acme", *domains: str, **more: Any) -> Tenant:
    """Return a tenant with a mailbox in its first domain."""
    named = domains or (f"{name}.example",)
    boxes = [{"address": f"anna@{named[0]}"}]
    return Tenant.parse({"name": name, "domains": [{"name": d} for d in named], "mailboxes": boxes, **more})


@dataclass
class Stage:
    """The world outside, and the process that plays on it now. `crash` ends the process, `again` begins the next."""

    folder: Path
    platform: Platform
    outside: Outside
    running: Running
    engine: MemoryEngine

    @property
    def lifecycle(self) -> Lifecycle:
        return self.running.lifecycle

    @property
    def world(self) -> World:
        return self.running.world

    def host(self, name: str = "kvm1") -> HostPorts:
        return self.outside.hosts[name]

    def again(self, outside: Outside | None = None) -> None:
        """Begin the next process on the same world."""
        self.close()
        self.outside = outside or self.outside
        self.running, self.engine = memory_platform(self.folder, self.platform, self.outside)

    def close(self) -> None:
        """End the process as it should end: its database lies whole in its folder."""
        self.engine.close()
        self.world.tenants._database.close()

    def settle(self, order: str) -> OrderView:
        """Let all that is due happen, and return the order."""
        self.engine.settle()
        return self.running.desk.show(order)

    def done(self, order: str) -> OrderView:
        view = self.settle(order)
        assert view.status is Status.DONE, view.error
        return view

    def die(self, step: str, moment: Moment) -> None:
        """Die where said, and begin the next process."""
        self.engine.crash_at(step, moment)
        with pytest.raises(Crashed):
            self.engine.settle()
        self.again()

    def drift(self) -> dict[str, list[str]]:
        """Return what differs, by tenant, in the words of the plan."""
        return {
            plan.tenant: [f"{change.kind} {change.subject}" for _, change in plan]
            + [f"{section.chapter}: {section.note}" for section in plan.sections if section.note]
            for plan in changed(self.lifecycle.planner.plans())
        }


def open_stage(folder: Path, wanted: Platform | None = None, outside: Outside | None = None) -> Stage:
    """Return a stage in *folder*, with *wanted* as its platform file."""
    wanted = wanted or platform()
    outside = outside or memory_outside(wanted)
    running, engine = memory_platform(folder, wanted, outside)
    return Stage(folder, wanted, outside, running, engine)


def with_ports(outside: Outside, host: str, **ports: Any) -> Outside:
    """Return the world outside with other ports on one host."""
    return replace(outside, hosts={**outside.hosts, host: replace(outside.hosts[host], **ports)})
