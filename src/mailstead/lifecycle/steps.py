"""The steps that runbooks are made of: look, compare, apply, for one tenant; each may be repeated at any time.

Every step takes the tenant's name and `mine`, which raises when this execution must not act any more, and returns
in words what it changed.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

from mailstead.ground.errors import Unreachable
from mailstead.hypervisors.model import Power
from mailstead.networks.model import PortMissing
from mailstead.tenants.beside import owner_of
from mailstead.tenants.model import Status

from .errors import NotRemoved
from .following import follow, neighbours
from .look import Look
from .parts.credentials import Credentials
from .parts.machine import GRACEFUL_S, MachinePart
from .parts.mail import MailPart
from .parts.medium import MediumPart
from .parts.names import NamesPart
from .parts.network import NetworkPart
from .parts.part import Mine, Subject, settle
from .parts.shared import HostNetworkPart, ReverseTrustPart, TrustPart
from .parts.storage import StoragePart
from .placing import place
from .world import HostPorts, World

Done = list[str]
PURGED = "purge"


class Steps:
    """All steps over one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.host_network = HostNetworkPart(world)
        self.network = NetworkPart(world)
        self.storage = StoragePart(world)
        self.machine = MachinePart(world)
        self.medium = MediumPart(world)
        self.names = NamesPart(world)
        self.trust = TrustPart(world)
        self.reverse_trust = ReverseTrustPart(world)
        self.mail = MailPart(world)
        self.credentials = Credentials(world)

    def subject(self, name: str) -> Subject:
        """Return the tenant with its host and numbers, giving it both if it has none. Raises NotFound, NoRoom."""
        follow(self.world, name)
        entry = self.world.tenants.get(name)
        host = entry.host or place(self.world, entry.tenant)
        return Subject(entry, host, self.world.numbers.allocate(name))

    # Bringing a tenant to what is wanted

    def reserve(self, name: str, mine: Mine) -> Done:
        """Choose a host with room, and take numbers from the pools; both are kept once chosen."""
        mine()
        known = self.world.numbers.of(name)
        subject = self.subject(name)
        numbers = subject.numbers
        told = f"VLAN {numbers.vlan}, {numbers.public_ipv4}, {numbers.public_ipv6} on {subject.host}"
        return [] if known else [told]

    def lay_network(self, name: str, mine: Mine) -> Done:
        subject, look = self.subject(name), self.fresh_look()
        shared = settle(self.host_network, subject, look, mine=mine)
        for host in neighbours(self.world, subject.host):
            with suppress(Unreachable):  # it is asked again when a machine comes to live there
                shared += settle(self.host_network, replace(subject, host=host), look, mine=mine)
        return shared + settle(self.network, subject, self.fresh_look() if shared else look, mine=mine)

    def make_disks(self, name: str, mine: Mine, allow_loss: Collection[str] = ()) -> Done:
        return settle(self.storage, self.subject(name), self.fresh_look(), mine=mine, allow_loss=allow_loss)

    def start_machine(self, name: str, mine: Mine) -> Done:
        subject = self.subject(name)
        if not subject.serves:
            self._flatten(self.world.ports(subject.host), name)
        done = self.medium.insert(subject, self.fresh_look(), mine)
        done += settle(self.machine, subject, self.fresh_look(), mine=mine)
        if subject.serves:
            done += self._attach(subject, mine)
            if cluster := self.world.ports(subject.host).cluster:
                cluster.join(name)
        return done

    def make_keys(self, name: str, mine: Mine) -> Done:
        mine()
        subject = self._served(name)
        return [f"DKIM keys of {domain}" for domain in self.credentials.make_dkim(subject)] if subject else []

    def announce_key(self, name: str, mine: Mine) -> Done:
        mine()
        subject = self._served(name)
        return self.credentials.announce(subject) if subject else []

    def open_zones(self, name: str, mine: Mine) -> Done:
        mine()
        subject = self._served(name)
        return self.names.open(subject) if subject else []

    def certify(self, name: str, mine: Mine) -> Done:
        mine()
        subject = self._served(name)
        return self.credentials.certify(subject) if subject else []

    def await_guest(self, name: str, mine: Mine) -> Done:
        done: Done = []
        if subject := self._served(name):
            done = self._up_again(subject, mine)
            self.mail.await_guest(subject, mine)
        return done

    def configure_mail(self, name: str, mine: Mine, allow_loss: Collection[str] = ()) -> Done:
        if self.subject(name).tenant.windows:
            return []
        if subject := self._served(name):
            self._up_again(subject, mine)
        return settle(self.mail, self.subject(name), self.fresh_look(), mine=mine, allow_loss=allow_loss)

    def await_mail(self, name: str, mine: Mine) -> Done:
        if subject := self._served(name):
            self._up_again(subject, mine)
            self.world.ports(subject.host).mail.wait_ready(name)
            self.credentials.installed(subject)
        return []

    def publish_names(self, name: str, mine: Mine, allow_loss: Collection[str] = ()) -> Done:
        subject, look = self.subject(name), self.fresh_look()
        if subject.tenant.windows:
            return []
        done = settle(self.names, subject, look, mine=mine, allow_loss=allow_loss)
        if subject.serves:
            done += self.names.withdraw_left(subject)
            self.names.forget_gone(subject, look)
            self.names.trust(subject)
            self.world.certificates.published(name, self.world.clock.now())
        return done

    def confirm_removed(self, name: str, mine: Mine) -> Done:
        """Refuse to destroy what is wanted again, or held. Raises NotRemoved, Conflict."""
        mine()
        self._removed(name)
        for kept in self.world.kept:
            kept.refuse_held(name)
        return []

    # Taking a tenant out of service, and destroying what is left

    def withdraw_names(self, name: str, mine: Mine) -> Done:
        mine()
        return self.names.withdraw(name)

    def stop_machine(self, name: str, mine: Mine) -> Done:
        mine()
        ports = self._ports(name)
        if ports is None or name not in ports.machines.machines():
            return []
        if ports.cluster:  # first of all: a cluster starts anew what it sees stopping
            ports.cluster.leave(name)
        ports.machines.stop(name, graceful_s=GRACEFUL_S)
        mine()
        self._flatten(ports, name)
        ports.machines.remove(name)
        return [f"remove machine {name}"]

    def take_up_network(self, name: str, mine: Mine) -> Done:
        mine()
        ports = self._ports(name)
        if ports is None:
            return []
        ports.switch.remove(name)  # also where no segment is to be seen: one half made is none yet
        return [f"remove segment {name}"]

    def note_removed(self, name: str, mine: Mine) -> Done:
        mine()
        entry = self.world.tenants.get(name)
        if entry.tenant.status is Status.REMOVED and entry.removed_at is None:
            self.world.tenants.mark_removed(name, self.world.clock.now())
        return []

    def destroy_disks(self, name: str, mine: Mine) -> Done:
        self._removed(name)
        ports = self._ports(name)
        if ports is None:
            return []
        for machine in [each for each in ports.machines.machines() if owner_of(each) == name]:
            ports.machines.remove(machine)
        there = [key for key in ports.volumes.volumes() if name in {key.tenant, owner_of(key.tenant)}]
        for key in there:
            mine()
            ports.volumes.remove(key)
        return [f"remove {key}" for key in there]

    def destroy_keys(self, name: str, mine: Mine) -> Done:
        """Forget all secrets: without the tenant's key no copy of them, and no backup, can be read any more."""
        mine()
        self._removed(name)
        for kept in self.world.kept:
            kept.destroy(name, PURGED)
        self.world.vault.remove_all(name)
        self.world.dkim.forget(name)
        self.world.sights.forget(name)
        self.world.certificates.remove_all(name)
        return ["remove secrets"]

    def forget(self, name: str, mine: Mine) -> Done:
        """Give the numbers back and forget the tenant: the last step, for all others ask who the tenant is."""
        mine()
        self.world.tenants.forget(name)
        self.world.numbers.release(name)
        return [f"remove tenant {name}"]

    def _flatten(self, ports: HostPorts, name: str) -> None:
        """See that the disk files hold everything: what lies beside them is lost with the machine."""
        if ports.checkpoints:
            ports.checkpoints.flatten(name)

    def _attach(self, subject: Subject, mine: Mine) -> Done:
        """Bind the machine's port; always, for an earlier try may have been cut short between start and attachment."""
        ports, name = self.world.ports(subject.host), subject.name
        try:
            ports.switch.attach(name)
        except PortMissing:  # it went with a segment that somebody removed, and comes back with the next start
            mine()
            ports.machines.stop(name, graceful_s=GRACEFUL_S)
            ports.machines.start(name)
            ports.switch.attach(name)
            return [f"restart machine {name}"]
        return []

    def _up_again(self, subject: Subject, mine: Mine) -> Done:
        """Start a machine that went off since its step: its host lost power, or a hand was at it.

        A retry goes on at the step that failed, and would wait for it for ever.
        """
        machine = self.fresh_look().machines(subject.host).get(subject.name)
        return [] if machine and machine.power is Power.ON else self.start_machine(subject.name, mine)

    def _served(self, name: str) -> Subject | None:
        """Return the tenant that is brought mail; None for a Windows machine, and once the tenant is to be removed:
        the order that does so stands behind this one."""
        subject = self.subject(name)
        return subject if subject.mails else None

    def host_of(self, name: str) -> str | None:
        """Return the host on which the tenant's machine is, or is to be; None before it was placed. Raises NotFound."""
        follow(self.world, name)
        return self.world.tenants.get(name).host

    def fresh_look(self) -> Look:
        """Return a look at the world as it is now."""
        return Look(self.world)

    def _ports(self, name: str) -> HostPorts | None:
        """Return the ports of the tenant's host; None for one that was never placed: then nothing was made."""
        host = self.host_of(name)
        return self.world.ports(host) if host else None

    def _removed(self, name: str) -> None:
        """Raise NotRemoved for a tenant that was brought back while its purge stood in line."""
        if self.world.tenants.get(name).tenant.status is not Status.REMOVED:
            remedy = f"cancel this order; to destroy it all the same: mailstead tenant remove {name}, then purge"
            raise NotRemoved(f"{name} was brought back", field="tenant", value=name, remedy=remedy)
