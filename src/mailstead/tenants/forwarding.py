"""Where mail of a tenant goes on to: loops, and what the tenant's policy does not allow, are refused. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from mailstead.ground.errors import Conflict, InvalidInput
from mailstead.ground.names import domain_of

from .self_service import Forwarding, SelfService

Ways = Mapping[str, Sequence[str]]


class ForwardingLoop(InvalidInput):
    """A mail would come back to the mailbox that it was sent on from."""

    code = "forwarding-loop"


class ForwardingRefused(Conflict, InvalidInput):
    """The tenant's policy does not let mail be forwarded there."""

    code = "forwarding-refused"


class Box(Protocol):
    """What is asked of a mailbox."""

    @property
    def address(self) -> str: ...

    @property
    def forwarding(self) -> Forwarding | None: ...


def refuse_bad_forwarding(
    boxes: Sequence[Box], ways: Ways, catch_alls: Mapping[str, str | None], policy: SelfService
) -> None:
    """Raise ForwardingLoop or ForwardingRefused.

    *ways* is where aliases and lists lead, *catch_alls* the tenant's domains with the mailbox of unknown addresses.
    """
    forwards = {box.address: box.forwarding.targets for box in boxes if box.forwarding}
    if not forwards:
        return
    for address, targets in forwards.items():
        _refuse_target(address, targets, catch_alls, policy)
    known = {box.address for box in boxes} | ways.keys()
    edges = {
        address: {end for target in targets if (end := _end(target, known, catch_alls))}
        for address, targets in {**ways, **forwards}.items()
    }
    if turning := sorted(_turning(edges) & forwards.keys()):
        message = f"mail to {turning[0]} would come back to where it was sent on from"
        raise ForwardingLoop(message, field="forwarding", value=turning[0], remedy="forward to another address")


def _refuse_target(address: str, targets: Sequence[str], domains: Mapping[str, object], policy: SelfService) -> None:
    far = [target for target in targets if domain_of(target) not in domains]
    if policy.forwarding == "off" or (far and policy.forwarding == "own-domains"):
        allowed = "nowhere" if policy.forwarding == "off" else f"to {', '.join(domains)} only"
        message = f"{address} cannot forward to {(far or targets)[0]}: mail is forwarded {allowed}"
        remedy = "take the forwarding back, or let the tenant's administrator allow it"
        raise ForwardingRefused(message, field="forwarding", value=(far or targets)[0], remedy=remedy)


def _end(target: str, known: set[str], catch_alls: Mapping[str, str | None]) -> str | None:
    """Return the address of the tenant's at which *target* arrives, tags and catch-alls heeded; None: elsewhere."""
    local, _, domain = target.rpartition("@")
    plain = f"{local.partition('+')[0] or local}@{domain}"
    return next((one for one in (target, plain) if one in known), catch_alls.get(domain))


def _turning(edges: Mapping[str, set[str]]) -> set[str]:
    """Return the addresses from which a mail can go on for ever: what is left when all that ends is taken away."""
    left = {address: len(ends) for address, ends in edges.items()}
    before = defaultdict(set)
    for address, ends in edges.items():
        for end in ends:
            before[end].add(address)
    ended = [address for address in {*before, *edges} if not left.get(address)]
    for address in ended:
        for one in before[address]:
            left[one] -= 1
            if not left[one]:
                ended.append(one)
    return {address for address, number in left.items() if number}
