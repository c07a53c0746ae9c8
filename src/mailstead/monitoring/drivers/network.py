"""The view from outside over real sockets."""

from collections.abc import Sequence

from mailstead.ground.clock import Clock, SystemClock
from mailstead.guests.port import GuestChannel
from mailstead.monitoring.facts import (
    Answer,
    Envelope,
    Knocked,
    MailFacts,
    Page,
    PathFacts,
    PlainFacts,
    PortFacts,
    RelayFacts,
    SignInFacts,
    TlsFacts,
)
from mailstead.monitoring.target import Account, IPAddress, Path, Service, Target

from .dialer import Dialer
from .handshake import Handshakes
from .inside import Inside
from .pages import Pages
from .probe import Probe, SenderLog
from .resolving import Resolving
from .stranger import Stranger
from .trust import client_context


class NetworkOutside:
    """Looks at *target* with its validating *resolver*; without a *channel* no path from inside can be tried.

    *log* tells what a sender's server wrote about a receiving host, see `JournalLog`; *patience_s* is how
    long a probe mail may take.
    """

    def __init__(
        self,
        target: Target,
        resolver: Resolving,
        *,
        dialer: Dialer | None = None,
        channel: GuestChannel | None = None,
        log: SenderLog | None = None,
        clock: Clock | None = None,
        patience_s: float = 90.0,
    ) -> None:
        self._dialer = dialer or Dialer()
        context = client_context(target.authority_pem)
        self._resolver = resolver
        self._handshakes = Handshakes(self._dialer)
        self._stranger = Stranger(self._dialer, context)
        self._pages = Pages(self._dialer, context)
        self._probe = Probe(self._dialer, context, clock or SystemClock(), log, patience_s)
        self._inside = Inside(channel, target.tenant) if channel else None

    def lookup(self, name: str, kind: str) -> Answer:
        return self._resolver.lookup(name, kind)

    def knock(self, address: IPAddress, port: int) -> PortFacts:
        try:
            self._dialer.dial(address, port).close()
        except ConnectionRefusedError:
            return PortFacts(address, port, Knocked.REFUSED)
        except TimeoutError:
            return PortFacts(address, port, Knocked.TIMEOUT)
        except OSError:
            return PortFacts(address, port, Knocked.UNREACHABLE)
        return PortFacts(address, port, Knocked.OPEN)

    def handshake(self, address: IPAddress, service: Service, name: str) -> TlsFacts:
        return self._handshakes.look(address, service, name)

    def offer(self, address: IPAddress, envelopes: Sequence[Envelope]) -> tuple[RelayFacts, ...]:
        return self._stranger.offer(address, envelopes)

    def plain(self, address: IPAddress, service: Service) -> PlainFacts:
        return self._stranger.plain(address, service)

    def sign_in(self, address: IPAddress, service: Service, name: str, user: str) -> SignInFacts:
        return self._stranger.sign_in(address, service, name, user)

    def page(self, address: IPAddress, host: str, path: str) -> Page:
        return self._pages.page(address, host, path)

    def send(self, sender: Account, recipient: Account) -> MailFacts:
        return self._probe.send(sender, recipient)

    def try_path(self, path: Path) -> PathFacts:
        if self._inside is None:
            return PathFacts(Knocked.UNTRIED, "no way into the machine was given")
        return self._inside.try_path(path)
