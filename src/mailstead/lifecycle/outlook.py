"""What `check` is to look at for a tenant: gathered from what is wanted, nothing asked of the tenant's machine."""

from collections.abc import Iterable, Iterator
from itertools import islice

from mailstead.ground.errors import NotFound
from mailstead.monitoring.target import Account, Path, Target
from mailstead.networks.plan import segment_for
from mailstead.security.model import Secret
from mailstead.tenants.model import Status

from .look import Look
from .parts.mail import probe_address, probe_password
from .parts.part import Subject
from .steps import Steps
from .world import World

PEERS_MOST = 2
LOOKED_AT = 20
SSH, LIBVIRT = 22, 16509


def target_of(steps: Steps, name: str, *, authority_pem: bytes | None) -> Target:
    """Return what to look at for a tenant in service. Raises NotFound."""
    world = steps.world
    look = Look(world)
    subject = _subject(name, look)
    peers = [_subject(other, look) for other in _peers(name, look)]
    return Target(
        tenant=name,
        mail_host=subject.tenant.mail_host,
        domains=steps.names.namings(subject, look),
        addresses=(subject.numbers.public_ipv4, subject.numbers.public_ipv6),
        authority_pem=authority_pem,
        probe=_account(world, subject),
        other=_account(world, peers[0]) if peers else None,
        forbidden=tuple(_forbidden(world, subject, peers)),
        allowed=tuple(_allowed(world, peers)),
    )


def account_of(subject: Subject, address: str, password: Secret) -> Account:
    """Return a mailbox of the tenant as probes know it."""
    return Account(subject.name, address, password, subject.tenant.mail_host, subject.numbers.public_ipv4)


def _subject(name: str, look: Look) -> Subject:
    entry, numbers = look.world.tenants.get(name), look.world.numbers.of(name)
    if numbers is None or entry.host is None or entry.tenant.status is Status.REMOVED:
        remedy = "see mailstead tenant list, and mailstead order list for what is still being done"
        raise NotFound(f"{name} is not in service", field="tenant", value=name, remedy=remedy)
    return Subject(entry, entry.host, numbers)


def _peers(name: str, look: Look) -> list[str]:
    """Return a few other tenants that serve, out of the first by name."""
    active = (other.name for other in look.world.tenants.overview(limit=LOOKED_AT, status=Status.ACTIVE))
    return [*islice((other for other in active if other != name and look.rollover(other).current), PEERS_MOST)]


def _account(world: World, subject: Subject) -> Account:
    return account_of(subject, probe_address(subject.tenant), probe_password(world, subject.name))


def _forbidden(world: World, subject: Subject, peers: Iterable[Subject]) -> Iterator[Path]:
    """Ways from inside the machine that must be closed: into other tenants, and to the control plane."""
    for peer in peers:
        inner, public = segment_for(peer.tenant, peer.numbers), peer.numbers
        yield from (Path(f"{peer.name}-private-{port}", str(inner.ipv4.ip), port) for port in (25, 993))
        yield Path(f"{peer.name}-private-ipv6-25", str(inner.ipv6.ip), 25)
        yield from (Path(f"{peer.name}-public-{port}", str(public.public_ipv4), port) for port in (143, 587, 993))
        yield Path(f"{peer.name}-public-ipv6-993", str(public.public_ipv6), 993)
    own = segment_for(subject.tenant, subject.numbers)
    for port in (SSH, world.platform.dns.port, LIBVIRT):
        yield Path(f"host-{port}", str(own.gateway_ipv4.ip), port)
    yield Path(f"host-ipv6-{SSH}", str(own.gateway_ipv6.ip), SSH)
    yield Path(f"resolver-{SSH}", str(world.platform.dns.resolver), SSH)


def _allowed(world: World, peers: Iterable[Subject]) -> Iterator[Path]:
    yield Path("resolver-53", str(world.platform.dns.resolver), 53)
    for peer in peers:
        yield Path(f"{peer.name}-smtp", str(peer.numbers.public_ipv4), 25)
        yield Path(f"{peer.name}-smtp-ipv6", str(peer.numbers.public_ipv6), 25)
