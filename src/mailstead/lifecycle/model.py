"""What is to be done for a tenant, chapter by chapter, as one value."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from mailstead.ground.plans import Change, ChangePlan


@dataclass(frozen=True, slots=True)
class Section:
    """One chapter's part of a tenant's plan; `note` says what cannot be known yet."""

    chapter: str
    plan: ChangePlan[Any] = ChangePlan()
    note: str = ""


@dataclass(frozen=True, slots=True)
class TenantPlan:
    """All that differs between what is wanted for a tenant and what was found; false when nothing does."""

    tenant: str
    sections: tuple[Section, ...] = ()

    def __len__(self) -> int:
        return sum(len(section.plan) or bool(section.note) for section in self.sections)

    def __iter__(self) -> Iterator[tuple[str, Change[Any]]]:
        """Yield (chapter, change), in the order of the sections, removals first within each."""
        for section in self.sections:
            for change in section.plan:
                yield section.chapter, change

    def refuse_if_unsafe(self, allow_loss: Collection[str] = ()) -> None:
        """Raise UnsafePlan naming the first loss that is not in *allow_loss*."""
        for section in self.sections:
            section.plan.refuse_if_unsafe(allow_loss)

    def as_dict(self) -> dict[str, Any]:
        """Return the plan for JSON: subjects and kinds, not values (some are secret)."""
        return {
            "tenant": self.tenant,
            "changes": [
                {"chapter": chapter, "kind": change.kind, "subject": change.subject, "loses": change.loses}
                for chapter, change in self
            ],
            "notes": {section.chapter: section.note for section in self.sections if section.note},
        }
