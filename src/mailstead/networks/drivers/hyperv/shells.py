"""The machines that ports belong to, and whose they are. Pure.

A machine is a tenant's by the mark in its notes (sites/marks.py). One of our name that is off, without notes and
without disks, is what a creation that was cut short has left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from mailstead.ground.errors import Conflict, Rejected
from mailstead.networks.model import Segment
from mailstead.remoting.values import PsObject
from mailstead.sites.marks import PREFIX, Mark

from .notes import SECTION, segment_in
from .ports import mac_of

MANAGEMENT = "Management"  # name of the card over which guests are called


@dataclass(frozen=True, slots=True)
class Shell:
    """A machine of the host, as far as its network goes."""

    id: UUID
    name: str
    off: bool
    blank: bool  # neither notes nor disks
    mark: Mark | None
    adapters: tuple[PsObject, ...]

    @property
    def segment(self) -> Segment | None:
        return segment_in(self.mark) if self.mark else None

    def cards(self, management: str) -> list[PsObject]:
        """Return the adapters that are not for management: that of the segment first, if it can be told."""
        cards = [card for card in self.adapters if card.text_of("Name") != MANAGEMENT]
        cards = [card for card in cards if not management or card.get("SwitchName") != management]
        mac = mac_of(self.segment) if self.segment else ""
        return sorted(cards, key=lambda card: card.text_of("MacAddress") != mac)


def shell_of(vm: PsObject, adapters: Sequence[PsObject]) -> Shell:
    notes = str(vm.get("Notes") or "")
    return Shell(
        id=vm.guid("Id"),
        name=vm.text_of("Name"),
        off=vm.text_of("State") in {"Off", "OffCritical"},
        blank=not notes and not vm.texts("HardDrives"),
        mark=Mark.parse(notes),
        adapters=tuple(adapters),
    )


def ours(shells: Iterable[Shell], platform: str) -> list[tuple[Shell, Mark]]:
    """Return the machines that bear a mark of *platform*."""
    return [(shell, shell.mark) for shell in shells if shell.mark and shell.mark.platform == platform]


def chosen(shells: Iterable[Shell], platform: str, tenant: str) -> tuple[Shell, Mark] | None:
    """Return the tenant's machine with its mark; None where there is none.

    Raises Rejected if there are two, and Conflict if one of its name is somebody else's.
    """
    known = list(shells)
    marked = [(shell, mark) for shell, mark in ours(known, platform) if mark.tenant == tenant]
    if len(marked) > 1:
        both = " and ".join(sorted(str(shell.id) for shell, _ in marked))
        remedy = "find out which is the right one, and take the mark out of the notes of the other"
        raise Rejected(f"two machines are {tenant}'s: {both}", field="machine", value=both, remedy=remedy)
    if marked:
        return marked[0]
    named = [shell for shell in known if shell.name.lower() == PREFIX + tenant]
    foreign = next((shell for shell in named if not (shell.blank and shell.off) or len(named) > 1), None)
    if foreign:
        message = f"the machine {foreign.name} ({foreign.id}) is not of this platform"
        raise Conflict(message, field="machine", value=foreign.id, remedy="rename it, or remove it if nobody needs it")
    return (named[0], Mark(platform, tenant)) if named else None


def refuse_shared_vlan(shells: Iterable[Shell], platform: str, wanted: Segment) -> None:
    """Raise Conflict for a VLAN that another tenant has on this host."""
    for shell, mark in ours(shells, platform):
        if shell.segment and shell.segment.vlan == wanted.vlan and mark.tenant != wanted.tenant:
            raise Conflict(
                f"VLAN {wanted.vlan} still belongs to {mark.tenant} on this host",
                field="vlan",
                value=wanted.vlan,
                remedy=f"remove the segment of {mark.tenant} first",
            )


def keeps_segment(mark: Mark) -> bool:
    return SECTION in mark.sections
