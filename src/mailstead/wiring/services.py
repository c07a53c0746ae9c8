"""Programs that a platform needs beside itself on this machine: started when first needed, ended by name."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from mailstead.dns.drivers.knot import KnotDaemon, KnotSettings
from mailstead.dns.drivers.unbound import UnboundDaemon, UnboundSettings
from mailstead.dns.drivers.wire import Tsig
from mailstead.ground.clock import Clock
from mailstead.hypervisors.drivers.libvirt import daemons as libvirt_daemons
from mailstead.networks.drivers.openvswitch import OpenVSwitch
from mailstead.networks.drivers.openvswitch import daemons as switch_daemons
from mailstead.networks.plan import host_network_for
from mailstead.security.store import Vault
from mailstead.sites.model import Platform

from .claims import HostClaims
from .secrets import tsig_secret
from .started import Started


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One program beside the platform; `pid` None: it does not run, or is ended by name."""

    service: str
    pid: int | None


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one platform in *home*. Only those that its file calls for are ever touched."""

    home: Path
    platform: Platform
    vault: Vault
    clock: Clock
    claims: HostClaims

    @property
    def knot(self) -> KnotSettings:
        dns = self.platform.dns
        return KnotSettings(
            folder=self.home / "knot",
            listen=((str(dns.address), dns.port),),
            tsig=Tsig(dns.tsig_name, dns.tsig_algorithm, tsig_secret(self.vault)),
            name_servers=dns.names,
            hostmaster=dns.hostmaster,
        )

    @property
    def unbound(self) -> UnboundSettings:
        dns, pools = self.platform.dns, self.platform.network
        return UnboundSettings(
            folder=self.home / "unbound",
            listen=((str(dns.resolver), 53), (str(dns.resolver_ipv6), 53)),
            # This host asks from the service addresses themselves.
            clients=(
                *(pools.ipv4_pool, pools.ipv6_pool, pools.public_ipv4, pools.public_ipv6),
                *(IPv4Network(dns.resolver), IPv6Network(dns.resolver_ipv6)),
            ),
            authority=(str(dns.address), dns.port),
        )

    @property
    def switches(self) -> list[OpenVSwitch]:
        """The switches of this machine, one for each bridge that a libvirt host names."""
        bridges = {host.bridge for host in self.platform.hosts if host.driver == "libvirt"}
        return [OpenVSwitch(bridge) for bridge in sorted(bridges)]

    def start(self) -> None:
        """Start what does not run, and prepare the switches; may be repeated.

        In quarantine only what looking needs is started. Raises HostClaimed, Superseded.
        """
        self.start_hosts()
        if self.claims.quarantined:
            return
        for host in self.platform.hosts:
            self.claims.demand(host.name)
        for switch in self.switches:
            switch.prepare(host_network_for(self.platform.network, self.platform.dns))
        if self.platform.dns.driver == "knot":
            KnotDaemon(self.knot, self.clock).ensure_running()
            UnboundDaemon(self.unbound, self.clock).ensure_running()

    def start_hosts(self) -> None:
        """Start libvirt and Open vSwitch where they do not run."""
        if self.switches:
            libvirt_daemons.open_kvm_to_its_group()
            daemons = libvirt_daemons.ensure_running(self.clock)
            self._started.note("libvirt", [(daemon.name, daemon.pid) for daemon in daemons])
            self._started.note("openvswitch", [(name, 0) for name in switch_daemons.ensure_running()])

    def stop(self, *, give_up: bool = False) -> None:
        """Take everything of ours off this machine's network, and end what we started; nothing else.

        With *give_up* the hosts are nobody's afterwards. Raises Quarantined, HostClaimed, Superseded.
        """
        for host in self.platform.hosts:
            self.claims.demand(host.name)
        if self.platform.dns.driver == "knot":
            UnboundDaemon(self.unbound, self.clock).stop()
            KnotDaemon(self.knot, self.clock).stop()
        for switch in self.switches:
            switch.withdraw()
        for host in self.platform.hosts if give_up else ():
            self.claims.release(host.name)
        if switches := dict(self._started.of("openvswitch")):
            switch_daemons.stop(switches)
        libvirt_daemons.stop_daemons(tuple(libvirt_daemons.Daemon(*daemon) for daemon in self._started.of("libvirt")))
        self._started.forget()

    def status(self) -> list[ServiceStatus]:
        """Return what runs, by service."""
        rows: list[ServiceStatus] = []
        if self.platform.dns.driver == "knot":
            rows += [
                ServiceStatus("knot", KnotDaemon(self.knot, self.clock).pid()),
                ServiceStatus("unbound", UnboundDaemon(self.unbound, self.clock).pid()),
            ]
        return rows + [ServiceStatus(name, pid or None) for name, pid in self._started.all()]

    @property
    def _started(self) -> Started:
        return Started(self.home / "started.json")
