"""The Switch of port.py on a Hyper-V host: looks, then sends what differs.

A port exists only on a machine: where there is none yet, one is made that is nothing else, and whoever defines the
machine adopts it. So no port is ever unbound, and `attach` has nothing to do but to look.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import PureWindowsPath
from uuid import UUID

from mailstead.ground.clock import Clock, SystemClock
from mailstead.ground.errors import Conflict
from mailstead.networks.model import HostNetwork, NotPrepared, PortMissing, Segment
from mailstead.remoting.calls import batch
from mailstead.remoting.cmdlets.hyperv import GetVM, GetVMSwitch, RemoveVM, SetVM, SetVMSwitch
from mailstead.remoting.port import Remote
from mailstead.remoting.values import PsObject
from mailstead.sites.marks import Mark

from .changes import closing, denials_change, limiting, making, opening, unplugging
from .looking import Sight, everywhere, near, ports, sight_of, vlans
from .notes import SECTION, base_in, section_of, segment_in, with_base
from .ports import Port, flaws, mac_of, port_of
from .rules import Network, PortRule, rules_for
from .shells import Shell, chosen, keeps_segment, ours, refuse_shared_vlan
from .sparing import WHOLE, digest_of, vouched, vouches

_CHANGE_S = 300.0  # for all changes to a port together


class HyperVSwitch:
    """The switch *switch* of the host behind *remote*, for the machines of *platform*.

    *folder* is where the folders of tenants lie on the host. Adapters named Management, or at the switch *management*
    if that is another, are left alone. *inner* are the pools of all tenants' inner addresses. Where there are more
    machines than *whole*, a look at all reads the access lists of so many, by turns: see sparing.py.
    """

    def __init__(
        self,
        remote: Remote,
        *,
        platform: str,
        folder: PureWindowsPath,
        switch: str = "Tenants",
        management: str = "Management",
        inner: Iterable[Network] = (),
        clock: Clock | None = None,
        whole: int = WHOLE,
    ) -> None:
        self._remote = remote
        self._platform = platform
        self._folder = folder
        self._switch = switch
        self._management = management if management != switch else ""
        self._inner = tuple(inner)
        self._whole = whole
        self._doubted: set[UUID] = set()  # machines that had a flaw when last looked at: who looks twice sees it twice
        self._look = int((clock or SystemClock()).now().timestamp())  # so that processes that look once differ

    def prepare(self, base: HostNetwork) -> None:
        switch = self._needed(self._seen_switch())
        if base_in(_notes(switch)) != replace(base, flaws=()):
            self._write(switch, base)

    def prepared(self) -> HostNetwork | None:
        switch = self._seen_switch()
        base = base_in(_notes(switch)) if switch else None
        if base and switch and switch.text_of("SwitchType") == "Private":
            return replace(base, flaws=(f"switch {self._switch} is Private: it leads nowhere",))
        return base

    def withdraw(self) -> None:
        for _, mark in ours(everywhere(self._remote).shells, self._platform):
            if keeps_segment(mark):
                self.remove(mark.tenant)
        switch = self._seen_switch()
        if switch and base_in(_notes(switch)):
            self._write(switch, None)

    def segments(self, only: str | None = None) -> dict[str, Segment]:
        by_name = self._segments(near(self._remote, only), only) if only else {}
        return by_name or self._segments(everywhere(self._remote), only)

    def ensure(self, segment: Segment) -> None:
        segment = replace(segment, flaws=())
        sight = near(self._remote, segment.tenant)
        found = chosen(sight.shells, self._platform, segment.tenant)
        if found is None or found[0].segment is None or found[0].segment.vlan != segment.vlan:
            sight = everywhere(self._remote)
            found = chosen(sight.shells, self._platform, segment.tenant)
            refuse_shared_vlan(sight.shells, self._platform, segment)
        rules = self._rules(segment, self._needed_base(sight))
        if found:
            shell, mark = found
            self._bring(shell, mark, self._port(shell), segment, rules)
        else:
            self._bring(*self._made(segment), segment, rules)

    def attach(self, tenant: str) -> None:
        found = chosen(near(self._remote, tenant).shells, self._platform, tenant)
        if found is None or not keeps_segment(found[1]) or not found[0].cards(self._management):
            raise _no_port(tenant)

    def remove(self, tenant: str) -> None:
        found = self._found(tenant)
        if found is None or (found[1].sections and not keeps_segment(found[1])):
            return
        shell, mark = found
        machine, left = GetVM(Id=shell.id), mark.with_section(SECTION, None)
        unplug = [unplugging(machine, port_of(card)) for card in shell.cards(self._management)[:1]]
        last = machine | (SetVM(Notes=str(left)) if left.sections else RemoveVM())
        self._remote.run(batch(*unplug, last))

    def _segments(self, sight: Sight, only: str | None) -> dict[str, Segment]:
        marked = [shell for shell, mark in ours(sight.shells, self._platform) if only in {None, mark.tenant}]
        kept = [(shell, segment) for shell in marked if (segment := shell.segment)]
        base, times = self._base(sight), Counter(segment.tenant for _, segment in kept)
        wanted = {shell.id: self._rules(segment, base) for shell, segment in kept} if base else {}
        seen = self._seen([shell for shell, _ in kept], wanted)
        found: dict[str, Segment] = {}
        for shell, segment in kept:
            told = [*self._told(seen.get(shell.id), segment, wanted.get(shell.id))]
            told += _strays(shell.cards(self._management))
            told += [f"unexpected: {times[segment.tenant]} machines"] if times[segment.tenant] > 1 else []
            found[segment.tenant] = replace(segment, flaws=tuple(told))
            (self._doubted.add if told else self._doubted.discard)(shell.id)
        return found

    def _seen(self, shells: list[Shell], wanted: Mapping[UUID, frozenset[PortRule]]) -> dict[UUID, Port]:
        """Return the ports of these machines, on a large host without reading all of their lists."""
        spared = self._spared(shells, wanted) if len(shells) > self._whole else {}
        cards = {shell.id: shell.cards(self._management) for shell in shells if shell.id not in spared}
        return spared | ports(
            self._remote, [(number, some[0].text_of("Name")) for number, some in cards.items() if some]
        )

    def _spared(self, shells: list[Shell], wanted: Mapping[UUID, frozenset[PortRule]]) -> dict[UUID, Port]:
        """Return the ports whose lists this look need not read."""
        self._look += 1
        settings, shares, spared = vlans(self._remote), -(-len(shells) // self._whole), dict[UUID, Port]()
        for number, shell in enumerate(sorted(shells, key=lambda shell: shell.id)):
            card, rules = next(iter(shell.cards(self._management)), None), wanted.get(shell.id, frozenset())
            vlan = settings.get(card.text_of("Id")) if card else None
            due = (number - self._look) % shares == 0 or shell.id in self._doubted
            if card and vlan and shell.mark and not due and vouches(shell.mark, card, rules):
                spared[shell.id] = replace(port_of(card, vlan), rules=rules)
        return spared

    def _bring(self, shell: Shell, mark: Mark, port: Port, segment: Segment, rules: frozenset[PortRule]) -> None:
        if not shell.off and port.mac != mac_of(segment):
            raise Conflict(
                f"the MAC of {segment.tenant} is {port.mac}, and is not changed while the machine runs",
                field="machine",
                value=shell.id,
                remedy="stop the machine, then apply again",
            )
        machine, begun = GetVM(Id=shell.id), mark.with_section(SECTION, section_of(segment))
        if segment.bandwidth_mbit != _limit_in(mark):
            self._remote.run(limiting(machine, port, segment))
        first, then = closing(machine, port, segment, rules), opening(machine, port, rules, self._switch)
        changes = bool(first or then)
        if changes and begun != shell.mark:
            first = [machine | SetVM(Notes=str(begun)), *first]
        if shell.off or not denials_change(port, rules):
            first, then = [*first, *then], []
        for statements in (first, then):
            if statements:
                self._remote.run(batch(*statements), deadline_s=_CHANGE_S)
        done = vouched(begun, digest_of(rules))
        if changes or done != shell.mark:  # in a call of its own: whatever came before it has surely been done
            self._remote.run(machine | SetVM(Notes=str(done)))

    def _made(self, segment: Segment) -> tuple[Shell, Mark, Port]:
        unlimited = replace(segment, bandwidth_mbit=0)
        mark = Mark(self._platform, segment.tenant).with_section(SECTION, section_of(unlimited))
        found = chosen(sight_of(self._remote.run(making(mark, self._folder))).shells, self._platform, segment.tenant)
        if found is None:
            raise _no_port(segment.tenant)
        shell, _ = found
        return shell, mark, port_of(self._card(shell))

    def _found(self, tenant: str) -> tuple[Shell, Mark] | None:
        """Return the tenant's machine, by its name or, if that was changed, among all."""
        found = chosen(near(self._remote, tenant).shells, self._platform, tenant)
        return found or chosen(everywhere(self._remote).shells, self._platform, tenant)

    def _port(self, shell: Shell) -> Port:
        seen = ports(self._remote, [(shell.id, self._card(shell).text_of("Name"))])
        if shell.id not in seen:
            raise _no_port(shell.name)
        return seen[shell.id]

    def _card(self, shell: Shell) -> PsObject:
        cards = shell.cards(self._management)
        if not cards:
            raise _no_port(shell.name)
        return cards[0]

    def _told(self, port: Port | None, segment: Segment, rules: frozenset[PortRule] | None) -> tuple[str, ...]:
        if port is None:
            return ("missing: network adapter",)
        if rules is None:
            return (f"switch {self._switch} is not prepared",)
        return flaws(port, segment, rules, self._switch)

    def _rules(self, segment: Segment, base: HostNetwork) -> frozenset[PortRule]:
        return rules_for(segment, base, self._inner)

    def _base(self, sight: Sight) -> HostNetwork | None:
        switch = sight.switch(self._switch)
        return base_in(_notes(switch)) if switch else None

    def _needed_base(self, sight: Sight) -> HostNetwork:
        base = self._base(sight)
        if base is None:
            self._needed(sight.switch(self._switch))
            raise NotPrepared(
                f"the switch {self._switch} is not prepared",
                field="switch",
                value=self._switch,
                remedy="run `mailstead apply`, which prepares the host",
            )
        return base

    def _needed(self, switch: PsObject | None) -> PsObject:
        if switch is None:
            raise NotPrepared(
                f"there is no switch {self._switch} on {self._remote.name}",
                field="switch",
                value=self._switch,
                remedy=f"make it on the host: New-VMSwitch -Name {self._switch} -NetAdapterName …, or name another",
            )
        return switch

    def _seen_switch(self) -> PsObject | None:
        return Sight(self._remote.run(GetVMSwitch()).all("VMSwitch"), ()).switch(self._switch)

    def _write(self, switch: PsObject, base: HostNetwork | None) -> None:
        notes = with_base(_notes(switch), base)
        self._remote.run(GetVMSwitch(Name=self._switch) | SetVMSwitch(Notes=notes))


def _notes(switch: PsObject) -> str:
    return str(switch.get("Notes") or "")


def _limit_in(mark: Mark) -> int | None:
    """Return the limit that was set last; None where nobody knows."""
    kept = segment_in(mark)
    return kept.bandwidth_mbit if kept else None


def _strays(cards: list[PsObject]) -> list[str]:
    return [f"unexpected: network adapter {card.text_of('Name')}" for card in cards[1:]]


def _no_port(tenant: str) -> PortMissing:
    remedy = "run `mailstead apply`; if its machine has lost its network adapter: Add-VMNetworkAdapter on the host"
    return PortMissing(f"there is no port of {tenant}", field="tenant", value=tenant, remedy=remedy)
