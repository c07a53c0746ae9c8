"""After an older state was brought back: what the world shows is taken over. Nothing outside changes.

What runs is right: host, numbers and records that the world shows of a tenant take the place of those remembered.
"""

from collections.abc import Iterator

from mailstead.dns.ownership import shape
from mailstead.ground.errors import Conflict, InvalidInput, NotFound
from mailstead.hypervisors.model import Machine
from mailstead.storage.model import Role, VolumeKey
from mailstead.tenants.model import IOPS_LEAST, Mailbox, MailDomain, Tenant
from mailstead.tenants.store import Source

from .parts.mail import probe_address
from .recovery import Proposal, Seen, Traces, proposals
from .sweep import Sweep, shapes_of, zones_of
from .world import World


class Adoption:
    """Compares world and state, and takes over from the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def proposals(self) -> list[Proposal]:
        """Return what to adopt, recreate or leave. Asks every host and the name server; a silent one is told."""
        return proposals(self.seen(), self._world.tenants.all(), self._world.numbers.all())

    def seen(self) -> Seen:
        """Look at all there is."""
        return Sweep(self._world).seen()

    def adopt(self, name: str, wanted: Tenant | None = None, source: Source = "command") -> list[str]:
        """Take over what the world shows of a tenant, and return it in words; *wanted* is needed for an unknown one.

        Raises NotFound where nothing bears its name, InvalidInput without *wanted*, Conflict, DomainTaken.
        """
        seen = self.seen()
        traces = self._traces(seen, name)
        if name not in self._world.tenants.all():
            self._world.tenants.add(_demanded(name, wanted), source=source)
        done = [*self._take_over_numbers(seen), *self._take_over_host(name, traces)]
        return [*done, *self._take_over_wanted(name, traces), *self._take_over_names(name)]

    def draft(self, name: str) -> Tenant:
        """Return what a tenant that is there seems to be: its domains, mailboxes, sizes and limits. Raises NotFound.

        Aliases, lists, policies and firewall rules are not read back.
        """
        traces = self._traces(self.seen(), name)
        ports = self._world.ports(traces.hosts[0])
        machine, segment = ports.machines.machines().get(name), ports.switch.segments(name).get(name)
        allowance = _allowance_of(machine) if machine else {}
        allowance |= {"bandwidth_mbit": segment.bandwidth_mbit} if segment else {}
        domains = [{"name": zone} for zone in traces.zones]
        return self._enlarged(Tenant.parse({"name": name, "domains": domains, "allowance": allowance}), traces)

    def trust(self, seen: Seen) -> list[str]:
        """Take over host, numbers and records of every known tenant; withhold the numbers of unknown ones.

        A number that only the old state knows is given up: whoever had it gets another when it is made anew.
        """
        entries, done = self._world.tenants.all(), [*self._take_over_numbers(seen)]
        for name in entries:
            done += self._take_over_host(name, seen.traces.get(name, Traces()))
            done += self._take_over_names(name)
        return done

    def _traces(self, seen: Seen, name: str) -> Traces:
        traces = seen.traces.get(name)
        if traces is None or not traces.hosts:
            remedy = "see mailstead quarantine show; a new tenant is added: mailstead tenant add"
            raise NotFound(f"nothing that bears the name {name} is there", field="tenant", value=name, remedy=remedy)
        return traces

    def _take_over_numbers(self, seen: Seen) -> Iterator[str]:
        """Write down the numbers that are seen, under the names that bear them; whoever lost his gets others."""
        for name, traces in seen.traces.items():
            if traces.numbers and self._world.numbers.of(name) != traces.numbers:
                self._world.numbers.adopt(name, traces.numbers)
                yield f"VLAN {traces.numbers.vlan} and {traces.numbers.public_ipv4} belong to {name}"
        for name in self._world.tenants.all():
            if self._world.numbers.of(name) is None:
                yield f"{name} gets VLAN {self._world.numbers.allocate(name).vlan} when it is made anew"

    def _take_over_host(self, name: str, traces: Traces) -> Iterator[str]:
        if traces.hosts and self._world.tenants.get(name).host not in traces.hosts:
            self._world.tenants.settle_on(name, traces.hosts[0])
            yield f"{name} lives on {traces.hosts[0]}"

    def _take_over_wanted(self, name: str, traces: Traces) -> Iterator[str]:
        """Want what would be lost otherwise: domains, mailboxes and disk room that came after this state."""
        before = self._world.tenants.get(name).tenant
        after = self._world.tenants.change(name, lambda tenant: self._enlarged(tenant, traces)).tenant
        yield from (f"domain {zone}" for zone in traces.zones if after.domains != before.domains)
        yield from (f"mailbox {box.address}" for box in after.mailboxes if box not in before.mailboxes)
        if after.allowance != before.allowance:
            yield f"disk of {after.allowance.disk_gib} GiB"

    def _enlarged(self, tenant: Tenant, traces: Traces) -> Tenant:
        """Return the tenant with the domains, mailboxes and disk room that are there and that it lacks."""
        ports = self._world.ports(traces.hosts[0])
        known = {domain.name for domain in tenant.domains}
        domains = tuple(MailDomain(name=zone) for zone in traces.zones if zone not in known)
        named = tenant.changed(domains=(*tenant.domains, *domains))
        rooms = ports.mail.observe(tenant.name).mailboxes if tenant.name in ports.machines.machines() else {}
        strange = rooms.keys() - {probe_address(tenant), *(box.address for box in tenant.mailboxes)}
        boxes = [Mailbox(address=address, quota_mib=rooms[address].quota_mib) for address in sorted(strange)]
        data = ports.volumes.volumes().get(VolumeKey(tenant.name, Role.DATA))
        disk_gib = max(tenant.allowance.disk_gib, data.size_mib // 1024 if data else 0)
        allowance = tenant.allowance.changed(disk_gib=disk_gib)
        return named.changed(mailboxes=(*tenant.mailboxes, *boxes), allowance=allowance)

    def _take_over_names(self, name: str) -> Iterator[str]:
        """Write into the ledger what the tenant's zones hold of ours, and nothing else."""
        entry, numbers, ledger = self._world.tenants.get(name), self._world.numbers.of(name), self._world.records
        there = self._world.names.zones()
        for zone in sorted(there & {*zones_of(self._world, entry.tenant)}):
            found, ours = self._world.names.records(zone), ledger.of(zone, name)
            shapes = shapes_of(self._world, entry.tenant, numbers)
            mine = {record for record in found - ledger.of(zone) if shape(record) in shapes}
            gone = {record for record in ours if record.key not in {there.key for there in found}}
            ledger.note_zone(zone, name)
            ledger.claim(zone, name, mine)
            ledger.release(zone, name, gone)
            if mine or gone:
                yield f"{zone}: {len(mine)} records taken over, {len(gone)} forgotten"


def _allowance_of(machine: Machine) -> dict[str, int]:
    iops = max((disk.iops for disk in machine.disks), default=0)
    limits = {"disk_iops": iops if iops >= IOPS_LEAST else 0, "nested": machine.nested}
    return {"vcpus": machine.vcpus, "memory_mib": machine.memory_mib, **limits}


def _demanded(name: str, wanted: Tenant | None) -> Tenant:
    """Return what is wanted for a tenant that the state does not know. Raises InvalidInput, Conflict."""
    if wanted is None:
        remedy = f"give its file; a draft of it: mailstead quarantine draft {name}"
        raise InvalidInput(f"this state does not know {name}", field="file", value=name, remedy=remedy)
    if wanted.name != name:
        raise Conflict(
            f"the file speaks of {wanted.name}", field="name", value=wanted.name, remedy="give the right file"
        )
    return wanted
