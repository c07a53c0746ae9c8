"""What holds for a whole call of the command line."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Call:
    """The platform's folder, and how to speak."""

    home: Path
    json: bool
    explain: bool = False
