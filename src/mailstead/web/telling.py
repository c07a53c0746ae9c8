"""Errors as a reader is told them. English is told as it was said, which is more exact than the words for its code."""

from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations

from mailstead.ground.errors import MailsteadError

from .faults import FAULTS


@dataclass(frozen=True, slots=True)
class Told:
    """Message and remedy; `language` is empty if it is the page's."""

    message: str
    remedy: str
    code: str
    language: str = ""


def told(error: MailsteadError | Mapping[str, str], texts: NullTranslations, language: str) -> Told:
    """Return how an error is told to somebody who reads *language*; of an order's, its `as_dict` is enough.

    >>> told({"code": "no-room", "message": "this host is full"}, NullTranslations(), "en").message
    'this host is full'
    """
    said = error.as_dict() if isinstance(error, MailsteadError) else error
    field = _last_name(said.get("field", ""))
    known = FAULTS.get(f"{said['code']} {field}") or FAULTS.get(said["code"])
    if language == "en" or known is None:
        return Told(said["message"], said.get("remedy", ""), said["code"], "en" if language != "en" else "")
    values = {"value": said.get("value", "") or "–", "field": field or "–"}
    message, remedy = (texts.gettext(text) % values for text in known)
    return Told(message, remedy, said["code"])


def _last_name(field: str) -> str:
    """Return the name of a field without where it stands: `sources` of `firewall.0.sources.1`."""
    names = [part for part in field.split(".") if not part.isdigit()]
    return names[-1] if names else ""
