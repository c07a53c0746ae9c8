"""Whose host is it? What a platform leaves where it manages, so that a second one keeps away.

See docs/formats/host-claim.md.

Refused
├── HostClaimed   (Conflict) another platform manages this host                       host-claimed
└── Superseded    (Conflict) a later copy of this platform manages this host          superseded
Rejected
└── BadClaim      what stands where a claim should stand is none                      bad-claim
"""

from dataclasses import dataclass
from typing import Protocol, Self

from mailstead.ground.errors import Conflict, Rejected


class HostClaimed(Conflict):
    """Another platform manages this host."""

    code = "host-claimed"


class Superseded(Conflict):
    """A later copy of this platform manages this host: this one must not act any more."""

    code = "superseded"


class BadClaim(Rejected):
    """What stands where a claim should stand is none."""

    code = "bad-claim"


@dataclass(frozen=True, slots=True)
class Claim:
    """A platform's id (a UUID) and generation, as they stand on a host."""

    platform: str
    generation: int

    def __str__(self) -> str:
        return f"mailstead-claim-1 {self.platform} {self.generation}"

    @classmethod
    def parse(cls, text: str, where: str) -> Self:
        """Read what `str` wrote; raise BadClaim.

        >>> Claim.parse("mailstead-claim-1 6f1c 2", "bridge")
        Claim(platform='6f1c', generation=2)
        """
        match text.split():
            case ["mailstead-claim-1", platform, generation] if generation.isdigit():
                return cls(platform, int(generation))
        remedy = "find out who wrote it; then say whose the host is: mailstead host claim HOST --take-over"
        raise BadClaim(f"what stands as the claim on {where} is none", field="claim", value=text[:100], remedy=remedy)

    def refuse_against(self, found: "Claim", host: str) -> None:
        """Raise HostClaimed or Superseded if *found* on the host forbids the holder of this claim to act there."""
        if found.platform != self.platform:
            raise HostClaimed(
                f"host {host} is managed by another platform ({found.platform})",
                field="host",
                value=host,
                remedy=f"leave it to that one; if it is gone for good: mailstead host claim {host} --take-over",
            )
        if found.generation > self.generation:
            raise Superseded(
                f"host {host} is managed by a later copy of this platform (generation {found.generation}, "
                f"this is {self.generation})",
                field="host",
                value=host,
                remedy=f"switch this copy off; if it is the right one: mailstead host claim {host} --take-over",
            )


class ClaimPlace(Protocol):
    """A place on a host that can bear one claim. All raise Unreachable or Denied when the host is at fault."""

    @property
    def where(self) -> str:
        """Name the place, for people."""

    def read(self) -> Claim | None:
        """Return the claim that stands there, None where there is none. Raises BadClaim."""

    def claim(self, claim: Claim) -> Claim:
        """Write *claim* where none stands and return it; return the one that stands there otherwise. Atomic."""

    def replace(self, claim: Claim) -> None:
        """Write *claim* in place of whatever stands there."""

    def release(self) -> None:
        """Take the claim away; one already gone is no error."""
