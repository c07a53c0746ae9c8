"""What is to be done for a tenant, chapter by chapter, as one value."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from mailstead.ground.differences import Difference, differences
from mailstead.ground.plans import Change, ChangePlan


@dataclass(frozen=True, slots=True)
class Section:
    """One chapter's part of a tenant's plan; `note` says what cannot be known yet.

    `due`: nothing was changed by anybody, only the time for it has come.
    """

    chapter: str
    plan: ChangePlan[Any] = ChangePlan()
    note: str = ""
    due: bool = False


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

    @property
    def only_due(self) -> bool:
        """Whether nothing differs but what time brings, such as a certificate to be renewed."""
        return bool(self) and all(section.due for section in self.sections if section.plan or section.note)

    def refuse_if_unsafe(self, allow_loss: Collection[str] = ()) -> None:
        """Raise UnsafePlan naming the first loss that is not in *allow_loss*."""
        for section in self.sections:
            section.plan.refuse_if_unsafe(allow_loss)

    def as_dict(self) -> dict[str, Any]:
        """Return the plan for JSON: subjects, kinds, and the fields that an update changes."""
        return {
            "tenant": self.tenant,
            "changes": [
                {"chapter": section.chapter, "due": section.due, **change_as_dict(change)}
                for section in self.sections
                for change in section.plan
            ],
            "notes": {section.chapter: section.note for section in self.sections if section.note},
        }


def changed_fields(change: Change[Any]) -> tuple[Difference, ...]:
    """Return the fields that an update changes; nothing for what is made or removed as a whole."""
    both = change.before is not None and change.after is not None
    return differences(change.before, change.after) if both else ()


def change_as_dict(change: Change[Any]) -> dict[str, Any]:
    """Return a change for JSON."""
    fields = [{"field": one.field, "before": one.before, "after": one.after} for one in changed_fields(change)]
    return {"kind": change.kind, "subject": change.subject, "loses": change.loses, "fields": fields}
