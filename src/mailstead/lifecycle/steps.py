"""The steps that runbooks are made of: look, compare, apply, for one tenant; each may be repeated at any time.

Every step takes the tenant's name and `mine`, which raises when this execution must not act any more, and returns
in words what it changed.
"""

from collections.abc import Collection

from .look import Look
from .parts.credentials import Credentials
from .parts.machine import GRACEFUL_S, MachinePart
from .parts.mail import MailPart
from .parts.names import NamesPart
from .parts.network import NetworkPart
from .parts.part import Mine, Subject, settle
from .parts.storage import StoragePart
from .placing import place
from .world import HostPorts, World

Done = list[str]


class Steps:
    """All steps over one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.network = NetworkPart(world)
        self.storage = StoragePart(world)
        self.machine = MachinePart(world)
        self.names = NamesPart(world)
        self.mail = MailPart(world)
        self.credentials = Credentials(world)

    def subject(self, name: str) -> Subject:
        """Return the tenant with its host and numbers, giving it both if it has none. Raises NotFound, NoRoom."""
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
        return settle(self.network, self.subject(name), self._look(), mine=mine)

    def make_disks(self, name: str, mine: Mine, allow_loss: Collection[str] = ()) -> Done:
        return settle(self.storage, self.subject(name), self._look(), mine=mine, allow_loss=allow_loss)

    def start_machine(self, name: str, mine: Mine) -> Done:
        return settle(self.machine, self.subject(name), self._look(), mine=mine)

    def make_keys(self, name: str, mine: Mine) -> Done:
        mine()
        subject = self.subject(name)
        return [f"DKIM keys of {domain}" for domain in self.credentials.make_dkim(subject)]

    def announce_key(self, name: str, mine: Mine) -> Done:
        mine()
        return self.credentials.announce(self.subject(name))

    def open_zones(self, name: str, mine: Mine) -> Done:
        mine()
        return self.names.open(self.subject(name))

    def certify(self, name: str, mine: Mine) -> Done:
        mine()
        return self.credentials.certify(self.subject(name))

    def await_guest(self, name: str, mine: Mine) -> Done:
        self.mail.await_guest(self.subject(name), mine)
        return []

    def configure_mail(self, name: str, mine: Mine, allow_loss: Collection[str] = ()) -> Done:
        return settle(self.mail, self.subject(name), self._look(), mine=mine, allow_loss=allow_loss)

    def await_mail(self, name: str, mine: Mine) -> Done:
        subject = self.subject(name)
        self._ports(subject).mail.wait_ready(name)
        self.credentials.installed(subject)
        return []

    def publish_names(self, name: str, mine: Mine) -> Done:
        subject = self.subject(name)
        done = settle(self.names, subject, self._look(), mine=mine)
        self.world.certificates.published(name, self.world.clock.now())
        return done

    # Taking a tenant out of service, and destroying what is left

    def withdraw_names(self, name: str, mine: Mine) -> Done:
        mine()
        return self.names.withdraw(self.subject(name))

    def stop_machine(self, name: str, mine: Mine) -> Done:
        mine()
        machines = self._ports(self.subject(name)).machines
        if name not in machines.machines():
            return []
        machines.stop(name, graceful_s=GRACEFUL_S)
        mine()
        machines.remove(name)
        return [f"remove machine {name}"]

    def take_up_network(self, name: str, mine: Mine) -> Done:
        mine()
        self._ports(self.subject(name)).switch.remove(name)
        return [f"remove segment {name}"]

    def note_removed(self, name: str, mine: Mine) -> Done:
        mine()
        if self.world.tenants.get(name).removed_at is None:
            self.world.tenants.mark_removed(name, self.world.clock.now())
        return []

    def destroy_disks(self, name: str, mine: Mine) -> Done:
        volumes = self._ports(self.subject(name)).volumes
        there = [key for key in volumes.volumes() if key.tenant == name]
        for key in there:
            mine()
            volumes.remove(key)
        return [f"remove {key}" for key in there]

    def destroy_keys(self, name: str, mine: Mine) -> Done:
        """Forget all secrets: without the tenant's key no copy of them can be read any more."""
        mine()
        self.world.vault.remove_all(name)
        self.world.dkim.forget(name)
        self.world.certificates.remove_all(name)
        return ["remove secrets"]

    def forget(self, name: str, mine: Mine) -> Done:
        """Give the numbers back and forget the tenant: the last step, for all others ask who the tenant is."""
        mine()
        self.world.tenants.forget(name)
        self.world.numbers.release(name)
        return [f"remove tenant {name}"]

    def _look(self) -> Look:
        return Look(self.world)

    def _ports(self, subject: Subject) -> HostPorts:
        return self.world.hosts[subject.host]
