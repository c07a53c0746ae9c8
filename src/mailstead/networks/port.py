"""What the platform asks of a host's virtual switch and firewall."""

from typing import Protocol

from .model import HostNetwork, Segment


class Switch(Protocol):
    """One host's virtual switch with its firewall. Nothing passes that no segment allows.

    Every verb may be repeated. All raise Unreachable when the switch does not answer, OutcomeUnknown when it
    did not answer in time, Denied without root rights, Rejected when it refuses what we ask.
    """

    def prepare(self, base: HostNetwork) -> None:
        """Make switch, tables and service addresses; segments that are there keep running."""

    def prepared(self) -> HostNetwork | None:
        """Return what `prepare` made, with its flaws; None where nothing is."""

    def withdraw(self) -> None:
        """Remove everything of ours, and put back what the host had before."""

    def segments(self, only: str | None = None) -> dict[str, Segment]:
        """Return all segments by tenant, or *only* one tenant's, with their flaws; a machine that is off is no flaw."""

    def ensure(self, segment: Segment) -> None:
        """Bring the segment to this shape, and bind the machine's port if it is there.

        Raises NotPrepared before `prepare`.
        """

    def attach(self, tenant: str) -> None:
        """Bind the machine's port to its segment; to be called after each start of the machine.

        Until then the port passes nothing. Raises PortMissing when there is no such port or segment.
        """

    def remove(self, tenant: str) -> None:
        """Remove the segment; one already gone is no error."""
