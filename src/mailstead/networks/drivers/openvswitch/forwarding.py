"""Kernel settings: forwarding for devices of ours, and what the host had before.

IPv4 forwards by the device a packet came in on. IPv6 does too since Linux 6.17 (`force_forwarding`);
before that only one switch exists for the whole host (decision 0044).
"""

from collections.abc import Iterable, Mapping

from .commands import Commands

_ALL_IPV6 = "net/ipv6/conf/all/forwarding"
_EACH_IPV6 = r"^net\.ipv6\.conf\..*\.forwarding$"
_SWAP = str.maketrans("./", "/.")


def gateway_settings(device: str) -> dict[str, str]:
    """Return how the host's end of a segment behaves: a router that believes nobody."""
    ipv4 = {"forwarding": 1, "rp_filter": 1, "arp_ignore": 1, "send_redirects": 0, "accept_redirects": 0}
    ipv6 = {
        "disable_ipv6": 0,
        "forwarding": 1,
        "force_forwarding": 1,
        "accept_ra": 0,
        "accept_redirects": 0,
        "dad_transmits": 0,  # nobody else is there: its link-local address is usable at once
    }
    return {
        **{f"net/ipv4/conf/{device}/{name}": str(value) for name, value in ipv4.items()},
        **{f"net/ipv6/conf/{device}/{name}": str(value) for name, value in ipv6.items()},
    }


def machine_port_settings(device: str) -> dict[str, str]:
    """The host itself has nothing to say on a machine's port."""
    return {f"net/ipv6/conf/{device}/disable_ipv6": "1"}


def guarded(before: Mapping[str, str]) -> list[str]:
    """Return what did not forward before us, as `base_ruleset` takes it."""
    return [_named(key) for key, value in before.items() if value == "0"]


class Settings:
    """Reads and writes kernel settings through `sysctl`."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    def to_remember(self, uplink: str | None) -> dict[str, str]:
        """Return the present values of those settings outside our own devices that we must change."""
        by_device = bool(self.read(["net/ipv6/conf/default/force_forwarding"]))
        keys = [f"net/ipv4/conf/{uplink}/forwarding"] if uplink else []
        if not by_device:
            keys.append(_ALL_IPV6)
        elif uplink:
            keys.append(f"net/ipv6/conf/{uplink}/force_forwarding")
        return self.read(keys)

    def read(self, keys: Iterable[str]) -> dict[str, str]:
        """Return those settings that the kernel has."""
        keys = list(keys)
        return _parsed(self._commands.run(["sysctl", "-e", *keys])) if keys else {}

    def write(self, values: Mapping[str, str]) -> None:
        """Set *values*; the host's one switch for IPv6 without what it does to other devices by the way."""
        settings = dict(values)
        if _ALL_IPV6 in settings and self.read([_ALL_IPV6])[_ALL_IPV6] != settings[_ALL_IPV6]:
            others = _parsed(self._commands.run(["sysctl", "-a", "-r", _EACH_IPV6]))
            self._set({_ALL_IPV6: settings.pop(_ALL_IPV6)})
            settings = {**others, **settings}
        settings.pop(_ALL_IPV6, None)
        self._set(settings)

    def _set(self, values: Mapping[str, str]) -> None:
        if values:
            self._commands.run(["sysctl", "-e", "-q", "-w", *(f"{key}={value}" for key, value in values.items())])


def _named(key: str) -> str:
    _, version, _, device, _ = key.split("/")
    return version if device == "all" else f"{version} {device}"


def _parsed(listing: str) -> dict[str, str]:
    """`net.ipv4.conf.eth0/100.forwarding = 1` → `net/ipv4/conf/eth0.100/forwarding`, `1`."""
    lines = (line.partition(" = ") for line in listing.splitlines() if " = " in line)
    return {key.translate(_SWAP): value for key, _, value in lines}
