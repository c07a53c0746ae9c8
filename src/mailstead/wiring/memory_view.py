"""The view from outside at a tenant of a memory platform: what its drivers hold, seen as the world would see it."""

from collections.abc import Iterator
from email.message import EmailMessage
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mailstead.dns.model import Record
from mailstead.ground.errors import MailsteadError
from mailstead.lifecycle.world import World
from mailstead.mailservers.drivers.memory import MemoryMailServers
from mailstead.monitoring.drivers.memory import MemoryOutside
from mailstead.monitoring.target import Account, IPAddress, Path, Target

SMTP, DNS = 25, 53


def memory_view(world: World, target: Target) -> MemoryOutside:
    """Return the outside of *target*."""
    return MemoryOutside(
        target,
        lambda: _records(world),
        chain=_chain(world, target.tenant),
        serves=lambda _address, port: _serves(world, target.tenant, port),
        passes=lambda path: _passes(world, path),
        delivers=lambda sender, recipient: _delivers(world, sender, recipient),
    )


def _records(world: World) -> Iterator[Record]:
    for zone in world.names.zones():
        yield from world.names.records(zone)


def _chain(world: World, tenant: str) -> list[bytes]:
    current = world.certificates.of(tenant).current
    if current is None:
        return []
    return [leaf.public_bytes(Encoding.DER) for leaf in x509.load_pem_x509_certificates(current.chain.encode())]


def _serves(world: World, tenant: str, port: int) -> bool:
    """Whether the segment lets a stranger reach the port."""
    for ports in world.hosts.values():
        segment = ports.switch.segments().get(tenant)
        if segment:
            return any(port in rule.ports and not rule.sources for rule in segment.rules)
    return False


def _passes(world: World, path: Path) -> bool:
    """What the switch lets out of a segment: questions to the resolver, and mail to other tenants' public addresses."""
    address: IPAddress = ip_address(path.host)
    if path.port == DNS:
        return address in (world.platform.dns.resolver, world.platform.dns.resolver_ipv6)
    segments = [segment for ports in world.hosts.values() for segment in ports.switch.segments().values()]
    public = {found for segment in segments for found in (segment.public_ipv4, segment.public_ipv6)}
    return path.port == SMTP and address in public


def _delivers(world: World, sender: Account, recipient: Account) -> bool:
    """Send a real message through the mail servers in memory, and look for it in the mailbox."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender.address, recipient.address, "probe"
    message.set_content("Does mail flow?")
    for ports in world.hosts.values():
        if isinstance(ports.mail, MemoryMailServers):
            try:
                ports.mail.submit(sender.address, recipient.address, bytes(message))
                return bytes(message) in ports.mail.fetch(recipient.address)
            except MailsteadError:
                continue
    return False
