"""What has to change in a Windows guest; pure. Nothing here loses data: what a feature kept stays on the disk."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network
from typing import TypeVar

from mailstead.ground.plans import Change, ChangePlan, compare
from mailstead.tenants.windows import RuleWish, Windows

from .errors import NoSuchFeature
from .model import (
    ANY,
    PREFIX,
    Action,
    Direction,
    Feature,
    FirewallProfile,
    FirewallRule,
    GuestState,
    Item,
    NameServers,
    Restart,
    Service,
    StartMode,
)

_NETBIOS_MOST = 15

T = TypeVar("T", bound=Item)

_START: Mapping[str, StartMode] = {"automatic": "Automatic", "manual": "Manual", "disabled": "Disabled"}
_DIRECTION: Mapping[str, Direction] = {"inbound": "Inbound", "outbound": "Outbound"}
_ACTION: Mapping[str, Action] = {"allow": "Allow", "block": "Block"}


def wanted_state(windows: Windows) -> GuestState:
    """Return what a tenant's table says, in the words of Windows."""
    features = [Feature(name) for name in windows.features] + [
        Feature(name, installed=False) for name in windows.without
    ]
    servers = [NameServers(windows.adapter, _sorted_addresses(map(str, windows.name_servers)))]
    services = [Service(wish.name, _START[wish.start], wish.running) for wish in windows.services]
    profiles = [
        FirewallProfile(
            wish.name.title(), wish.enabled, _ACTION[wish.inbound], _ACTION[wish.outbound], wish.log_blocked
        )
        for wish in windows.profiles
    ]
    return GuestState(
        features={feature.name: feature for feature in features},
        services={service.name: service for service in services},
        name_servers={each.adapter: each for each in servers if each.addresses},
        profiles={profile.name: profile for profile in profiles},
        rules={rule.name: rule for rule in map(_rule, windows.rules)},
    )


def computer_name(tenant: str, windows: Windows) -> str:
    """Return the name of a tenant's machine: as its file says, or made of the tenant's, shortened so that it stays one.

    >>> computer_name("acme", Windows(image="a.vhdx")), computer_name("a-very-long-tenant", Windows(image="a.vhdx"))
    ('ACME', 'A-VERY-LON-D0AE')
    """
    if windows.computer_name:
        return windows.computer_name
    if len(tenant) <= _NETBIOS_MOST:
        return tenant.upper()
    return f"{tenant[:10]}-{sha256(tenant.encode()).hexdigest()[:4]}".upper()


def compare_features(wanted: GuestState, found: GuestState, *, restarts: bool) -> ChangePlan[Item]:
    """Plan the features, and the restart that they wait for if *restarts* are allowed. Raises NoSuchFeature.

    The subjects read "feature DNS", "restart".
    """
    for name in wanted.features.keys() - found.features.keys():
        remedy = "see what this Windows offers: mailstead guest features TENANT"
        raise NoSuchFeature(f"this Windows offers no feature {name}", field="features", value=name, remedy=remedy)
    plan = _items(wanted.features, found.features, "feature {}")
    due: Change[Item] = Change("restart", found.restart, Restart())
    return plan + ChangePlan((due,) * (found.restart.waits and restarts))


def compare_settings(wanted: GuestState, found: GuestState) -> ChangePlan[Item]:
    """Plan services, name servers and firewall: rules before profiles, so that closing a profile shuts nobody out."""
    return (
        _items(wanted.services, found.services, "service {}")
        + _items(wanted.name_servers, found.name_servers, "name servers of {}")
        + _items(wanted.rules, found.rules, "firewall rule {}")
        + _items(wanted.profiles, found.profiles, "firewall profile {}")
    )


def _items(wanted: Mapping[str, T], found: Mapping[str, T], subject: str) -> ChangePlan[Item]:
    changes: Iterable[Change[T]] = compare(wanted, found, subject=subject.format)
    return ChangePlan(tuple(_widened(change) for change in changes))


def _widened(change: Change[T]) -> Change[Item]:
    return Change(change.subject, change.before, change.after, change.loses)


def _rule(wish: RuleWish) -> FirewallRule:
    return FirewallRule(
        name=PREFIX + wish.name,
        direction=_DIRECTION[wish.direction],
        action=_ACTION[wish.action],
        protocol=wish.protocol.upper(),
        ports=tuple(sorted(wish.ports)),
        addresses=tuple(sorted(map(_network, wish.sources))) or ANY,
    )


def _network(network: IPv4Network | IPv6Network) -> str:
    """Return a network as it is compared; a single address without its length."""
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def _sorted_addresses(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return IPv4 before IPv6, as Windows keeps them, else in the order given."""
    return tuple(sorted(addresses, key=lambda address: ":" in address))
