"""All texts of the console that a catalogue must have, found as gettext's tools find them."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

import mailstead.web

HERE = Path(mailstead.web.__file__).parent
KEYWORDS = {"_": None, "text": None, "mark": None, "gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"extensions": "jinja2.ext.do", "trim_blocks": "true", "lstrip_blocks": "true"}}


def texts() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Yield each text with the file it stands in; a text with a plural as both of them."""
    for file, _line, message, _comments, _context in extract_from_dir(HERE, METHODS, OPTIONS, KEYWORDS):
        yield file, message
