"""A switch that is only remembered: for trial runs and simulation."""

from dataclasses import replace

from mailstead.networks.model import HostNetwork, NotPrepared, PortMissing, Segment


class MemorySwitch:
    """A Switch (see port.py) without a host; `plug` and `unplug` stand for a machine's start and stop."""

    def __init__(self) -> None:
        self._base: HostNetwork | None = None
        self._segments: dict[str, Segment] = {}
        self._ports: dict[str, str] = {}  # port name → tenant it is bound to, empty if to none

    def plug(self, port: str) -> None:
        """A machine started: its port appears, bound to nothing."""
        self._ports[port] = ""

    def unplug(self, port: str) -> None:
        """The machine stopped."""
        self._ports.pop(port, None)

    def ports(self) -> dict[str, str]:
        """Return all ports, strangers' too, with the tenant that each is bound to; empty: to none."""
        return dict(self._ports)

    def disturb(self, thing: Segment | HostNetwork) -> None:
        """Somebody changes a segment, or what the host has beside segments, by hand."""
        if isinstance(thing, HostNetwork):
            self._base = thing
        else:
            self._segments[thing.tenant] = thing

    def cut_short(self, segment: Segment) -> None:
        """What a killed `ensure` or `remove` leaves of a segment: its gateway port, which holds the notes, alone."""
        self._segments[segment.tenant] = replace(segment, flaws=("the rules are missing", "the flows are missing"))

    def prepare(self, base: HostNetwork) -> None:
        self._base = base

    def prepared(self) -> HostNetwork | None:
        return self._base

    def withdraw(self) -> None:
        self._base = None
        self._segments.clear()
        self._ports.clear()

    def segments(self, only: str | None = None) -> dict[str, Segment]:
        return {tenant: self._seen(segment) for tenant, segment in self._segments.items() if only in {None, tenant}}

    def ensure(self, segment: Segment) -> None:
        if self._base is None:
            raise NotPrepared("there is no switch on this host yet", remedy="prepare the host first")
        self._segments[segment.tenant] = segment
        if segment.port in self._ports:
            self._ports[segment.port] = segment.tenant

    def attach(self, tenant: str) -> None:
        segment = self._segments.get(tenant)
        if segment is None or segment.port not in self._ports:
            raise PortMissing(f"there is no port of {tenant}", field="tenant", value=tenant)
        self._ports[segment.port] = tenant

    def remove(self, tenant: str) -> None:
        segment = self._segments.pop(tenant, None)
        if segment:
            self._ports.pop(segment.port, None)

    def _seen(self, segment: Segment) -> Segment:
        if self._ports.get(segment.port, segment.tenant) == segment.tenant:
            return segment
        return replace(segment, flaws=(*segment.flaws, f"port {segment.port} is not bound"))
