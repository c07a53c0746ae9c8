"""Every kind of thing that mailstead brings about for a tenant: where it lies, and how a hand gets at it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from mailstead.dns.model import Record, text_of, text_value
from mailstead.ground.plans import Change, ChangePlan
from mailstead.hypervisors.drivers.memory import MemoryHypervisor
from mailstead.hypervisors.model import Machine
from mailstead.lifecycle.parts.shared import Trust
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.mailservers.items import APPLIED, ConfigFile, MachineClock, MailboxRoom, MailDisk, Service
from mailstead.networks.drivers.memory import MemorySwitch
from mailstead.networks.model import HostNetwork, Segment
from mailstead.storage.drivers.memory import MemoryVolumes
from mailstead.storage.model import Volume
from tests.lifecycle.stage import Stage

TENANT = "acme"
Put = Callable[[Stage, Any, Any], None]  # what was there (None: nothing), what a hand makes of it (None: gone)


@dataclass(frozen=True)
class Kind:
    """Values of one type; `subject` is how a plan names one, `prefix` stands before its fields there."""

    type: type
    found: Callable[[Stage], Iterable[Any]]
    put: Put
    subject: Callable[[Any], str]
    prefix: str = ""

    def __str__(self) -> str:
        return self.type.__name__


def _machines(stage: Stage) -> Iterable[Machine]:
    return [stage.host().machines.machines()[TENANT]]


def _put_machine(stage: Stage, before: Machine | None, after: Machine | None) -> None:
    machines = stage.host().machines
    assert isinstance(machines, MemoryHypervisor)
    if after is None:
        machines.remove(TENANT)
    else:
        machines.disturb(after)


def _segments(stage: Stage) -> Iterable[Segment]:
    return [stage.host().switch.segments()[TENANT]]


def _put_network(stage: Stage, before: Any, after: Segment | HostNetwork | None) -> None:
    switch = stage.host().switch
    assert isinstance(switch, MemorySwitch)
    if after is None:
        switch.remove(TENANT)
    else:
        switch.disturb(after)


def _host_networks(stage: Stage) -> Iterable[HostNetwork]:
    found = stage.host().switch.prepared()
    return [found] if found else []


def _volumes(stage: Stage) -> Iterable[Volume]:
    return [volume for key, volume in stage.host().volumes.volumes().items() if key.tenant == TENANT]


def _put_volume(stage: Stage, before: Volume | None, after: Volume | None) -> None:
    volumes = stage.host().volumes
    assert isinstance(volumes, MemoryVolumes)
    if after is None and before is not None:
        volumes.remove(before.key)
    elif after is not None:
        volumes.disturb(after)


def _records(stage: Stage) -> Iterable[Record]:
    own = stage.world.records.all(tenant=TENANT)
    return sorted(record for zone in own for record in stage.world.names.records(zone) & own[zone])


def _put_record(stage: Stage, before: Record | None, after: Record | None) -> None:
    record = after or before
    assert record
    zone = max((z for z in stage.world.names.zones() if record.name.endswith(z)), key=len)
    stage.world.names.apply(zone, ChangePlan((Change("by hand", before, after),)))


def other_record(record: Record) -> Record:
    """Return a record that says something else in the same place."""
    match record.kind:
        case "TXT":
            value = text_value(f"{text_of(record.value)} bent")
        case "A":
            value = "192.0.2.7"
        case "AAAA":
            value = "2001:db8::7"
        case "TLSA":
            value = f"3 1 1 {'b' * 64}"
        case "CAA":
            value = '0 issue "bent.example"'
        case "SRV":
            value = "0 1 7 bent.example."
        case "MX":
            value = "10 bent.example."
        case _:
            value = "bent.example."
    return replace(record, value=value)


def _trusts(stage: Stage) -> Iterable[Trust]:
    return [Trust(zone, anchors) for zone, anchors in stage.world.resolver.anchors().items() if "globex" not in zone]


def _put_trust(stage: Stage, before: Trust | None, after: Trust | None) -> None:
    if after is None and before is not None:
        stage.world.resolver.forget([before.zone])
    elif after is not None:
        stage.world.resolver.trust({after.zone: after.anchors})


def _files(stage: Stage) -> Iterable[ConfigFile]:
    """Return the files as they lie there, content included, which no look tells."""
    mail = stage.host().mail
    assert isinstance(mail, MemoryMailServers)
    return list(mail._machines[TENANT].files.values())


def _put_item(stage: Stage, before: Any, after: Any) -> None:
    stage.host().mail.apply(TENANT, ChangePlan((Change("by hand", before, after),)))


KINDS = (
    Kind(Machine, _machines, _put_machine, lambda one: f"machine {TENANT}"),
    Kind(Segment, _segments, _put_network, lambda one: f"segment {TENANT}"),
    Kind(HostNetwork, _host_networks, _put_network, lambda one: "host network kvm1"),
    Kind(Volume, _volumes, _put_volume, lambda one: str(one.key)),
    Kind(Record, _records, _put_record, lambda one: f"record {one.name} {one.kind}", prefix="record."),
    Kind(Trust, _trusts, _put_trust, lambda one: f"trust anchor {one.zone}"),
    Kind(
        ConfigFile,
        _files,
        _put_item,
        lambda one: f"file {one.path}",
    ),
    Kind(
        MailboxRoom,
        lambda stage: stage.host().mail.observe(TENANT).mailboxes.values(),
        _put_item,
        lambda one: f"mailbox {one.address}",
    ),
    Kind(
        Service,
        lambda stage: stage.host().mail.observe(TENANT).services.values(),
        _put_item,
        lambda one: f"service {one.name}",
    ),
    Kind(MachineClock, lambda stage: [stage.host().mail.observe(TENANT).clock], _put_item, lambda one: "clock"),
    Kind(MailDisk, lambda stage: [stage.host().mail.observe(TENANT).disk], _put_item, lambda one: "mail disk"),
)


def snapshot(stage: Stage) -> dict[str, object]:
    """Return all that is managed, as it lies outside: for the comparison before and after."""
    world = stage.world
    told: dict[str, object] = {zone: world.names.records(zone) for zone in world.names.zones()}
    told |= {f"anchors {zone}": world.names.anchors(zone) for zone in world.names.zones()}
    told["resolver"] = world.resolver.anchors()
    for name, ports in stage.outside.hosts.items():
        machines = ports.machines.machines()
        told[f"{name} machines"] = machines
        told[f"{name} volumes"] = ports.volumes.volumes()
        told[f"{name} network"] = (ports.switch.prepared(), ports.switch.segments())
        for tenant in machines:
            state = ports.mail.observe(tenant)
            told[f"mail {tenant}"] = (
                {path: file for path, file in state.files.items() if path != APPLIED},
                *(state.mailboxes, state.services, state.applied, state.listing, state.clock, state.disk),
            )
    return told
