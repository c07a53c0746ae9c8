"""What the trail is told of a change: the fields that differ, before and after. No secret is part of a tenant."""

from collections.abc import Mapping
from typing import Any

from mailstead.tenants.model import Tenant

MOST = 50  # of many entries, so many are told and the rest counted


def told_change(before: Tenant, after: Tenant) -> Mapping[str, Any]:
    """Return the fields of a tenant that a change touches, with what was and what will be, as JSON.

    Of lists only the entries that come or go are told.
    """
    was, is_ = before.model_dump(mode="json"), after.model_dump(mode="json")
    touched = [field for field in was if was[field] != is_[field]]
    return {"changes": {field: _difference(was[field], is_[field]) for field in touched}}


def _difference(before: Any, after: Any) -> Mapping[str, Any]:
    if not (isinstance(before, list) and isinstance(after, list)):
        return {"before": before, "after": after}
    return {"gone": _only_in(before, after), "new": _only_in(after, before)}


def _only_in(these: list[Any], others: list[Any]) -> list[Any]:
    known = {repr(one) for one in others}
    found = [one for one in these if repr(one) not in known]
    return found if len(found) <= MOST else [*found[:MOST], f"and {len(found) - MOST} more"]
