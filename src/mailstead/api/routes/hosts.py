"""/hosts: what carries the tenants."""

from fastapi import APIRouter

from mailstead.api.asked import Asked, HostPath, Moment, Read
from mailstead.api.wire.machines import Draining, DrainPlanOut, HostEventOut, HostEvents, HostOut, Hosts, Orders

router = APIRouter(prefix="/hosts", tags=["hosts"])


@router.get("")
def list_hosts(read: Read) -> Hosts:
    """Ask every host what it has."""
    return Hosts(items=[HostOut.of(host) for host in read.hosts.all()])


@router.get("/{host}")
def get_host(read: Read, host: HostPath) -> HostOut:
    """Ask one host what it has."""
    return HostOut.of(read.hosts.get(host))


@router.get("/{host}/events")
def list_host_events(read: Read, host: HostPath, since: Moment | None = None) -> HostEvents:
    """Return what the hypervisor of a host has logged, the oldest first; in the last hour unless told otherwise."""
    return HostEvents(items=[HostEventOut.of(event) for event in read.hosts.events(host, since)])


@router.get("/{host}/drain")
def plan_drain(read: Read, host: HostPath) -> DrainPlanOut:
    """Show which machines would go where if the host were emptied."""
    return DrainPlanOut.of(read.hosts.drain_plan(host))


@router.post("/{host}/drain", status_code=202)
def drain_host(asked: Asked, host: HostPath, why: Draining) -> Orders:
    """Empty a host for maintenance: it takes no new tenants, and its machines move away while they run."""
    return Orders.of(asked.hosts.drain(host, why.reason))


@router.post("/{host}/resume")
def resume_host(asked: Asked, host: HostPath) -> HostOut:
    """End the maintenance of a host."""
    return HostOut.of(asked.hosts.resume(host))
