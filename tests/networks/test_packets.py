"""What two neighbouring tenants can reach, shown with real packets."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from mailstead.networks.model import Segment

from .lab import HOST, OpenVSwitchLab
from .namespaces import listener, pings, reaches
from .world import BASE, segment

pytestmark = pytest.mark.host

PATIENCE_S = 5.0  # where a connection is wanted: link-local addresses take a second to be usable
MAIL_PORTS = (25, 443, 465, 587, 993, 4190)
RESOLVERS = (str(BASE.resolver_ipv4), str(BASE.resolver_ipv6))


@dataclass(frozen=True)
class Street:
    """Two tenants side by side; globex listens for mail."""

    lab: OpenVSwitchLab
    acme: Segment
    globex: Segment

    @property
    def at_acme(self) -> str:
        return self.lab.machine(self.acme)

    @property
    def at_globex(self) -> str:
        return self.lab.machine(self.globex)


@pytest.fixture(scope="module")
def street(openvswitch: OpenVSwitchLab) -> Iterator[Street]:
    openvswitch.clean()
    made = Street(openvswitch, segment("acme", 1), segment("globex", 2))
    openvswitch.switch.prepare(BASE)
    for each in (made.acme, made.globex):
        openvswitch.switch.ensure(each)
        openvswitch.start(each)
        openvswitch.switch.attach(each.tenant)
    yield made
    openvswitch.clean()


def publics(segment: Segment) -> tuple[str, str]:
    return str(segment.public_ipv4), str(segment.public_ipv6)


@pytest.mark.parametrize("resolver", RESOLVERS)
def test_a_machine_asks_the_resolver_by_udp_and_tcp(street: Street, resolver: str) -> None:
    with ExitStack() as stack:
        server = stack.enter_context(listener(HOST, resolver, 53, socket.SOCK_DGRAM))
        stack.enter_context(listener(HOST, resolver, 53))
        client = stack.enter_context(listener(street.at_acme, _any(resolver), 0, socket.SOCK_DGRAM))
        client.sendto(b"question", (resolver, 53))
        question, asker = server.recvfrom(512)
        server.sendto(b"answer", asker)
        assert question == b"question"
        assert asker[0] in {str(street.acme.ipv4.ip), str(street.acme.ipv6.ip)}
        assert client.recv(512) == b"answer"
        assert reaches(street.at_acme, resolver, 53, timeout_s=PATIENCE_S)


def test_a_machine_can_ping_its_own_gateway_and_no_other(street: Street) -> None:
    for mine, others in (
        (street.acme.gateway_ipv4.ip, street.globex.gateway_ipv4.ip),
        (street.acme.gateway_ipv6.ip, street.globex.gateway_ipv6.ip),
    ):
        assert pings(street.at_acme, str(mine))
        assert not pings(street.at_acme, str(others))


@pytest.mark.parametrize("version", [0, 1])
def test_mail_between_tenants_arrives_from_the_public_address(street: Street, version: int) -> None:
    target, source = publics(street.globex)[version], publics(street.acme)[version]
    with listener(street.at_globex, _any(target), 25) as server:
        assert reaches(street.at_acme, target, 25, timeout_s=PATIENCE_S)
        connection, peer = server.accept()
        connection.close()
    assert peer[0] == source


def test_a_machine_reaches_itself_under_its_public_address(street: Street) -> None:
    for address in publics(street.acme):
        with listener(street.at_acme, _any(address), 25):
            assert reaches(street.at_acme, address, 25, timeout_s=PATIENCE_S)


def test_nothing_but_mail_passes_between_tenants(street: Street) -> None:
    for address in publics(street.globex):
        assert not [port for port in (22, 53, 143, 443, 465, 587, 993, 4190) if _open(street, address, port)]


def test_a_neighbours_inner_addresses_are_out_of_reach(street: Street) -> None:
    for address in (street.globex.ipv4.ip, street.globex.ipv6.ip):
        assert not [port for port in (25, 993) if _open(street, str(address), port)]


def test_the_inner_ipv6_address_does_not_leave_the_segment(street: Street) -> None:
    source, target = str(street.acme.ipv6.ip), str(street.globex.public_ipv6)
    assert not reaches(street.at_acme, target, 25, source=source)


def test_the_host_is_out_of_reach_but_for_the_resolver(street: Street) -> None:
    gateways = [str(each.ip) for each in (street.acme.gateway_ipv4, street.acme.gateway_ipv6)]
    others = [str(each.ip) for each in (street.globex.gateway_ipv4, street.globex.gateway_ipv6)]
    for address in (*gateways, *others, *RESOLVERS):
        assert not [port for port in (22, 5353, 5432, 16509) if _open(street, address, port)]
    for address in (*gateways, *others):
        assert not _open(street, address, 53)


def test_udp_to_the_host_is_refused(street: Street) -> None:
    gateway = str(street.acme.gateway_ipv4.ip)
    with (
        listener(HOST, gateway, 5353, socket.SOCK_DGRAM) as server,
        listener(street.at_acme, "0.0.0.0", 0, socket.SOCK_DGRAM) as client,
    ):
        client.sendto(b"?", (gateway, 5353))
        server.settimeout(0.3)
        with pytest.raises(TimeoutError):
            server.recv(10)


def test_unused_public_addresses_lead_nowhere(street: Street) -> None:
    for address in ("203.0.113.200", "2001:db8:6d73::200"):
        assert not _open(street, address, 25)


def test_a_closed_platform_lets_nothing_out(street: Street) -> None:
    for address in ("192.0.2.1", "2001:db8:ffff::1"):
        assert not [port for port in (25, 53, 80, 443) if _open(street, address, port)]


def test_the_host_reaches_the_mail_services_and_nothing_else(street: Street) -> None:
    for address in publics(street.globex):
        assert all(reaches(HOST, address, port, timeout_s=PATIENCE_S) for port in MAIL_PORTS)
        assert not [port for port in (22, 110, 143, 11334) if reaches(HOST, address, port, timeout_s=0.15)]


def test_the_gateway_alone_answers_arp(street: Street) -> None:
    """In the userspace datapath the host's kernel sees the frames at the machine's port as well."""
    reaches(street.at_acme, RESOLVERS[0], 53)
    listing = street.lab.commands.run(["ip", "-n", street.at_acme, "neigh", "show", "dev", "eth0"])
    known = {line.split()[0]: line.split()[2] for line in listing.splitlines() if "lladdr" in line}
    assert known[str(street.acme.gateway_ipv4.ip)] == "02:67:0a:40:01:01"


def _open(street: Street, address: str, port: int) -> bool:
    return reaches(street.at_acme, address, port, timeout_s=0.3)


def _any(like: str) -> str:
    return "::" if ":" in like else "0.0.0.0"
