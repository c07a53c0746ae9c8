"""Unbound's configuration as text, and back. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

_ANCHOR = re.compile(r'^\s*trust-anchor: "(\S+)\. IN DS ([^"]+)"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class UnboundSettings:
    """One resolver of ours: everything it writes lies below `folder`.

    `listen` are (address, port): the service addresses, which need not be up yet, and a loopback port.
    `clients` may ask. `authority` is our name server. Without `forwarders` the platform is closed: names that
    are not ours are refused at once, which mail servers take for "try again later". `root_key` is the root's
    trust anchor file for what the forwarders say.
    """

    folder: Path
    listen: tuple[tuple[str, int], ...]
    clients: tuple[IPv4Network | IPv6Network, ...]
    authority: tuple[str, int]
    forwarders: tuple[str, ...] = ()
    root_key: Path | None = None
    user: str | None = "unbound"

    @property
    def config_file(self) -> Path:
        return self.folder / "unbound.conf"

    @property
    def socket(self) -> Path:
        return self.folder / "run" / "control.sock"

    @property
    def zones_file(self) -> Path:
        return self.folder / "zones.conf"


def render(settings: UnboundSettings) -> str:
    """Return unbound.conf without the platform's zones, which it includes from a file beside it."""
    listen = "".join(f"    interface: {address}@{port}\n" for address, port in settings.listen)
    clients = "".join(f"    access-control: {network} allow\n" for network in settings.clients)
    return f"""\
server:
    directory: "{settings.folder}"
    chroot: ""
    username: "{settings.user or ""}"
    pidfile: "{settings.folder / "run" / "unbound.pid"}"
    use-syslog: no
    logfile: "{settings.folder / "log" / "unbound.log"}"
    log-servfail: yes
    verbosity: 1
    num-threads: 1
    msg-cache-size: 8m
    rrset-cache-size: 16m
    key-cache-size: 4m
    ip-freebind: yes
{listen}    access-control: 127.0.0.0/8 allow
    access-control: ::1/128 allow
{clients}    module-config: "validator iterator"
    do-not-query-localhost: no
    hide-identity: yes
    hide-version: yes
    qname-minimisation: no
    cache-max-negative-ttl: 60
    val-bogus-ttl: 5
    infra-host-ttl: 30
    infra-keep-probing: yes
{_beyond(settings)}include: "{settings.zones_file}"
remote-control:
    control-enable: yes
    control-interface: "{settings.socket}"
"""


def _beyond(settings: UnboundSettings) -> str:
    """Say what becomes of names that are not the platform's."""
    if not settings.forwarders:
        return '    local-zone: "." refuse\n'
    root = f'    trust-anchor-file: "{settings.root_key}"\n' if settings.root_key else ""
    forward = "".join(f"    forward-addr: {address}\n" for address in settings.forwarders)
    return f'{root}forward-zone:\n    name: "."\n{forward}'


def render_zone(zone: str, anchors: Sequence[str], authority: tuple[str, int]) -> str:
    """Return what Unbound must know of one platform zone: where it is served and which keys sign it.

    `transparent` lifts the refusal above, and Unbound's own empty zones for documentation and private addresses
    (RFC 6303), which would hide ours.
    """
    address, port = authority
    trust = "".join(f'    trust-anchor: "{zone}. IN DS {anchor}"\n' for anchor in anchors)
    insecure = "" if anchors else f'    domain-insecure: "{zone}."\n'
    return (
        f'server:\n    local-zone: "{zone}." transparent\n{trust}{insecure}'
        f'stub-zone:\n    name: "{zone}."\n    stub-addr: {address}@{port}\n    stub-no-cache: no\n'
    )


def read_zones(text: str) -> dict[str, tuple[str, ...]]:
    """Return the zones that rendered text speaks of, with their anchors."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(re.findall(r'local-zone: "(\S+)\." transparent', text), ())
    for zone, anchor in _ANCHOR.findall(text):
        found[zone] = (*found[zone], anchor)
    return found
