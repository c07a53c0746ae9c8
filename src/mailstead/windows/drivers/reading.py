"""From what Windows answers to values; pure. Raises UnexpectedAnswer where a property is missing or of another type."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network

from mailstead.remoting.answer import Answer
from mailstead.remoting.values import PsObject
from mailstead.windows.model import (
    Action,
    Feature,
    FirewallProfile,
    FirewallRule,
    GuestState,
    NameServers,
    Restart,
    Service,
    StartMode,
)

_PROTOCOLS: Mapping[str, str] = {"6": "TCP", "17": "UDP"}


def state(answer: Answer, about: GuestState) -> GuestState:
    """Return what the answer to `calling.questions` tells."""
    features = answer.all("Feature")
    servers: dict[str, tuple[str, ...]] = dict.fromkeys(about.name_servers, ())
    for each in answer.all("MSFT_DNSClientServerAddress"):  # one for IPv4, one for IPv6
        servers[each.text_of("InterfaceAlias")] += each.texts("ServerAddresses")
    return GuestState(
        features={each.name: each for each in map(feature, features)},
        services={each.name: each for each in map(_service, answer.all("ServiceController"))},
        name_servers={name: NameServers(name, _in_order(found)) for name, found in servers.items()},
        profiles={each.name: each for each in map(_profile, answer.all("MSFT_NetFirewallProfile"))},
        rules={each.name: each for each in _rules(answer)},
        restart=Restart(waits=any(each.text_of("InstallState").endswith("Pending") for each in features)),
    )


def feature(told: PsObject) -> Feature:
    return Feature(told.text_of("Name"), installed=told.text_of("InstallState") in {"Installed", "InstallPending"})


def restart_needed(answer: Answer) -> bool:
    """Say whether an installation that was carried out needs a restart (RestartNeeded: Yes, No or Maybe)."""
    return any(each.text_of("RestartNeeded") != "No" for each in answer.all("FeatureOperationResult"))


def _service(told: PsObject) -> Service:
    return Service(told.text_of("Name"), _start(told.text_of("StartType")), told.text_of("Status") == "Running")


def _start(mode: str) -> StartMode:
    return "Disabled" if mode == "Disabled" else "Manual" if mode == "Manual" else "Automatic"


def _profile(told: PsObject) -> FirewallProfile:
    """NotConfigured is what Windows then does: it blocks what comes in and lets out what goes."""
    return FirewallProfile(
        told.text_of("Name"),
        told.text_of("Enabled") == "True",
        "Allow" if told.text_of("DefaultInboundAction") == "Allow" else "Block",
        _action(told.text_of("DefaultOutboundAction")),
        told.text_of("LogBlocked") == "True",
    )


def _action(text: str) -> Action:
    return "Block" if text == "Block" else "Allow"


def _rules(answer: Answer) -> Iterable[FirewallRule]:
    ports = {each.text_of("InstanceID"): each for each in answer.all("MSFT_NetProtocolPortFilter")}
    addresses = {each.text_of("InstanceID"): each for each in answer.all("MSFT_NetAddressFilter")}
    for told in answer.all("MSFT_NetFirewallRule"):
        name = told.text_of("Name")
        if name in ports and name in addresses:  # else it came between two statements: the next look sees it
            protocol = ports[name].text_of("Protocol")
            yield FirewallRule(
                name,
                "Outbound" if told.text_of("Direction") == "Outbound" else "Inbound",
                _action(told.text_of("Action")),
                _PROTOCOLS.get(protocol, protocol),
                tuple(sorted(_texts(ports[name], "LocalPort"))),
                tuple(sorted(map(_address, _texts(addresses[name], "RemoteAddress")))),
                told.text_of("Enabled") == "True",
            )


def _texts(told: PsObject, name: str) -> tuple[str, ...]:
    """Return a property that is a list, or a plain text where there is one value only."""
    return (told.text_of(name),) if isinstance(told.get(name), str) else told.texts(name)


def _address(text: str) -> str:
    """Return a network as we write it; Windows tells IPv4 networks by their masks, and some by name."""
    try:
        network = ip_network(text)
    except ValueError:
        return text  # Any, LocalSubnet, a range
    return str(network.network_address) if network.num_addresses == 1 else str(network)


def _in_order(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(each) for each in sorted(map(ip_address, addresses), key=lambda each: each.version))
