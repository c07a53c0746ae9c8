"""Which backup a form or an address means."""

from mailstead.ground.errors import InvalidInput
from mailstead.web.visit import Visit


def number_of(text: str) -> int:
    """Return the number of a backup; raise InvalidInput."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:10]) <= 999_999_999 and len(text) < 10):
        raise InvalidInput(f"{text!r} is no backup", field="snapshot", value=text, remedy="choose one of the list")
    return int(text)


def chosen(visit: Visit) -> int | None:
    """Return the backup that was chosen, in the form or the address; None: the newest. Raises InvalidInput."""
    text = visit.form.get("snapshot", "") or visit.query("snapshot")
    return number_of(text) if text else None


def named(visit: Visit) -> int:
    """Return the backup that a form names; raise InvalidInput also where it names none."""
    return number_of(visit.form.get("snapshot", ""))
