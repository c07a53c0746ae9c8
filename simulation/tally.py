"""What many stories came to: counts that add up over processes."""

from collections import Counter
from dataclasses import dataclass, field

from .acts import Placed
from .faults import Fault
from .play import Outcome


@dataclass(slots=True)
class Tally:
    """The sum of outcomes. `broken` has, for each seed that failed, the kind of its first violation."""

    seeds: int = 0
    acts: int = 0
    orders: int = 0
    crashes: int = 0
    seconds: float = 0.0
    cpu_s: float = 0.0
    slowest_s: float = 0.0  # to come right again
    faults: Counter[Fault] = field(default_factory=Counter)
    broken: dict[int, str] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        story = outcome.story
        self.seeds += 1
        self.acts += sum(not isinstance(act.what, Placed) for act in story.acts)
        self.orders += outcome.orders
        self.crashes += outcome.crashes
        self.seconds += outcome.seconds
        self.slowest_s = max(self.slowest_s, outcome.healing_s)
        self.faults += outcome.faults
        if outcome.violations:
            self.broken[story.seed] = outcome.kind

    def join(self, other: "Tally") -> None:
        """Add what another process has counted."""
        self.seeds += other.seeds
        self.acts += other.acts
        self.orders += other.orders
        self.crashes += other.crashes
        self.seconds += other.seconds
        self.cpu_s += other.cpu_s
        self.slowest_s = max(self.slowest_s, other.slowest_s)
        self.faults += other.faults
        self.broken |= other.broken

    def __str__(self) -> str:
        rows = [
            ("seeds", self.seeds),
            ("acts", self.acts),
            ("orders", self.orders),
            ("crashes of the control plane", self.crashes),
            ("processor time a seed", f"{1000 * self.cpu_s / max(1, self.seeds):.0f} ms"),
            ("virtual days", f"{self.seconds / 86400:.1f}"),
            ("longest way back", f"{self.slowest_s / 3600:.1f} virtual hours"),
            ("faults", sum(self.faults.values())),
            *((f"  {fault}", self.faults[fault]) for fault in Fault),
            ("violations", len(self.broken)),
            *((f"  seed {seed}", kind) for seed, kind in sorted(self.broken.items())[:20]),
        ]
        return "\n".join(f"{name:<44} {value}" for name, value in rows)
