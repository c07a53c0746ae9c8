"""The template files beside this module; a placeholder is written @@{name}."""

import string
from functools import cache
from importlib.resources import files as resources

_HERE = resources(__package__)
_FOLDER = _HERE / "templates"

CIPHERS = ":".join(
    f"ECDHE-{signature}-{cipher}"
    for cipher in ("AES256-GCM-SHA384", "CHACHA20-POLY1305", "AES128-GCM-SHA256")
    for signature in ("ECDSA", "RSA")
)


class _Template(string.Template):
    delimiter = "@@"


def fill(name: str, **values: str) -> str:
    """Return template *name* with every placeholder replaced; a missing value raises KeyError."""
    return _template(name).substitute(values)


def text(name: str) -> str:
    """Return a template that has no placeholders."""
    return (_FOLDER / name).read_text()


def everything() -> str:
    """Return all that rendering depends on besides its input: the templates, and the code beside them."""
    code = (entry for entry in _HERE.iterdir() if entry.name.endswith(".py"))
    return "\0".join(entry.read_text() for entry in sorted((*_FOLDER.iterdir(), *code), key=lambda entry: entry.name))


@cache
def _template(name: str) -> _Template:
    return _Template(text(name))
