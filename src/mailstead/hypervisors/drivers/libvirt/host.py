"""What a libvirt host has, and what its machines use."""

import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

import libvirt

from mailstead.hypervisors.model import MachineStatistics, Room, machine_uuid

from .domain_xml import PREFIX

_KINDS = (
    libvirt.VIR_DOMAIN_STATS_CPU_TOTAL
    | libvirt.VIR_DOMAIN_STATS_BALLOON
    | libvirt.VIR_DOMAIN_STATS_BLOCK
    | libvirt.VIR_DOMAIN_STATS_INTERFACE
)
# One machine that is busy with a long job must not hold up the counters of all.
_RUNNING = libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE | libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT


def used_by(host: libvirt.virConnect, platform: str) -> dict[str, MachineStatistics]:
    """Return the counters of the running machines of *platform*; known as ours by name and derived UUID."""
    answer = host.getAllDomainStats(_KINDS, _RUNNING)
    named = [(domain.name().removeprefix(PREFIX), domain, values) for domain, values in answer]
    return {
        tenant: read_statistics(values)
        for tenant, domain, values in named
        if machine_uuid(platform, tenant) == UUID(domain.UUIDString())
    }


def read_statistics(values: dict[str, Any]) -> MachineStatistics:
    """Return our counters from libvirt's flat names ("block.0.rd.bytes"); what is not there counts as zero."""
    return MachineStatistics(
        cpu_seconds=values.get("cpu.time", 0) / 1e9,
        memory_used_mib=_memory_used(values) // 1024,
        disk_read_bytes=_sum(values, "block", "rd.bytes"),
        disk_written_bytes=_sum(values, "block", "wr.bytes"),
        disk_allocated_bytes=_sum(values, "block", "physical"),
        network_received_bytes=_sum(values, "net", "rx.bytes"),
        network_sent_bytes=_sum(values, "net", "tx.bytes"),
    )


def host_room(host: libvirt.virConnect, folder: Path) -> Room:
    """Return processors and memory as libvirt sees them, and the free room below *folder* on this machine."""
    _model, memory_mib, cores, *_rest = host.getInfo()
    there = next(path for path in (folder, *folder.parents) if path.is_dir())
    return Room(cores, memory_mib, shutil.disk_usage(there).free >> 20)


def _memory_used(values: dict[str, Any]) -> int:
    """Return KiB in use as the guest says; as the host sees it while the guest is silent."""
    if "balloon.available" in values and "balloon.usable" in values:
        return int(values["balloon.available"] - values["balloon.usable"])
    return int(values.get("balloon.rss", values.get("balloon.current", 0)))


def _sum(values: dict[str, Any], group: str, counter: str) -> int:
    return sum(values.get(f"{group}.{number}.{counter}", 0) for number in range(values.get(f"{group}.count", 0)))
