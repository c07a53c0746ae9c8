"""What a verb that was cut short leaves behind, where it has parts; any other is then not begun at all."""

from collections.abc import Callable, Collection, Mapping
from itertools import islice
from typing import Any

from mailstead.ground.plans import Change, ChangePlan
from mailstead.mailservers.items import APPLIED
from mailstead.networks.model import Segment


def half_done(inner: Any, kind: str, verb: str, args: tuple[Any, ...], named: Mapping[str, Any]) -> None:
    """Do on the port *inner* of this *kind* what a *verb* cut short would have done of itself."""
    half = _HALVES.get((kind, verb))
    if half:
        half(inner, *args, **named)


def _half_an_update(names: Any, zone: str, plan: ChangePlan[Any]) -> None:
    """A plan travels in several messages (RFC 2136), each of which counts or not as a whole."""
    names.apply(zone, _half(plan))


def _half_a_parcel(mail: Any, tenant: str, plan: ChangePlan[Any]) -> None:
    """A parcel cut short leaves whole files; the mark that all was taken on comes last."""
    mail.apply(tenant, _half(ChangePlan(tuple(change for change in plan if not _is_mark(change)))))


def _half_a_segment(switch: Any, segment: Segment) -> None:
    """Open vSwitch has the gateway port with its notes; the rules of nftables and the flows are missing."""
    switch.cut_short(segment)


def _half_a_removal(switch: Any, tenant: str) -> None:
    """The flows and rules are gone; the gateway port, which goes last, is still there."""
    segment = switch.segments().get(tenant)
    if segment:
        switch.cut_short(segment)


def _half_the_trust(resolver: Any, zones: Mapping[str, tuple[str, ...]]) -> None:
    resolver.trust(dict(islice(zones.items(), len(zones) // 2)))


def _half_forgotten(resolver: Any, zones: Collection[str]) -> None:
    resolver.forget(sorted(zones)[: len(zones) // 2])


def _half_a_resize(machines: Any, name: str, *, memory_mib: int, **_: int) -> None:
    """Memory goes first; the processors were not reached."""
    machines.resize(name, vcpus=machines.machines()[name].vcpus, memory_mib=memory_mib)


def _half(plan: ChangePlan[Any]) -> ChangePlan[Any]:
    return ChangePlan(plan.changes[: len(plan) // 2])


def _is_mark(change: Change[Any]) -> bool:
    return getattr(change.after, "path", "") == APPLIED


_HALVES: dict[tuple[str, str], Callable[..., None]] = {
    ("names", "apply"): _half_an_update,
    ("mail", "apply"): _half_a_parcel,
    ("switch", "ensure"): _half_a_segment,
    ("switch", "remove"): _half_a_removal,
    ("machines", "resize"): _half_a_resize,
    ("resolver", "trust"): _half_the_trust,
    ("resolver", "forget"): _half_forgotten,
}
