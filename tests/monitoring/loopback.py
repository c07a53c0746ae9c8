"""The whole world of acme on the loopback, and the real driver looking at it."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from mailstead.guests.drivers.memory import Call, MemoryGuests
from mailstead.guests.model import Output
from mailstead.monitoring.drivers.dialer import Dialer
from mailstead.monitoring.drivers.network import NetworkOutside
from mailstead.monitoring.drivers.resolving import Resolving
from mailstead.monitoring.target import CLOSED_PORTS, SERVICES, Account, Service, Target

from .cast import ACME_IP, GLOBEX_IP
from .contract import Scene
from .servers import Manners, Names, World, mail_world, resolver


def channel(scene: Scene) -> MemoryGuests:
    """A way into acme's machine, which can go the ways of the scene."""

    def connect(call: Call) -> Output:
        host, port = call.argv[-2:]
        if any((way.host, str(way.port)) == (host, port) for way in scene.ways):
            return Output(0)
        return Output(1, b"", f"bash: connect: Connection refused\nbash: /dev/tcp/{host}/{port}".encode())

    guests = MemoryGuests({"timeout": connect})
    guests.put("acme")
    return guests


def verified(sender: Account, mail_host: str) -> tuple[str, ...]:
    return (f"Verified TLS connection established to {mail_host}[203.0.113.20]:25: TLSv1.3 with cipher X",)


@contextmanager
def loopback(
    target: Target,
    scene: Scene,
    manners: Manners | None = None,
    names: Names | None = None,
    *,
    timeout_s: float = 4,
    services: Sequence[Service] = SERVICES,
) -> Iterator[tuple[NetworkOutside, World]]:
    """Serve *scene* and yield the real view at it."""
    manners = manners or Manners(leaf=scene.leaf, lose_mail=scene.loses_mail)
    names = names or Names(scene.records)
    with ExitStack() as stack:
        world = stack.enter_context(mail_world(manners, services))
        port = stack.enter_context(resolver(names))
        yield (
            NetworkOutside(
                target,
                Resolving("127.0.0.1", port, timeout_s=2),
                dialer=Dialer(timeout_s=timeout_s, connect_s=1, elsewhere=_ways(world, scene.served)),
                channel=channel(scene),
                log=verified,
                patience_s=4.0,
            ),
            world,
        )


def _served(world: World, port: int) -> int:
    """Any server will do where none should be."""
    return world.ports.get(port) or world.ports.get(25, 1)


def _ways(world: World, served: set[int]) -> dict[tuple[str, int], tuple[str, int]]:
    """Send every port to its server, or to one that nobody listens on."""
    ports = {service.port for service in SERVICES} | set(CLOSED_PORTS)
    there = {port: _served(world, port) if port in served else 1 for port in ports}
    return {(str(host), port): ("127.0.0.1", to) for host in (ACME_IP, GLOBEX_IP) for port, to in there.items()}
