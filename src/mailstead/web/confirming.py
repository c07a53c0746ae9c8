"""What cannot be undone is confirmed by typing its name. The browser helps; it is decided here."""

from mailstead.access.errors import NotConfirmed

from .visit import Visit


def demand_typed(visit: Visit, name: str) -> None:
    """Raise NotConfirmed unless the form says *name* in its field `confirm`."""
    typed = visit.form.get("confirm", "")
    if typed != name:
        remedy = f"type {name}"
        raise NotConfirmed("this is not the name of what would be lost", field="confirm", value=typed, remedy=remedy)
