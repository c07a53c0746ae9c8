"""What a state says of itself: which platform's it is, how often that was taken over, whether it may act.

Refused
├── Quarantined    the state came from a backup: the platform looks and plans, and changes nothing   quarantined
├── StateThere     (Conflict)     a restore would overwrite a state                                  state-there
└── BadBackup      (InvalidInput) what the file holds is no state that this release can read         bad-backup
"""

from dataclasses import dataclass

from mailstead.ground.errors import Conflict, InvalidInput, Refused


class Quarantined(Refused):
    """The state came from a backup, and nobody has said yet that it may act."""

    code = "quarantined"


class StateThere(Conflict):
    """A state is there already, and a restore would overwrite it."""

    code = "state-there"


class BadBackup(InvalidInput):
    """The file holds no state that this release can read."""

    code = "bad-backup"


@dataclass(frozen=True, slots=True)
class Standing:
    """A platform's id (a UUID, made once), its generation, and why it is in quarantine (empty: it is not).

    The generation rises whenever a restored state is let out of quarantine, so that of two copies of one platform
    the later one is known by every host.
    """

    platform: str
    generation: int = 1
    quarantine: str = ""

    def refuse_quarantined(self) -> None:
        """Raise Quarantined unless this state may act."""
        if self.quarantine:
            raise Quarantined(
                f"the platform is in quarantine: {self.quarantine}",
                field="state",
                value=self.platform,
                remedy="see what differs: mailstead quarantine show; then let it act: mailstead quarantine leave",
            )
