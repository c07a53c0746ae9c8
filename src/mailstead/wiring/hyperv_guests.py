"""Who a guest on a Hyper-V host is: where it is called, by which key it is known, and with which key we come."""

from dataclasses import dataclass

from mailstead.guests.drivers.qemu_agent import Callee
from mailstead.guests.errors import NoSuchGuest
from mailstead.guests.seed.model import Seed, SshKey
from mailstead.networks.store import NumberStore
from mailstead.security.store import Vault
from mailstead.sites.management import ManagementPlace, management_place
from mailstead.sites.model import HyperV

from .secrets import PLATFORM

GUEST_KEY, CALLER_KEY = "ssh-guest", "ssh-caller"


@dataclass(frozen=True, slots=True)
class Callees:
    """The guests of one host. Both keys are made when they are first needed, so that a seed and a call agree."""

    vault: Vault
    numbers: NumberStore
    settings: HyperV

    def of(self, machine: str) -> Callee:
        """Return how a tenant's machine is called; raise NoSuchGuest for a tenant without numbers."""
        seed = self.seed(machine)
        return Callee(seed.place.address.ip, seed.guest_key.public, self._caller())

    def seed(self, machine: str) -> Seed:
        """Return what a tenant's machine is told before its first start; raise NoSuchGuest."""
        place = self.place(machine)
        guest = SshKey(self.vault.get_or_make(machine, GUEST_KEY, lambda: SshKey.fresh().private))
        return Seed(place, guest, self._caller().public)

    def place(self, machine: str) -> ManagementPlace:
        """Return where a tenant's machine stands in the management network; raise NoSuchGuest."""
        numbers = self.numbers.of(machine)
        if numbers is None:
            raise NoSuchGuest(f"{machine} has no VLAN yet, so no address", field="machine", value=machine)
        return management_place(self.settings, numbers.vlan)

    def _caller(self) -> SshKey:
        return SshKey(self.vault.get_or_make(PLATFORM, CALLER_KEY, lambda: SshKey.fresh().private))
