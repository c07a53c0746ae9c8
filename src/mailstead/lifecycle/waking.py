"""The medium with which a tenant's Windows machine wakes for the first time: answer file and certificate, as a CD."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, IPv6Interface, ip_network
from pathlib import PurePath

from mailstead.certificates.keys import new_key, read_chain
from mailstead.certificates.pfx import pfx, thumbprint
from mailstead.networks.model import Segment
from mailstead.networks.plan import segment_for
from mailstead.security.model import Secret
from mailstead.sites.management import ManagementPlace, management_place
from mailstead.sites.model import NameServers
from mailstead.windows.errors import NoWindowsHost
from mailstead.windows.plan import computer_name
from mailstead.windows.unattend.commands import PFX, WORD
from mailstead.windows.unattend.medium import ANSWERS, cd_image
from mailstead.windows.unattend.model import AnswerFile, Card, Listener, Network
from mailstead.windows.unattend.rendering import render

from .equipping import Equipping
from .parts.medium import medium_place
from .world import World

Certify = Callable[[IPv4Address | IPv6Address, Secret], str]  # address and key → chain in PEM, leaf first
ADMINISTRATOR, ACCOUNT, KEY, JOIN = (f"windows/{name}" for name in ("administrator", "account", "key", "join"))
_SPARE_METRIC = 500  # the way over the management card: only for answers to whoever came in there


@dataclass(frozen=True, slots=True)
class Waking:
    """What a machine wakes with: its answer file, the CD image that holds it, and who it will be.

    `thumbprint` names the certificate of its listener, which ends at `until`.
    """

    answers: Secret
    medium: Secret
    computer_name: str
    address: IPv4Address | IPv6Address
    place: PurePath  # where on its host the image is looked for
    thumbprint: str
    until: datetime


def wake(world: World, name: str, certify: Certify, join: Secret | None = None) -> Waking:
    """Return what the tenant's Windows machine wakes with; secrets are made once, and *join* is kept with them.

    Raises NotFound, NotWindows, NoWindowsHost, BadAnswerFile.
    """
    windows = Equipping(world).windows(name)
    segment, place = _places(world, name)
    if join is not None:
        world.vault.put(name, JOIN, join)
    key = world.vault.get_or_make(name, KEY, new_key)
    chain = certify(place.address.ip, key)
    called = computer_name(name, windows)
    answers = AnswerFile(
        computer_name=called,
        cards=(_tenant_card(segment, world.platform.dns), _management_card(place)),
        listener=Listener(str(place.address.ip), thumbprint(chain), _sources(place)),
        administrator=world.vault.get_or_make(name, ADMINISTRATOR, world.chance.password),
        account=world.vault.get_or_make(name, ACCOUNT, world.chance.password),
        time_zone=windows.time_zone,
        locale=windows.locale,
        join=world.vault.get(name, JOIN) if JOIN in world.vault.names(name) else None,
    )
    text = render(answers)
    where = medium_place(world, world.tenants.get(name).host or "", name)
    medium, until = cd_image({ANSWERS: text, PFX: pfx(key, chain, WORD)}), read_chain(chain, generation=0).not_after
    return Waking(text, medium, called, place.address.ip, where, thumbprint(chain), until)


def _places(world: World, name: str) -> tuple[Segment, ManagementPlace]:
    """Return where the machine stands in the tenant's network and in its host's management network."""
    entry, numbers = world.tenants.get(name), world.numbers.of(name)
    hyperv = world.ports(entry.host).host.hyperv if entry.host else None
    if hyperv is None or numbers is None:
        remedy = f"a Hyper-V host has one; see mailstead host list, then mailstead apply {name}"
        raise NoWindowsHost(f"{name} has no management address", field="host", value=entry.host or "", remedy=remedy)
    return segment_for(entry.tenant, numbers), management_place(hyperv, numbers.vlan)


def _tenant_card(segment: Segment, dns: NameServers) -> Card:
    public = IPv6Interface((segment.public_ipv6, 128))
    gateways = (segment.gateway_ipv4.ip, segment.gateway_ipv6.ip)
    return Card(segment.mac, (segment.ipv4, segment.ipv6, public), gateways, (dns.resolver, dns.resolver_ipv6))


def _management_card(place: ManagementPlace) -> Card:
    gateways = (place.gateway,) if place.gateway else ()
    return Card(place.mac, (place.address,), gateways, metric=_SPARE_METRIC)


def _sources(place: ManagementPlace) -> Network:
    """Return who may open a connection: the control plane in the pool; whoever the gateway lets through otherwise."""
    everywhere = "0.0.0.0/0" if place.address.version == 4 else "::/0"
    return ip_network(everywhere if place.gateway else str(place.neighbour))
