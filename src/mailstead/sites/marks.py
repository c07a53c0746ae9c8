"""What makes a virtual machine on a Hyper-V host ours: the mark in its notes. See docs/formats/hyperv.md.

Two chapters share one machine there, the hypervisor's driver and the switch's, for a port exists only on a machine.
Each keeps what Hyper-V cannot keep in a section of its own, and leaves the other's alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeAlias

Section: TypeAlias = Mapping[str, Any]
VERSION = 1
PREFIX = "ms-"  # machines are named ms-<tenant>, as on libvirt
_HEAD = "mailstead-machine-"


@dataclass(frozen=True, slots=True)
class Mark:
    """The platform and tenant of a machine, and what chapters keep there: values that JSON knows, by section."""

    platform: str
    tenant: str
    sections: Mapping[str, Section] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the text of the notes: a line for people, then the mark.

        >>> str(Mark("home", "acme"))
        'Managed by mailstead; do not edit.\\nmailstead-machine-1 {"platform":"home","sections":{},"tenant":"acme"}'
        """
        kept = {"platform": self.platform, "tenant": self.tenant, "sections": dict(self.sections)}
        told = json.dumps(kept, sort_keys=True, separators=(",", ":"))
        return f"Managed by mailstead; do not edit.\n{_HEAD}{VERSION} {told}"

    @classmethod
    def parse(cls, notes: str) -> Self | None:
        """Return the mark in *notes*; None where there is none that we understand: that machine is not ours.

        >>> Mark.parse("A web server of the sales department") is None
        True
        """
        line = next((line for line in notes.splitlines() if line.startswith(f"{_HEAD}{VERSION} ")), "")
        try:
            kept = json.loads(line.partition(" ")[2])
            sections = kept["sections"]
            if not all(isinstance(section, dict) for section in sections.values()):
                return None
            return cls(str(kept["platform"]), str(kept["tenant"]), sections)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def with_section(self, name: str, section: Section | None) -> Self:
        """Return the mark with one section put or (None) taken away."""
        others = {key: value for key, value in self.sections.items() if key != name}
        return replace(self, sections=others if section is None else {**others, name: section})
