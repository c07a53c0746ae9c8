"""The ways to Hyper-V hosts: one for each host, opened when it is first asked something."""

from collections.abc import Callable
from dataclasses import dataclass

from mailstead.hosting.endpoints import endpoint_of, password_name
from mailstead.networks.store import NumberStore
from mailstead.remoting.answer import Answer
from mailstead.remoting.calls import Work
from mailstead.remoting.pool import Fleet
from mailstead.remoting.port import Explained, Remote
from mailstead.security.model import NoSecret, Secret
from mailstead.security.store import Vault
from mailstead.sites.model import Host

from .secrets import PLATFORM

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ways:
    """What leads to hosts, and to the guests on them. `tell` hears of every statement before it is sent."""

    vault: Vault
    numbers: NumberStore
    fleet: Fleet
    tell: Tell | None = None

    def to(self, host: Host) -> Remote:
        """Return the way to *host*; no password is read and nothing is connected to before it is asked something."""
        return self.told(_Lazy(host, self))

    def told(self, way: Remote) -> Remote:
        """Return *way*, telling what is sent where somebody wants to hear it."""
        return Explained(way, self.tell) if self.tell else way

    def password(self, host: str) -> Secret:
        """Return the password for a host; raise NoSecret with what to do."""
        try:
            return self.vault.get(PLATFORM, password_name(host))
        except NoSecret as error:
            remedy = f"give it: mailstead host password {host}"
            raise NoSecret(f"no password is kept for {host}", field="host", value=host, remedy=remedy) from error


@dataclass(frozen=True, slots=True)
class _Lazy:
    """A `remoting.port.Remote` whose endpoint is made up when it is used."""

    host: Host
    ways: Ways

    @property
    def name(self) -> str:
        return self.host.name

    def run(self, work: Work, *, deadline_s: float | None = None) -> Answer:
        endpoint = endpoint_of(self.host, lambda: self.ways.password(self.host.name))
        return self.ways.fleet.at(endpoint).run(work, deadline_s=deadline_s)
