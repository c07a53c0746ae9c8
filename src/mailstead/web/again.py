"""What was asked for when the second factor was needed: it travels in the form that gives the factor, and comes again.

Nothing is kept on the server (0172). What must not stand in a page does not travel; then one is led back to its form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .csrf import FIELD
from .returning import HOME, safe_path

KEPT = "kept:"
SECRET = frozenset({"password", "before", "answer", "code", "letters", "uri"})


@dataclass(frozen=True, slots=True)
class Again:
    """The form to be sent once more: where to, and what stands in it. An empty path: it cannot be."""

    path: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, path: str, form: Mapping[str, str]) -> "Again":
        """Return what was just sent to *path*."""
        if SECRET & form.keys():
            return cls()
        return cls(path, {name: value for name, value in form.items() if name != FIELD})

    @classmethod
    def read(cls, form: Mapping[str, str]) -> "Again":
        """Read what `hidden` gave, after it went through the browser: no more worth than if it had been typed."""
        path = safe_path(form.get("again", ""))
        fields = {name.removeprefix(KEPT): value for name, value in form.items() if name.startswith(KEPT)}
        return cls(path, fields) if path != HOME else cls()

    @property
    def hidden(self) -> Mapping[str, str]:
        """Return the fields by which it travels."""
        return {"again": self.path} | {KEPT + name: value for name, value in self.fields.items()} if self.path else {}
