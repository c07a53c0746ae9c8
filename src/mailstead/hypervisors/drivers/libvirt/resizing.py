"""Processors and memory of a domain, changed in its settings and, if it runs, in the guest."""

from contextlib import suppress

import libvirt

from mailstead.ground.clock import Clock, Deadline

_AGENT_TIMEOUT_S = 10
_SEEN_WITHIN_S = 60.0  # as long as its agent answers: an emulated guest on a busy host takes its time


def resize_domain(domain: libvirt.virDomain, *, vcpus: int, memory_mib: int, clock: Clock) -> None:
    """Give the domain this size now and later. Raises libvirtError; a guest may be slow to give up a processor.

    The settings come last: until then they differ from what runs, and whoever is killed on the way leaves that as a
    sign for the next one.
    """
    if domain.isActive():
        domain.setMemoryFlags(memory_mib * 1024, libvirt.VIR_DOMAIN_AFFECT_LIVE)
        _resize_processors(domain, vcpus, clock)
    domain.setMemoryFlags(memory_mib * 1024, libvirt.VIR_DOMAIN_AFFECT_CONFIG)
    domain.setVcpusFlags(vcpus, libvirt.VIR_DOMAIN_AFFECT_CONFIG)


def _resize_processors(domain: libvirt.virDomain, vcpus: int, clock: Clock) -> None:
    before = domain.vcpusFlags(libvirt.VIR_DOMAIN_AFFECT_LIVE)
    if vcpus < before:
        _tell_guest(domain, vcpus)  # a processor that is idle is given up at once, a busy one may take too long
    if vcpus != before:
        domain.setVcpusFlags(vcpus, libvirt.VIR_DOMAIN_AFFECT_LIVE)
    if vcpus >= before:  # plugged in already: perhaps by somebody who was killed before the guest was told
        _bring_online(domain, vcpus, clock)


def _bring_online(domain: libvirt.virDomain, vcpus: int, clock: Clock) -> None:
    """Let the guest use its new processors; Debian's kernel leaves them off until somebody says so."""
    deadline = Deadline(clock, _SEEN_WITHIN_S)
    while not _tell_guest(domain, vcpus):  # the guest needs a moment to see them
        if not _agent_answers(domain) or not deadline.wait():
            return


def _tell_guest(domain: libvirt.virDomain, vcpus: int) -> bool:
    """Have the agent switch processors on or off; say whether it did."""
    with suppress(libvirt.libvirtError):
        domain.agentSetResponseTimeout(_AGENT_TIMEOUT_S, 0)
        domain.setVcpusFlags(vcpus, libvirt.VIR_DOMAIN_VCPU_GUEST)
        return True
    return False


def _agent_answers(domain: libvirt.virDomain) -> bool:
    with suppress(libvirt.libvirtError):
        return domain.guestVcpus() is not None  # how the binding says that nobody answered
    return False
