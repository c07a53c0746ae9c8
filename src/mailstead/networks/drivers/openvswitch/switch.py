"""The Switch of port.py on Open vSwitch and nftables: looks, then sends what differs."""

from collections.abc import Iterable

from mailstead.ground.errors import Conflict, Rejected
from mailstead.networks.model import HostNetwork, NotPrepared, PortMissing, Segment

from . import flows, forwarding, links, meters, nft, ovsdb
from .access import change, part_of, segment_ruleset
from .commands import Commands
from .daemons import kernel_datapath
from .nft import Ruleset, Table
from .ruleset import HOLDERS, base_ruleset, machine_side_ruleset
from .world import World

_VSCTL = ("ovs-vsctl", "--timeout=20")
_OFCTL = ("ovs-ofctl", "--timeout=20", "-O", "OpenFlow14")  # the first with bundles


class OpenVSwitch:
    """One host's bridge *bridge* and tables *table* (families inet and arp), reached through *commands*."""

    def __init__(self, bridge: str = "mailstead0", table: str = "mailstead", commands: Commands | None = None) -> None:
        self._bridge = bridge
        self._commands = commands or Commands()
        self._settings = forwarding.Settings(self._commands)
        self._names = {"inet": table, "arp": table}
        self._inet = Table("inet", table)
        self._arp = Table("arp", table)

    def prepare(self, base: HostNetwork) -> None:
        datapath = "system" if kernel_datapath(self._commands) else "netdev"
        self._vsctl(ovsdb.make_bridge(self._bridge, datapath))
        bridge = self._look_at_bridge()
        # What an earlier run remembered is older, and so nearer to what the host had before us.
        before = self._settings.to_remember(base.uplink) | ovsdb.before(bridge.notes)
        self._vsctl(ovsdb.note_base(self._bridge, base, before))
        world = self._look()
        self._nft(self._base_commands(world, base_ruleset(base, forwarding.guarded(before))))
        self._settings.write(dict.fromkeys(before, "1"))
        self._link(ovsdb.SERVICE_PORT, links.service_links(base))
        self._flow({flow.cookie for flow in world.stray_flows}, flows.base_flows())
        self._meter(meters.after_flows(world.stray_meters, ()))

    def prepared(self) -> HostNetwork | None:
        return self._look().base() if self._found_bridge() else None

    def withdraw(self) -> None:
        bridge = self._found_bridge()
        if bridge:
            self._commands.run([*_OFCTL, "del-flows", self._bridge])
            self._settings.write(ovsdb.before(bridge.notes))
        self._nft([*self._inet.remove(), *self._arp.remove()])
        self._vsctl(ovsdb.drop_bridge(self._bridge))

    def segments(self, only: str | None = None) -> dict[str, Segment]:
        found = self._look().segments() if self._found_bridge() else {}
        return {tenant: segment for tenant, segment in found.items() if only in {None, tenant}}

    def ensure(self, segment: Segment) -> None:
        bridge = self._look_at_bridge()
        self._make_way(bridge, segment)
        self._vsctl(ovsdb.make_gateway(self._bridge, segment))
        self._settings.write(forwarding.gateway_settings(segment.gateway_port))
        self._link(segment.gateway_port, links.gateway_links(segment))
        found = part_of(self._table("inet"), segment.vlan, segment.tenant)
        self._nft(change(self._inet, found, segment_ruleset(segment)))
        self._bind(segment, running=bridge.has_machine(segment))

    def attach(self, tenant: str) -> None:
        bridge = self._look_at_bridge()
        segment = bridge.segment(tenant)
        if segment is None or not bridge.has_machine(segment):
            missing = segment.port if segment else f"segment of {tenant}"
            raise PortMissing(
                f"there is no {missing} on {self._bridge}",
                field="tenant",
                value=tenant,
                remedy="start the machine first, or run `mailstead apply`",
            )
        self._bind(segment, running=True)

    def remove(self, tenant: str) -> None:
        bridge = self._found_bridge()
        segment = bridge.segment(tenant) if bridge else None
        if segment is None:
            return
        self._flow({segment.vlan}, ())
        self._meter(meters.after_flows(self._meters(segment), ()))
        self._nft(change(self._inet, part_of(self._table("inet"), segment.vlan, tenant), Ruleset()))
        # The gateway port last: its notes are how we know what is left to do.
        self._vsctl(ovsdb.drop_ports(self._bridge, segment.port, segment.gateway_port))

    def _make_way(self, bridge: ovsdb.Bridge, segment: Segment) -> None:
        """Clear away the tenant's segment under another VLAN; refuse a VLAN that is somebody else's here."""
        for other in bridge.segments():
            if other.tenant == segment.tenant and other.vlan != segment.vlan:
                self.remove(other.tenant)
            elif other.vlan == segment.vlan and other.tenant != segment.tenant:
                raise Conflict(
                    f"VLAN {segment.vlan} still belongs to {other.tenant} on this host",
                    field="vlan",
                    value=segment.vlan,
                    remedy=f"remove the segment of {other.tenant} first",
                )

    def _bind(self, segment: Segment, *, running: bool) -> None:
        wanted = flows.gateway_flows(segment)
        if running:
            self._vsctl(ovsdb.bind(segment))
            self._settings.write(forwarding.machine_port_settings(segment.port))
            wanted |= flows.machine_flows(segment)
        found, limit = self._meters(segment), meters.meters_of(segment)
        self._meter(meters.before_flows(found, limit))
        self._flow({segment.vlan}, wanted)
        self._meter(meters.after_flows(found, limit))

    def _base_commands(self, world: World, wanted: Ruleset) -> list[nft.Command]:
        holders = [self._inet.add_holder(name, *kinds) for name, kinds in HOLDERS.items()]
        inet = change(self._inet, world.stray_ruleset, wanted)
        arp = change(self._arp, world.machine_side, machine_side_ruleset())
        return [self._inet.make(), self._arp.make(), *holders, *inet, *arp]

    def _found_bridge(self) -> ovsdb.Bridge | None:
        return ovsdb.parse(self._commands.run(ovsdb.LIST), self._bridge)

    def _look_at_bridge(self) -> ovsdb.Bridge:
        bridge = self._found_bridge()
        if bridge is None:
            raise NotPrepared(
                f"there is no bridge {self._bridge} on this host",
                field="bridge",
                value=self._bridge,
                remedy="run `mailstead apply`, which prepares the host",
            )
        return bridge

    def _look(self) -> World:
        dump = self._commands.run([*_OFCTL, "--names", "--no-stats", "dump-flows", self._bridge])
        found = flows.parse(dump), self._all_meters()
        return World(self._look_at_bridge(), *found, self._table("inet"), self._table("arp"), self._links())

    def _all_meters(self) -> frozenset[meters.Meter]:
        return meters.parse(self._commands.run([*_OFCTL, "dump-meters", self._bridge]))

    def _meters(self, segment: Segment) -> frozenset[meters.Meter]:
        return frozenset(meter for meter in self._all_meters() if meter.number == segment.vlan)

    def _links(self) -> frozenset[links.Link]:
        routes = (self._commands.run(argv) for argv in links.LIST_ROUTES)
        return links.parse(self._commands.run(links.LIST_ADDRESSES), *routes)

    def _table(self, family: str) -> Ruleset:
        try:
            return nft.parse(self._commands.run(["nft", "-j", "list", "table", family, self._names[family]]))
        except Rejected as error:
            if "No such file or directory" in error.message:
                return Ruleset()
            raise

    def _link(self, device: str, wanted: frozenset[links.Link]) -> None:
        found = [link for link in self._links() if link.device == device]
        batch = links.written(found, wanted)
        if batch:
            self._commands.run(links.BATCH, stdin=batch)

    def _nft(self, commands: list[nft.Command]) -> None:
        if commands:
            self._commands.run(["nft", "-j", "-f", "-"], stdin=nft.written(commands))

    def _flow(self, stale: set[int], wanted: Iterable[flows.Flow]) -> None:
        bundle = flows.written(stale, wanted)
        self._commands.run([*_OFCTL, "--bundle", "add-flows", self._bridge, "-"], stdin=bundle)

    def _meter(self, verbs: Iterable[tuple[str, str]]) -> None:
        for verb, meter in verbs:
            self._commands.run([*_OFCTL, verb, self._bridge, meter])

    def _vsctl(self, words: list[str]) -> None:
        self._commands.run([*_VSCTL, *words])
