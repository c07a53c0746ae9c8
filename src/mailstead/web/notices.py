"""What the next page says, once: that something was done, what was made, and how it is undone."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass, field
from typing import Any

from .returning import safe_path

MOST = 3000  # characters: a browser keeps cookies of 4096


@dataclass(frozen=True, slots=True)
class Notice:
    """`undo_path` and `undo_fields` are the form that undoes it, if there is one; `link` leads to the order."""

    text: str
    link: str = ""
    undo_path: str = ""
    undo_fields: dict[str, str] = field(default_factory=dict)

    def packed(self) -> str:
        """Return the notice as a cookie's value; without its undoing if that is too long for one."""
        text = _packed(asdict(self))
        return text if len(text) <= MOST else _packed(asdict(Notice(self.text[:500], self.link)))

    @classmethod
    def unpacked(cls, cookie: str) -> "Notice | None":
        """Read what `packed` gave; None for anything else. Nobody but the visitor can have written it."""
        try:
            given = json.loads(urlsafe_b64decode(cookie.encode()))
            fields = {str(name): str(value) for name, value in given["undo_fields"].items()}
            link, undo = (str(given[name]) and safe_path(str(given[name])) for name in ("link", "undo_path"))
            return cls(str(given["text"]), link, undo, fields)
        except (ValueError, KeyError, TypeError, AttributeError):
            return None


def _packed(value: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode()
